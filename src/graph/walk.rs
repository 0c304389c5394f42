//! Which topics are near another: personalised PageRank (T. H. Haveliwala, "Topic-sensitive
//! PageRank", WWW 2002) by power iteration over weighted edges, hubs damped.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Edge, Graph};

/// Share of each step that returns to the start: near things, not far ones.
const RESTART: f64 = 0.3;
/// After so many steps what is left to spread is under 0.7^20 < 0.001.
const STEPS: usize = 20;

/// A topic near another.
#[derive(Clone, Debug)]
pub struct Neighbour<'a> {
    /// Its place in the vocabulary.
    pub topic: usize,
    /// In (0, 1], the nearest is 1.
    pub weight: f64,
    /// The edge to it, where there is a direct one.
    pub edge: Option<&'a Edge>,
}

/// The topics nearest to `topic` (a place in the vocabulary), at most `limit`, nearest first.
///
/// Only direct neighbours are answered, so that each can be explained; the walk ranks them by all
/// the ways between. Fields of knowledge come last. O(edges) for each of [`STEPS`] steps.
pub fn related(graph: &Graph, topic: usize, limit: usize) -> Vec<Neighbour<'_>> {
    let start = NodeIndex::new(topic);
    if topic >= graph.topics.node_count() {
        return Vec::new();
    }
    let scores = walk(graph, start);
    let mut near: Vec<Neighbour> = graph
        .topics
        .edges(start)
        .map(|edge| {
            let other = if edge.source() == start { edge.target() } else { edge.source() };
            let damped = scores[other.index()] / strength(graph, other).sqrt();
            Neighbour { topic: other.index(), weight: damped, edge: Some(edge.weight()) }
        })
        .collect();
    let is_field = |near: &Neighbour| graph.vocabulary.topics[near.topic].top;
    near.sort_by(|a, b| {
        let by_weight = b.weight.total_cmp(&a.weight);
        is_field(a).cmp(&is_field(b)).then(by_weight).then(a.topic.cmp(&b.topic))
    });
    near.truncate(limit);
    let most = near.iter().map(|near| near.weight).fold(f64::MIN_POSITIVE, f64::max);
    near.iter_mut().for_each(|near| near.weight /= most);
    near
}

fn walk(graph: &Graph, start: NodeIndex) -> Vec<f64> {
    let strengths: Vec<f64> =
        graph.topics.node_indices().map(|node| strength(graph, node)).collect();
    let mut scores = vec![0.0; strengths.len()];
    scores[start.index()] = 1.0;
    for _ in 0..STEPS {
        let mut next = vec![0.0; scores.len()];
        next[start.index()] = RESTART;
        for edge in graph.topics.edge_references() {
            let weight = f64::from(edge.weight().weight) * (1.0 - RESTART);
            let (a, b) = (edge.source().index(), edge.target().index());
            next[b] += scores[a] * weight / strengths[a];
            next[a] += scores[b] * weight / strengths[b];
        }
        scores = next;
    }
    scores
}

/// The sum of a node's edge weights.
fn strength(graph: &Graph, node: NodeIndex) -> f64 {
    let sum: f64 = graph.topics.edges(node).map(|edge| f64::from(edge.weight().weight)).sum();
    sum.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::graph::build::Builder;
    use crate::vocabulary;

    #[test]
    fn curated_neighbours_are_found_with_their_edges() {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let graph = Builder::new(vocabulary).finish(Vec::new());
        let start = graph.vocabulary.position("feature-store").unwrap();
        let near = related(&graph, start, 10);
        let slugs: Vec<&str> =
            near.iter().map(|n| graph.vocabulary.topics[n.topic].slug.0.as_str()).collect();
        assert!(slugs.contains(&"training-serving-skew"), "{slugs:?}");
        assert!(near.iter().all(|near| near.edge.is_some() && near.weight <= 1.0));
        assert!(near.len() <= 10);
        assert!(related(&graph, usize::MAX, 3).is_empty());
    }
}
