//! Finds related topics by personalised PageRank (T. H. Haveliwala, "Topic-sensitive PageRank", WWW 2002; G. Jeh and J.
//! Widom, "Scaling personalized web search", WWW 2003). Computes it by power iteration over weighted edges, and lowers
//! the scores of hubs, the topics with many strong edges.

use std::collections::HashMap;

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Edge, Graph, Why};

/// The probability that the walk returns to the start at each step. It makes close topics rank higher than distant
/// ones.
const RESTART: f64 = 0.3;
/// The number of steps of the power iteration. Each step multiplies the error by at most 0.7, and 0.7^20 < 0.001.
const STEPS: usize = 20;

/// The score of a topic is divided by the sum of its edge weights, raised to this power. This lowers the rank of hubs,
/// because every topic is close to a hub.
const DAMPING: f64 = 0.3;
/// A topic with at least this many mentions counts as fully known.
const KNOWN: f64 = 60.0;
/// The least value that a topic with few mentions gets in [`familiarity`], before the square root is taken.
const LEAST_KNOWN: f64 = 0.05;
/// The weight of a neighbour that is a case study is multiplied by this, unless the start is a case study too.
const CASE: f64 = 0.5;
/// The weight of a neighbour is multiplied by this once for each heavier neighbour of the same kind.
const SAME_KIND: f64 = 0.93;

/// A related topic.
#[derive(Clone, Debug)]
pub struct Neighbour<'a> {
    /// The topic's index in the vocabulary.
    pub topic: usize,
    /// How close the topic is, in proportion to the closest one: from 0 to 1. It is 0 for a field of knowledge.
    pub weight: f64,
    /// The edge between this topic and the start.
    pub edge: &'a Edge,
}

/// At most `limit` topics that are closest to `topic` (a vocabulary index), closest first.
///
/// Only direct neighbours are returned, because only these can be explained. Their rank depends on three things: the
/// random walk, which follows all paths; the weight of the edge; and how often the neighbour is mentioned, because
/// readers want topics with something to read. Case studies use every technique, so they count half as neighbours of
/// other topics. Each further neighbour of the same kind (such as narrower topics) counts less than the one before, so
/// that the first few neighbours show several aspects. Fields of knowledge come last. O(edges) for each of [`STEPS`]
/// steps.
pub fn related(graph: &Graph, topic: usize, limit: usize) -> Vec<Neighbour<'_>> {
    let start = NodeIndex::new(topic);
    if topic >= graph.topics.node_count() {
        return Vec::new();
    }
    let scores = walk(graph, start);
    let is_case = graph.is_case(topic);
    let neighbours = graph.topics.edges(start).map(|edge| {
        let other = if edge.source() == start { edge.target() } else { edge.source() };
        let damped = scores[other.index()] / strength(graph, other).powf(DAMPING);
        let tie = f64::from(edge.weight().weight);
        let weight = damped * tie * familiarity(graph, other.index(), is_case);
        Neighbour { topic: other.index(), weight, edge: edge.weight() }
    });
    let is_field = |near: &Neighbour| graph.vocabulary.topics[near.topic].top;
    let (fields, near): (Vec<Neighbour>, Vec<Neighbour>) = neighbours.partition(is_field);
    let mut near = diverse(graph, topic, near);
    near.extend(fields.into_iter().map(|field| Neighbour { weight: 0.0, ..field }));
    near.truncate(limit);
    let most = near.first().map_or(1.0, |near| near.weight).max(f64::MIN_POSITIVE);
    near.iter_mut().for_each(|near| near.weight /= most);
    near
}

/// How well known a topic is, in (0, 1], by the number of sections that mention it. A case study counts half unless the
/// start of the walk is a case study too (`from_a_case`).
fn familiarity(graph: &Graph, topic: usize, from_a_case: bool) -> f64 {
    let mentions = f64::from(graph.mentions.get(topic).copied().unwrap_or(0));
    let known = (mentions.ln_1p() / KNOWN.ln_1p()).clamp(LEAST_KNOWN, 1.0).sqrt();
    if graph.is_case(topic) && !from_a_case { known * CASE } else { known }
}

/// The relation of a neighbour to the start.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum NeighbourKind {
    Above,
    Below,
    Stated(Why),
}

/// Reduces the weight of each neighbour in `near` for each heavier neighbour of the same kind. Returns the neighbours,
/// the heaviest first.
fn diverse<'a>(graph: &Graph, start: usize, mut near: Vec<Neighbour<'a>>) -> Vec<Neighbour<'a>> {
    near.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
    let topics = &graph.vocabulary.topics;
    let mut seen: HashMap<NeighbourKind, i32> = HashMap::new();
    for near in &mut near {
        let kind = match near.edge.why.first() {
            Some(Why::Broader) if topics[start].broader.contains(&topics[near.topic].slug) => {
                NeighbourKind::Above
            }
            Some(Why::Broader) => NeighbourKind::Below,
            Some(why) => NeighbourKind::Stated(*why),
            None => continue,
        };
        let before = seen.entry(kind).or_insert(0);
        near.weight *= SAME_KIND.powi(*before);
        *before += 1;
    }
    near.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
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
    use crate::config::DataFiles;
    use crate::graph::build::GraphBuilder;
    use crate::vocabulary;

    #[test]
    fn curated_neighbours_are_found_with_their_edges() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let graph = GraphBuilder::new(vocabulary).finish(Vec::new());
        let start = graph.vocabulary.position("feature-store").unwrap();
        let near = related(&graph, start, 10);
        let slugs: Vec<&str> =
            near.iter().map(|n| graph.vocabulary.topics[n.topic].slug.0.as_str()).collect();
        assert!(slugs.contains(&"training-serving-skew"), "{slugs:?}");
        assert!(near.iter().all(|near| !near.edge.why.is_empty() && near.weight <= 1.0));
        assert!(near.len() <= 10);
        assert!(related(&graph, usize::MAX, 3).is_empty());
    }
}
