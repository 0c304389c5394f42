//! Turns an understood query into a plan: units of weighted alternatives to look up, and the words to highlight.

use tantivy::tokenizer::TextAnalyzer;

use crate::search::query::grammar::{MOST_UNITS, Node};
use crate::search::query::understand::interpreter::{Meaning, Name, Reading};
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::Preference;
use crate::search::rank::board::UnitBits;
use crate::search::rank::marks::Marks;
use crate::search::rank::weights::Weights;
use crate::search::text::analysis::{self, Terms};
use crate::vocabulary::Vocabulary;

/// The most names of several words that are looked up as a whole.
const MOST_NAMES: usize = 8;

const _: () = assert!(
    MOST_UNITS + MOST_NAMES <= UnitBits::BITS as usize,
    "scoring has one bit for each unit"
);

/// The most pieces of a phrase that are looked up. In scripts without spaces, every pair of characters is a piece.
const MOST_PIECES: usize = 32;

/// An alternative of a unit: something to look up.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) enum Part {
    /// A term, in all text fields.
    Stem(String),
    /// Consecutive terms in one field.
    Phrase(Vec<String>),
    /// Sections that contain one of the parts, and all of these words unstemmed.
    Exact { parts: Alternatives, words: Vec<String> },
    /// Sections that mention the topic with this slug.
    Topic(String),
    /// Sections that contain one part of each element.
    All(Vec<Alternatives>),
}

/// Alternative parts, each with its weight.
pub(in crate::search) type Alternatives = Vec<(Part, f32)>;

/// One unit of a query, with all its alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) struct Unit {
    pub parts: Alternatives,
    pub weight: f32,
    /// Whether a hit must contain it.
    pub is_required: bool,
    /// Whether it doesn't count towards the share of the query that a hit must contain: it repeats other units, or
    /// asks for a kind of material.
    pub is_extra: bool,
    /// The stem that is used for proximity to the neighbouring units.
    pub stem: Option<String>,
    /// If it belongs to the name of a source: the index of the preference in the plan.
    pub preference: Option<usize>,
}

/// A query in the form in which it is looked up.
#[derive(Debug, Default)]
pub(in crate::search) struct Plan<'v> {
    pub units: Vec<Unit>,
    pub marks: Marks<'v>,
    /// Whether the query asks for sections with many links.
    pub wants_links: bool,
    pub preferences: Vec<Preference>,
}

/// The data that planning needs.
pub(in crate::search) struct Planner<'a> {
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub weights: &'a Weights,
    /// The stemmers of the index's languages, English first.
    pub stemmers: &'a [TextAnalyzer],
}

impl<'a> Planner<'a> {
    /// The plan for `reading`.
    pub fn plan(&self, reading: &Reading) -> Plan<'a> {
        let wants_links = reading.meanings.iter().any(|meaning| meaning.is_aside);
        let preferences = reading.preferences.clone();
        let mut plan = Plan { wants_links, preferences, ..Plan::default() };
        for meaning in &reading.meanings {
            let unit = self.unit(meaning, &mut plan.marks);
            plan.marks.next_unit();
            if !unit.parts.is_empty() {
                plan.units.push(unit);
            }
        }
        if !plan.units.is_empty() {
            plan.units.extend(reading.names.iter().take(MOST_NAMES).map(|name| self.name(name)));
        }
        plan.marks.finish();
        plan
    }

    /// The alternatives of which a hit contains none.
    pub fn excluded(&self, nodes: &[Node]) -> Alternatives {
        nodes.iter().flat_map(|node| self.node(node, &mut Marks::default())).collect()
    }

    fn unit(&self, meaning: &Meaning, marks: &mut Marks<'a>) -> Unit {
        let weights = self.weights;
        // A word that names a source is rarely misspelled.
        let correction = match meaning.preference {
            Some(_) => weights.unlikely_correction,
            None => weights.correction,
        };
        let mut parts = self.node(meaning.node, marks);
        let stem = match (meaning.node, parts.first()) {
            (Node::Word(_), Some((Part::Stem(stem), _))) => Some(stem.clone()),
            _ => None,
        };
        for (words, weight) in meaning
            .completions
            .iter()
            .map(|word| (word, weights.completion))
            .chain(meaning.spelt.iter().map(|words| (words, correction)))
        {
            let node = match words.contains(' ') {
                true => Node::Phrase(words.clone()),
                false => Node::Word(words.clone()),
            };
            let found = match &node {
                Node::Phrase(text) => self.loose_phrase(text, marks),
                _ => self.node(&node, marks),
            };
            parts.extend(found.into_iter().map(|(part, own)| (part, own * weight)));
        }
        for (topic, is_sure) in &meaning.topics {
            marks.add_all(&self.labels.of(*topic, self.vocabulary).phrases);
            let slug = self.vocabulary.topics[*topic].slug.0.clone();
            parts.push((Part::Topic(slug), self.topic_weight(*is_sure)));
        }
        merge(&mut parts);
        Unit {
            stem: meaning.spelt.first().and_then(|words| self.stem(words)).or(stem),
            parts,
            weight: if meaning.is_aside { weights.aside } else { 1.0 },
            is_required: matches!(meaning.node, Node::Phrase(_)),
            is_extra: meaning.is_aside,
            preference: meaning.preference,
        }
    }

    /// The unit of words that together name a topic: the topic, or the words as a phrase. It is rarer, and so a
    /// stronger signal, than each of the words.
    fn name(&self, name: &Name) -> Unit {
        let mut parts = self.loose_phrase(&name.words, &mut Marks::default());
        for (topic, is_sure) in &name.topics {
            let slug = self.vocabulary.topics[*topic].slug.0.clone();
            parts.push((Part::Topic(slug), self.topic_weight(*is_sure)));
        }
        let weights = self.weights;
        let weight = if name.is_paraphrase { weights.paraphrase } else { weights.name };
        Unit { parts, weight, is_required: false, is_extra: true, stem: None, preference: None }
    }

    fn topic_weight(&self, is_sure: bool) -> f32 {
        if is_sure { self.weights.topic } else { self.weights.unsure_topic }
    }

    /// The English stem of `words`, if they have exactly one.
    fn stem(&self, words: &str) -> Option<String> {
        let Terms { mut pieces, .. } = analysis::terms(words, &mut self.stemmers[0].clone());
        if pieces.len() == 1 { pieces.pop() } else { None }
    }

    fn node(&self, node: &Node, marks: &mut Marks) -> Alternatives {
        match node {
            Node::Word(text) => self.word(text, marks),
            Node::Phrase(text) => {
                let mut words = analysis::terms(text, &mut analysis::words()).pieces;
                words.truncate(MOST_PIECES);
                let parts = self.loose_phrase(text, marks);
                if parts.is_empty() { parts } else { vec![(Part::Exact { parts, words }, 1.0)] }
            }
            Node::Any(any) => any.iter().flat_map(|node| self.node(node, marks)).collect(),
            Node::All(all) => {
                let all: Vec<Alternatives> = all
                    .iter()
                    .map(|node| self.node(node, marks))
                    .filter(|parts| !parts.is_empty())
                    .collect();
                if all.is_empty() { Vec::new() } else { vec![(Part::All(all), 1.0)] }
            }
        }
    }

    /// The alternatives of a word: its stem in each language. If it has several pieces joined by punctuation, the
    /// compound without the punctuation, and the pieces as a phrase.
    fn word(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut parts = Vec::new();
        for stemmer in self.stemmers {
            let terms = analysis::terms(text, &mut stemmer.clone());
            marks.add(&terms);
            let Terms { pieces, compounds } = terms;
            // "C++" must not match every "C".
            let is_own = pieces.len() == 1 && !compounds.is_empty();
            parts.extend(compounds.into_iter().map(|term| (Part::Stem(term), 1.0)));
            if !is_own {
                parts.extend(sequence(pieces).map(|part| (part, 1.0)));
            }
        }
        merge(&mut parts);
        parts
    }

    /// The alternatives of a phrase: its words in sequence, stemmed in each language.
    fn loose_phrase(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut parts = Vec::new();
        for stemmer in self.stemmers {
            let terms = analysis::terms(text, &mut stemmer.clone());
            marks.add(&terms);
            parts.extend(sequence(terms.pieces).map(|part| (part, 1.0)));
        }
        merge(&mut parts);
        parts
    }
}

/// The part that looks up the first [`MOST_PIECES`] of `pieces` in sequence.
fn sequence(mut pieces: Vec<String>) -> Option<Part> {
    pieces.truncate(MOST_PIECES);
    match pieces.len() {
        0 => None,
        1 => pieces.pop().map(Part::Stem),
        _ => Some(Part::Phrase(pieces)),
    }
}

/// Deduplicates the parts, each with its greatest weight, in the order of their first occurrence.
fn merge(parts: &mut Alternatives) {
    let mut merged: Alternatives = Vec::with_capacity(parts.len());
    for (part, weight) in parts.drain(..) {
        match merged.iter_mut().find(|(known, _)| *known == part) {
            Some((_, known)) => *known = known.max(weight),
            None => merged.push((part, weight)),
        }
    }
    *parts = merged;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DataFiles;
    use crate::search::query::parse;
    use crate::search::rank::weights::WEIGHTS;
    use tantivy::tokenizer::Language;

    fn with_planner<T>(test: impl FnOnce(&Planner) -> T) -> T {
        let vocabulary = crate::vocabulary::load(&DataFiles::Compiled).unwrap();
        let labels = Labels::new(&vocabulary);
        let stemmers = [Language::English, Language::Swedish].map(analysis::stemmed);
        let (vocabulary, labels) = (&vocabulary, &labels);
        test(&Planner { vocabulary, labels, weights: &WEIGHTS, stemmers: &stemmers })
    }

    fn meaning(node: &Node) -> Meaning<'_> {
        Meaning {
            node,
            topics: vec![],
            completions: vec![],
            spelt: vec![],
            is_aside: false,
            preference: None,
        }
    }

    fn reading(meanings: Vec<Meaning<'_>>) -> Reading<'_> {
        Reading { understood: Default::default(), meanings, names: vec![], preferences: vec![] }
    }

    fn stem(text: &str) -> Part {
        Part::Stem(text.into())
    }

    /// The parts that the words of `text` are looked up as, in order.
    fn parts(text: &str) -> Vec<Alternatives> {
        let query = parse(text);
        with_planner(|planner| {
            let meanings = query.units.iter().map(meaning).collect();
            planner.plan(&reading(meanings)).units.into_iter().map(|unit| unit.parts).collect()
        })
    }

    #[test]
    fn a_word_is_looked_up_by_its_stem_in_each_language_of_the_index_once() {
        assert_eq!(parts("model"), [[(stem("model"), 1.0)]]);
        assert_eq!(parts("användare"), [[(stem("anvandar"), 1.0), (stem("anvand"), 1.0)]]);
    }

    #[test]
    fn what_punctuation_joins_is_looked_up_whole_and_in_pieces() {
        let pieces = Part::Phrase(vec!["k".into(), "nn".into()]);
        assert_eq!(parts("k-NN"), [[(stem("knn"), 1.0), (pieces, 1.0)]]);
        assert_eq!(parts("C++"), [[(stem("c++"), 1.0)]], "a lone C is no C++");
    }

    #[test]
    fn alternatives_share_a_unit_and_a_group_needs_one_of_each() {
        assert_eq!(parts("red OR green"), [[(stem("red"), 1.0), (stem("green"), 1.0)]]);
        let all = Part::All(vec![vec![(stem("red"), 1.0)], vec![(stem("hot"), 1.0)]]);
        assert_eq!(parts("(red hot) OR blue"), [[(all, 1.0), (stem("blue"), 1.0)]]);
    }

    #[test]
    fn a_phrase_is_required_to_the_letter_and_a_word_is_not() {
        let query = parse("\"ranked lists\" bias");
        with_planner(|planner| {
            let plan = planner.plan(&reading(query.units.iter().map(meaning).collect()));
            let required: Vec<bool> = plan.units.iter().map(|unit| unit.is_required).collect();
            assert_eq!(required, [true, false]);
            let [(Part::Exact { parts, words }, weight)] = &plan.units[0].parts[..] else {
                panic!("{:?}", plan.units[0].parts);
            };
            assert_eq!((words.join(" "), *weight), ("ranked lists".to_owned(), 1.0));
            assert_eq!(parts[0].0, Part::Phrase(vec!["rank".into(), "list".into()]));
        });
    }

    #[test]
    fn what_a_word_may_have_meant_counts_less_than_the_word() {
        let node = Node::Word("rankin".into());
        with_planner(|planner| {
            let mut guessed = meaning(&node);
            guessed.completions = vec!["ranking".into()];
            guessed.spelt = vec!["ranking".into(), "rank kin".into()];
            guessed.topics = vec![(0, true)];
            let slug = planner.vocabulary.topics[0].slug.0.clone();
            let plan = planner.plan(&reading(vec![guessed]));
            let unit = &plan.units[0];
            assert_eq!(unit.parts[0], (stem("rankin"), 1.0));
            // The greater of two weights is kept.
            let rank = unit.parts.iter().find(|(part, _)| *part == stem("rank")).unwrap();
            assert_eq!(rank.1, WEIGHTS.correction.max(WEIGHTS.completion));
            let split = Part::Phrase(vec!["rank".into(), "kin".into()]);
            assert!(unit.parts.contains(&(split, WEIGHTS.correction)));
            assert!(unit.parts.contains(&(Part::Topic(slug), WEIGHTS.topic)));
            assert_eq!(unit.stem.as_deref(), Some("rank"), "near others as it was meant");
        });
    }

    #[test]
    fn a_word_that_asks_for_links_need_not_be_held() {
        let node = Node::Word("papers".into());
        with_planner(|planner| {
            let aside = Meaning { is_aside: true, ..meaning(&node) };
            let plan = planner.plan(&reading(vec![aside]));
            assert!(plan.wants_links && plan.units[0].is_extra);
            assert_eq!(plan.units[0].weight, WEIGHTS.aside);
        });
    }
}
