//! Builds the graph of a generation from the vocabulary and from the sections, which are added one by one.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};
use petgraph::graph::{NodeIndex, UnGraph};

use super::case_collector::CaseCollector;
use super::counts::pair_counts;
use super::evidence::EvidenceCandidates;
use super::place::SectionPlace;
use super::said::{SaidPair, SaidSentences};
use super::sentence::SaidSentence;
use super::ties::tie;
use super::{Edge, Graph, Why, curated};
use crate::annotate::resources::CitedResource;
use crate::catalogue::Voice;
use crate::vocabulary::Vocabulary;

/// Collects data from sections; [`GraphBuilder::finish`] builds the graph.
pub struct GraphBuilder {
    vocabulary: Vocabulary,
    mentions: Vec<u32>,
    /// The numbers of the independent voices, in order of appearance.
    voices: HashMap<Voice, u32>,
    sentences: SaidSentences,
    /// Hashes of the sentences so far, so that a copied sentence counts once.
    known: HashSet<u64>,
    /// The sections about case studies, by step.
    pub cases: CaseCollector,
}

impl GraphBuilder {
    /// An empty graph over `vocabulary`.
    pub fn new(vocabulary: Vocabulary) -> GraphBuilder {
        GraphBuilder {
            mentions: vec![0; vocabulary.topics.len()],
            vocabulary,
            voices: HashMap::default(),
            sentences: SaidSentences::default(),
            known: HashSet::default(),
            cases: CaseCollector::default(),
        }
    }

    /// Adds a section, which must not be a copy. `topics` are the topics that it mentions, and `said` its sentences
    /// that name several topics. O(topics + length of its sentences).
    pub fn section<'s>(
        &mut self,
        place: SectionPlace,
        topics: impl IntoIterator<Item = u32>,
        said: impl IntoIterator<Item = SaidSentence<'s>>,
    ) {
        for topic in topics {
            if let Some(count) = self.mentions.get_mut(topic as usize) {
                *count += 1;
            }
        }
        let mut voice = None;
        for said in said {
            let voice = *voice.get_or_insert_with(|| self.voice(place.voice));
            if self.known.insert(said.hash()) {
                self.sentences.add(&said, place, voice);
            }
        }
    }

    /// The number of `voice`.
    fn voice(&mut self, voice: &Voice) -> u32 {
        if let Some(number) = self.voices.get(voice) {
            return *number;
        }
        let next = u32::try_from(self.voices.len()).unwrap_or(u32::MAX);
        self.voices.insert(voice.clone(), next);
        next
    }

    /// Builds the graph. The same sections in the same order give the same graph.
    pub fn finish(self, resources: Vec<CitedResource>) -> Graph {
        let count = self.vocabulary.topics.len();
        let topics = joined(count, self.edges());
        let cases = self.cases.finish(&self.vocabulary);
        let (vocabulary, mentions) = (self.vocabulary, self.mentions);
        Graph { vocabulary, topics, mentions, resources, cases }
    }

    /// The edges of the graph. The key of an edge is the vocabulary indices of its ends.
    fn edges(&self) -> BTreeMap<(u32, u32), Edge> {
        let mut edges = curated::edges(&self.vocabulary);
        for (key, counts) in pair_counts(&self.sentences, self.voices.len()) {
            let weight = tie(counts);
            if weight.is_none() && !edges.contains_key(&key) {
                continue;
            }
            let edge = edges.entry(key).or_default();
            edge.said_by = u32::try_from(counts.voices).unwrap_or(u32::MAX);
            if let Some(weight) = weight {
                edge.why.push(Why::CoMention);
                // The weights are combined: an edge that both the vocabulary and the sources support is more certain
                // than an edge that only one of them supports. The loss of precision in f32 is negligible.
                edge.weight = 1.0 - (1.0 - edge.weight) * (1.0 - weight as f32);
            }
        }
        let mut candidates: HashMap<(u32, u32), EvidenceCandidates> =
            edges.keys().map(|key| (*key, EvidenceCandidates::default())).collect();
        for sentence in self.sentences.counted() {
            for SaidPair { topics, relation } in sentence.related() {
                if let Some(candidates) = candidates.get_mut(&topics) {
                    candidates.add(&sentence, relation);
                }
            }
        }
        for (key, candidates) in candidates {
            if let Some(edge) = edges.get_mut(&key) {
                edge.evidence = candidates.best(&self.sentences);
            }
        }
        // Readers must see why two topics are tied: a mined edge without evidence is left out.
        edges.retain(|_, edge| edge.why != [Why::CoMention] || !edge.evidence.is_empty());
        edges
    }
}

/// The graph of `count` topics with `edges`. The key of an edge is the vocabulary indices of its ends.
fn joined(count: usize, edges: BTreeMap<(u32, u32), Edge>) -> UnGraph<u32, Edge> {
    let mut topics = UnGraph::with_capacity(count, edges.len());
    for at in 0..count {
        topics.add_node(u32::try_from(at).unwrap_or(u32::MAX));
    }
    for ((first, second), edge) in edges {
        topics.add_edge(NodeIndex::from(first), NodeIndex::from(second), edge);
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::CoMention;
    use crate::config::DataFiles;
    use crate::extract::Address;
    use crate::vocabulary;

    /// A graph built from `sources`, each with the number of its sentences that name `pair`. Each source also has
    /// sentences that name other pairs.
    fn graph(pair: [&str; 2], sources: &[(&str, usize)]) -> Graph {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let at = |slug: &str| u32::try_from(vocabulary.position(slug).unwrap()).unwrap();
        let mut pair: Vec<u32> = pair.iter().map(|slug| at(slug)).collect();
        pair.sort_unstable();
        let others: Vec<u32> = (0..40).filter(|other| !pair.contains(other)).collect();
        let mut builder = GraphBuilder::new(vocabulary);
        for (source, times) in sources {
            let mut co_mentions = Vec::new();
            for time in 0..*times {
                let sentence =
                    format!("Bias is reduced by stores in the system of {source} number {time}.");
                co_mentions.push(CoMention {
                    sentence,
                    topics: pair.clone(),
                    spans: vec![(0, 4), (19, 25)],
                    nearness: Vec::new(),
                });
                for chunk in others.chunks(2) {
                    let sentence = format!("{source} also says {time} {chunk:?}.");
                    let spans = vec![(0, 0); chunk.len()];
                    co_mentions.push(CoMention {
                        sentence,
                        topics: chunk.to_vec(),
                        spans,
                        ..CoMention::default()
                    });
                }
            }
            let said = co_mentions.iter().filter_map(|said| SaidSentence::of(said, &pair));
            let address = Address::Lines(1, 2);
            let voice = &Voice::Owner((*source).to_owned());
            let place = SectionPlace { source, voice, path: "p.md", address, section: 1 };
            builder.section(place, [], said);
        }
        builder.finish(Vec::new())
    }

    fn edge<'a>(graph: &'a Graph, pair: [&str; 2]) -> Option<&'a Edge> {
        let at = |slug: &str| NodeIndex::new(graph.vocabulary.position(slug).unwrap());
        graph.topics.find_edge(at(pair[0]), at(pair[1])).map(|edge| &graph.topics[edge])
    }

    #[test]
    fn a_mined_edge_has_evidence_from_different_sources() {
        let pair = ["position-bias", "feature-store"];
        let graph = graph(pair, &[("a/a", 4), ("b/b", 1)]);
        let edge = edge(&graph, pair).unwrap();
        assert_eq!(edge.why, [Why::CoMention]);
        assert_eq!(edge.said_by, 2);
        let sources: Vec<&str> = edge.evidence.iter().map(|e| e.source.as_str()).collect();
        assert_eq!(sources, ["a/a", "b/b", "a/a"]);
        for edge in graph.topics.edge_weights() {
            assert!(edge.why != [Why::CoMention] || !edge.evidence.is_empty());
            assert!(edge.weight > 0.0 && edge.weight <= 1.0, "{edge:?}");
        }
    }

    #[test]
    fn a_mined_edge_without_a_sentence_that_states_the_relation_is_left_out() {
        let pair = ["position-bias", "feature-store"];
        let graph = graph(pair, &[("a/a", 4), ("b/b", 1)]);
        let mined = graph.topics.edge_weights().filter(|edge| edge.why == [Why::CoMention]);
        // The other pairs are named in sentences without spans, which state nothing.
        assert_eq!(mined.count(), 1);
    }

    #[test]
    fn one_source_or_copies_of_one_sentence_make_no_edge() {
        let pair = ["position-bias", "feature-store"];
        assert!(edge(&graph(pair, &[("a/a", 50)]), pair).is_none());
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let mut builder = GraphBuilder::new(vocabulary);
        for source in ["a/a", "b/b", "c/c"] {
            let (sentence, topics) = ("The same in all.".to_owned(), vec![3, 9]);
            let said =
                CoMention { sentence, topics, spans: vec![(0, 3), (4, 8)], ..CoMention::default() };
            let said = SaidSentence::of(&said, &[]).unwrap();
            let address = Address::Lines(1, 2);
            let voice = &Voice::Owner(source.to_owned());
            let place = SectionPlace { source, voice, path: "p.md", address, section: 1 };
            builder.section(place, [], [said]);
        }
        let counts = pair_counts(&builder.sentences, builder.voices.len());
        assert_eq!(counts[&(3, 9)].voices, 1);
    }
}
