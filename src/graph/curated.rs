//! The edges that the vocabulary states.

use std::collections::{BTreeMap, HashMap};

use super::{Edge, Why};
use crate::vocabulary::Vocabulary;

/// The weight of an edge to a field of knowledge. It is low, because two topics of one field are not necessarily close.
const FIELD: f32 = 0.15;
const BROADER: f32 = 0.6;
const REQUIRES: f32 = 0.7;
/// The weight of an edge between topics that the vocabulary states as related.
const RELATED: f32 = 0.9;

/// The edges that `vocabulary` states. The key of an edge is the vocabulary indices of its ends, the smaller one first.
pub(super) fn edges(vocabulary: &Vocabulary) -> BTreeMap<(u32, u32), Edge> {
    let mut edges: BTreeMap<(u32, u32), Edge> = BTreeMap::new();
    let slugs = vocabulary.topics.iter().map(|topic| topic.slug.0.as_str());
    let positions: HashMap<&str, u32> = slugs.zip(0..).collect();
    let position = |slug: &str| positions.get(slug).copied();
    let mut add = |from: u32, to: &str, why: Why, weight: f32, reason: Option<&str>| {
        let Some(to) = position(to) else { return };
        let edge = edges.entry((from.min(to), from.max(to))).or_default();
        if !edge.why.contains(&why) {
            edge.why.push(why);
            edge.why.sort();
        }
        edge.weight = edge.weight.max(weight);
        edge.reason = edge.reason.take().or(reason.map(str::to_owned));
    };
    for (at, topic) in (0..).zip(&vocabulary.topics) {
        for broader in &topic.broader {
            let above = position(&broader.0).and_then(|at| vocabulary.topics.get(at as usize));
            let is_field = above.is_some_and(|topic| topic.top);
            add(at, &broader.0, Why::Broader, if is_field { FIELD } else { BROADER }, None);
        }
        for requirement in &topic.requires {
            add(at, &requirement.topic.0, Why::Requires, REQUIRES, Some(&requirement.why));
        }
        for related in &topic.related {
            add(at, &related.0, Why::Related, RELATED, None);
        }
    }
    edges
}
