//! Makes a generation's graph: curated edges from the vocabulary, mined ones from sentences.
//!
//! The weight of a co-mention is normalised pointwise mutual information (G. Bouma, "Normalized
//! (pointwise) mutual information in collocation extraction", GSCL 2009) over sentences that name
//! two topics or more, scaled by how many independent sources say it.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{NodeIndex, UnGraph};

use super::{Edge, Evidence, Graph, Why};
use crate::annotate::SectionNotes;
use crate::annotate::resources::Resource;
use crate::extract::Address;
use crate::vocabulary::Vocabulary;

/// Sentences kept for an edge.
pub const MOST_EVIDENCE: usize = 3;
/// Fewer sentences than this are chance.
const LEAST_SENTENCES: u32 = 2;
/// Weaker ties than this are noise.
const LEAST_NPMI: f64 = 0.15;
/// Independent sources after which a tie gets no firmer.
const FIRM: f64 = 4.0;
/// Candidates kept for an edge while sentences come in.
const CANDIDATES: usize = 12;

/// Where a section stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub source: &'a str,
    /// The source itself, or the one that it is a fork of.
    pub independent: &'a str,
    pub path: &'a str,
    pub address: Address,
    /// The number of the section's id.
    pub section: u64,
}

/// Gathers what the sections say; [`Builder::finish`] makes the graph of it.
pub struct Builder {
    vocabulary: Vocabulary,
    mentions: Vec<u32>,
    /// Sentences that name the topic and another.
    sentences: Vec<u32>,
    total: u32,
    pairs: BTreeMap<(u32, u32), Pair>,
}

#[derive(Default)]
struct Pair {
    count: u32,
    sources: BTreeSet<String>,
    candidates: Vec<Evidence>,
}

impl Builder {
    /// An empty graph over `vocabulary`.
    pub fn new(vocabulary: Vocabulary) -> Builder {
        let topics = vocabulary.topics.len();
        Builder {
            vocabulary,
            mentions: vec![0; topics],
            sentences: vec![0; topics],
            total: 0,
            pairs: BTreeMap::new(),
        }
    }

    /// Takes in one section that is no copy. O(mentions + pairs in its sentences).
    pub fn section(&mut self, place: Place, notes: &SectionNotes) {
        for mention in &notes.mentions {
            if let Some(count) = self.mentions.get_mut(mention.topic as usize) {
                *count += 1;
            }
        }
        for said in &notes.co_mentions {
            self.total += 1;
            for (at, first) in said.topics.iter().enumerate() {
                if let Some(count) = self.sentences.get_mut(*first as usize) {
                    *count += 1;
                }
                for second in &said.topics[at + 1..] {
                    let pair = self.pairs.entry((*first, *second)).or_default();
                    pair.add(place, &said.sentence);
                }
            }
        }
    }

    /// The graph. The same sections in the same order give the same graph.
    pub fn finish(self, resources: Vec<Resource>) -> Graph {
        let mut edges: BTreeMap<(u32, u32), Edge> = BTreeMap::new();
        curated(&self.vocabulary, &mut edges);
        for (key, pair) in self.pairs {
            let said_by = u32::try_from(pair.sources.len()).unwrap_or(u32::MAX);
            let counts = [self.sentences[key.0 as usize], self.sentences[key.1 as usize]];
            let tie = npmi(pair.count, counts, self.total);
            let firm = (f64::from(said_by) / FIRM).min(1.0);
            let is_tie = pair.count >= LEAST_SENTENCES && tie >= LEAST_NPMI;
            let known = edges.contains_key(&key);
            if !is_tie && !known {
                continue;
            }
            let edge = edges.entry(key).or_default();
            edge.evidence = best(pair.candidates);
            edge.said_by = said_by;
            if is_tie {
                edge.why.push(Why::CoMention);
                // Weights are in (0, 1]: what f32 loses is nothing.
                edge.weight = edge.weight.max((tie * (0.5 + 0.5 * firm)) as f32);
            }
        }
        let mut topics = UnGraph::with_capacity(self.vocabulary.topics.len(), edges.len());
        for at in 0..self.vocabulary.topics.len() {
            topics.add_node(u32::try_from(at).unwrap_or(u32::MAX));
        }
        for ((first, second), edge) in edges {
            topics.add_edge(NodeIndex::from(first), NodeIndex::from(second), edge);
        }
        Graph { vocabulary: self.vocabulary, topics, mentions: self.mentions, resources }
    }
}

impl Pair {
    fn add(&mut self, place: Place, sentence: &str) {
        self.count += 1;
        self.sources.insert(place.independent.to_owned());
        let fresh = !self.candidates.iter().any(|known| known.source == place.source);
        if self.candidates.len() < CANDIDATES || fresh {
            self.candidates.push(Evidence {
                sentence: sentence.to_owned(),
                source: place.source.to_owned(),
                path: place.path.to_owned(),
                address: place.address,
                section: place.section,
            });
        }
    }
}

/// The curated edges. A broader topic is held closely; a field of knowledge joins too much to.
fn curated(vocabulary: &Vocabulary, edges: &mut BTreeMap<(u32, u32), Edge>) {
    let mut add = |from: usize, to: &str, why: Why, weight: f32, reason: Option<&str>| {
        let Some(to) = vocabulary.position(to) else { return };
        let (from, to) = (u32::try_from(from).unwrap_or(0), u32::try_from(to).unwrap_or(0));
        let edge = edges.entry((from.min(to), from.max(to))).or_default();
        if !edge.why.contains(&why) {
            edge.why.push(why);
            edge.why.sort();
        }
        edge.weight = edge.weight.max(weight);
        edge.reason = edge.reason.take().or(reason.map(str::to_owned));
    };
    for (at, topic) in vocabulary.topics.iter().enumerate() {
        for broader in &topic.broader {
            let is_field = vocabulary.topic(&broader.0).is_some_and(|topic| topic.top);
            add(at, &broader.0, Why::Broader, if is_field { 0.3 } else { 0.7 }, None);
        }
        for requirement in &topic.requires {
            add(at, &requirement.topic.0, Why::Requires, 0.8, Some(&requirement.why));
        }
        for related in &topic.related {
            add(at, &related.0, Why::Related, 0.9, None);
        }
    }
}

/// Normalised pointwise mutual information of two events seen together `both` times and `counts`
/// times each among `total`; in [-1, 1].
fn npmi(both: u32, counts: [u32; 2], total: u32) -> f64 {
    let share = |count: u32| f64::from(count) / f64::from(total.max(1));
    let joint = share(both);
    if joint <= 0.0 || joint >= 1.0 {
        return if joint >= 1.0 { 1.0 } else { -1.0 };
    }
    (joint / (share(counts[0]) * share(counts[1]))).ln() / -joint.ln()
}

/// The sentences to keep: one a source first, of readable length, the shortest first.
fn best(mut candidates: Vec<Evidence>) -> Vec<Evidence> {
    let rank = |evidence: &Evidence| {
        let words = evidence.sentence.split_whitespace().count();
        (!(6..=40).contains(&words), words)
    };
    candidates.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| (&a.source, &a.path).cmp(&(&b.source, &b.path)))
    });
    let mut kept: Vec<Evidence> = Vec::new();
    let mut others = Vec::new();
    for candidate in candidates {
        if kept.iter().any(|known| known.sentence == candidate.sentence) {
            continue;
        }
        if kept.iter().any(|known| known.source == candidate.source) {
            others.push(candidate);
        } else {
            kept.push(candidate);
        }
    }
    kept.extend(others);
    kept.truncate(MOST_EVIDENCE);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::CoMention;
    use crate::config::Sources;
    use crate::vocabulary;

    #[test]
    fn ties_are_strong_where_topics_come_together_only() {
        assert!((npmi(10, [10, 10], 1000) - 1.0).abs() < 1e-9);
        assert!(npmi(10, [100, 100], 1000).abs() < 1e-9);
        assert!(npmi(0, [5, 5], 10) <= -1.0);
    }

    #[test]
    fn a_mined_edge_has_evidence_from_different_sources() {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let at = |slug: &str| u32::try_from(vocabulary.position(slug).unwrap()).unwrap();
        let mut topics = vec![at("position-bias"), at("feature-store")];
        topics.sort_unstable();
        let mut builder = Builder::new(vocabulary);
        for (source, sentence) in
            [("a/a", "One says it."), ("a/a", "Again it is said."), ("b/b", "Two says it.")]
        {
            let notes = SectionNotes {
                co_mentions: vec![CoMention { sentence: sentence.into(), topics: topics.clone() }],
                ..SectionNotes::default()
            };
            let address = Address::Lines(1, 2);
            builder.section(
                Place { source, independent: source, path: "p.md", address, section: 1 },
                &notes,
            );
        }
        let graph = builder.finish(Vec::new());
        let found = graph.topics.find_edge(NodeIndex::from(topics[0]), NodeIndex::from(topics[1]));
        let edge = &graph.topics[found.unwrap()];
        assert_eq!(edge.why, [Why::CoMention]);
        assert_eq!(edge.said_by, 2);
        let sources: Vec<&str> = edge.evidence.iter().map(|e| e.source.as_str()).collect();
        assert_eq!(sources, ["a/a", "b/b", "a/a"]);
        for edge in graph.topics.edge_weights() {
            assert!(!edge.why.contains(&Why::CoMention) || !edge.evidence.is_empty());
            assert!(edge.weight > 0.0 && edge.weight <= 1.0, "{edge:?}");
        }
    }
}
