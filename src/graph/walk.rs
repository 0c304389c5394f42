//! Finds related topics by personalised PageRank (T. H. Haveliwala, "Topic-sensitive PageRank", WWW 2002; G. Jeh and J.
//! Widom, "Scaling personalized web search", WWW 2003), computed by power iteration over weighted edges, and by what the
//! vocabulary and the sources say about each pair.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Edge, Graph};
use crate::vocabulary::Topic;

/// The probability that the walk returns to the start at each step. It makes close topics rank higher than distant
/// ones.
const RESTART: f64 = 0.3;
/// The number of steps of the power iteration. Each step multiplies the error by at most 0.7, and 0.7^20 < 0.001.
const STEPS: usize = 20;

/// The weights of what decides how close a neighbour is. They are the rounded coefficients of a logistic regression on the
/// neighbours of 40 topics: which of them experts named first (`tests/eval/graph/related.tsv`, without the part that is
/// held back).
const WALK: f64 = 1.7;
/// The weight of the walk's score divided by the square root of the sum of the neighbour's edge weights. This lowers hubs,
/// because every topic is close to a hub.
const DAMPED_WALK: f64 = 1.6;
/// The weight of the number of voices that name both topics in one sentence.
const SAID: f64 = 1.15;
const ABOVE: f64 = 2.75;
const BELOW: f64 = 1.5;
const REQUIRED: f64 = 1.2;
const REQUIRED_BY: f64 = 1.0;
/// The weight of the first topic that the start states as related; that of the second is half of it, and so on. A topic that
/// only states the start as related gets nothing.
const STATED: f64 = 0.9;
/// What a product loses as a neighbour of what it is a product for: readers look for methods first. Set by hand; with any value
/// the labelled topics rank the same.
const PRODUCT: f64 = 2.0;
/// By how much scores differ if one weight is e times the other.
const SCALE: f64 = 4.0;

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
/// Only direct neighbours are returned, because only these can be explained. Their rank depends on the random walk, which
/// follows all paths, on the number of voices that name both, and on what the vocabulary states about the two. Fields of
/// knowledge come last. O(edges) for each of [`STEPS`] steps.
pub fn related(graph: &Graph, topic: usize, limit: usize) -> Vec<Neighbour<'_>> {
    let start = NodeIndex::new(topic);
    if topic >= graph.topics.node_count() {
        return Vec::new();
    }
    let scores = walk(graph, start);
    let neighbours = graph.topics.edges(start).map(|edge| {
        let other = if edge.source() == start { edge.target() } else { edge.source() };
        let score = scores[other.index()].max(f64::MIN_POSITIVE);
        let damped = score / strength(graph, other).sqrt();
        let weight = WALK * score.ln()
            + DAMPED_WALK * damped.ln()
            + SAID * f64::from(edge.weight().said_by).ln_1p()
            + stated(graph, topic, other.index());
        Neighbour { topic: other.index(), weight, edge: edge.weight() }
    });
    let is_field = |near: &Neighbour| graph.vocabulary.topics[near.topic].top;
    let (fields, mut near): (Vec<Neighbour>, Vec<Neighbour>) = neighbours.partition(is_field);
    near.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
    let most = near.first().map_or(0.0, |near| near.weight);
    near.iter_mut().for_each(|near| near.weight = ((near.weight - most) / SCALE).exp());
    near.extend(fields.into_iter().map(|field| Neighbour { weight: 0.0, ..field }));
    near.truncate(limit);
    near
}

/// How close `other` is to `start` by what the vocabulary states. Both are vocabulary indices.
fn stated(graph: &Graph, start: usize, other: usize) -> f64 {
    let topics = &graph.vocabulary.topics;
    let (start, other) = (&topics[start], &topics[other]);
    let given = |is: bool, weight: f64| if is { weight } else { 0.0 };
    let requires = |one: &Topic, other: &Topic| {
        one.requires.iter().any(|required| required.topic == other.slug)
    };
    let place = start.related.iter().position(|related| *related == other.slug);
    given(start.broader.contains(&other.slug), ABOVE)
        + given(other.broader.contains(&start.slug), BELOW)
        + given(requires(start, other), REQUIRED)
        + given(requires(other, start), REQUIRED_BY)
        + place.map_or(0.0, |place| STATED / (place + 1) as f64)
        - given(is_product(other) && other.broader.contains(&start.slug), PRODUCT)
}

/// Whether the label of `topic` is the name of a product: one word with a capital at its beginning only, such as Kafka.
fn is_product(topic: &Topic) -> bool {
    let mut letters = topic.pref_label.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
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
        let is_named = |label: &str| {
            is_product(graph.vocabulary.topics.iter().find(|t| t.pref_label == label).unwrap())
        };
        assert!(is_named("Kafka") && !is_named("XGBoost") && !is_named("feature store"));
        let first = &graph.vocabulary.topics[near[0].topic];
        assert!(!is_product(first), "{}", first.slug);
    }
}
