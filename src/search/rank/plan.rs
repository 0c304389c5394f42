//! Turns an understood query into a plan: units of weighted alternatives to look up, and the words to mark.

use tantivy::tokenizer::TextAnalyzer;

use crate::search::query::grammar::Node;
use crate::search::query::understand::interpreter::{Meaning, Name, Reading};
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::Preference;
use crate::search::rank::marks::Marks;
use crate::search::rank::weights::Weights;
use crate::search::text::analysis::{self, Terms};
use crate::vocabulary::Vocabulary;

/// Names of several words that are looked up whole.
const MOST_NAMES: usize = 8;

/// Pieces of a phrase that are looked up; scripts without spaces make one of every pair of characters.
const MOST_PIECES: usize = 32;

/// Something that is looked up.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) enum Part {
    /// A term, in all text fields.
    Stem(String),
    /// Terms one behind the other in one field.
    Phrase(Vec<String>),
    /// Sections that hold one of the parts, and these words to the letter.
    Exact { parts: Alternatives, words: Vec<String> },
    /// A topic that was found in the text.
    Topic(String),
    /// Sections that hold one part of each.
    All(Vec<Alternatives>),
}

/// Parts of which any counts, each with its weight.
pub(in crate::search) type Alternatives = Vec<(Part, f32)>;

/// One thing that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::search) struct Unit {
    pub parts: Alternatives,
    pub weight: f32,
    /// A hit must hold it.
    pub is_required: bool,
    /// It says nothing that the other units don't, or not what is asked for: a hit need not hold it.
    pub is_extra: bool,
    /// The stem to look for near the other units'.
    pub stem: Option<String>,
    /// The preference of the plan that it is a word of.
    pub preference: Option<usize>,
}

/// A query as it is looked up.
#[derive(Debug, Default)]
pub(in crate::search) struct Plan<'v> {
    pub units: Vec<Unit>,
    pub marks: Marks<'v>,
    /// Sections with many links are what is asked for.
    pub wants_links: bool,
    pub preferences: Vec<Preference>,
}

/// What planning needs to know.
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

    /// What must not stand in a hit.
    pub fn excluded(&self, nodes: &[Node]) -> Alternatives {
        nodes.iter().flat_map(|node| self.node(node, &mut Marks::default())).collect()
    }

    fn unit(&self, meaning: &Meaning, marks: &mut Marks<'a>) -> Unit {
        let weights = self.weights;
        // A word that names a source is seldom a slip.
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

    /// Words that together name a topic: what is said of the topic, and the words one behind the other. That
    /// is rarer, and tells more, than each of the words.
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

    /// The one stem of `words`, if it has one.
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

    /// A word: its stem in each language; what punctuation joins also without it, and in pieces.
    fn word(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut parts = Vec::new();
        for stemmer in self.stemmers {
            let terms = analysis::terms(text, &mut stemmer.clone());
            marks.add(&terms);
            let Terms { pieces, compounds } = terms;
            // "C++" is not a "C" that happens to stand before something.
            let is_own = pieces.len() == 1 && !compounds.is_empty();
            parts.extend(compounds.into_iter().map(|term| (Part::Stem(term), 1.0)));
            if !is_own {
                parts.extend(sequence(pieces).map(|part| (part, 1.0)));
            }
        }
        merge(&mut parts);
        parts
    }

    /// Words one behind the other, in any of their forms.
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

/// What looks up `pieces` one behind the other, the first [`MOST_PIECES`] of them.
fn sequence(mut pieces: Vec<String>) -> Option<Part> {
    pieces.truncate(MOST_PIECES);
    match pieces.len() {
        0 => None,
        1 => pieces.pop().map(Part::Stem),
        _ => Some(Part::Phrase(pieces)),
    }
}

/// Leaves each part once, with its greatest weight, in the order in which they first came.
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
    use tantivy::tokenizer::Language;

    use super::*;
    use crate::config::Sources;
    use crate::search::query::parse;
    use crate::search::query::understand::understood::Understood;
    use crate::search::rank::weights::WEIGHTS;
    use crate::vocabulary;

    /// The units of the plan for `query`, each of whose words has the meaning that `mean` gives it.
    fn units(query: &str, mean: impl Fn(&mut Meaning), names: Vec<Name>) -> Vec<Unit> {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let labels = Labels::new(&vocabulary);
        let stemmers = [analysis::stemmed(Language::English)];
        let planner = Planner {
            vocabulary: &vocabulary,
            labels: &labels,
            weights: &WEIGHTS,
            stemmers: &stemmers,
        };
        let parsed = parse(query);
        let meanings = parsed.units.iter().map(|node| {
            let mut meaning = Meaning::of(node);
            mean(&mut meaning);
            meaning
        });
        let (understood, preferences) = (Understood::default(), Vec::new());
        let reading = Reading { understood, meanings: meanings.collect(), names, preferences };
        planner.plan(&reading).units
    }

    fn stem(text: &str) -> Part {
        Part::Stem(text.into())
    }

    #[test]
    fn a_word_is_looked_up_by_its_stem_and_a_phrase_is_required_exactly() {
        let units = units("Ranking \"models drift\"", |_| {}, Vec::new());
        assert_eq!(units[0].parts, [(stem("rank"), 1.0)]);
        assert_eq!((units[0].is_required, units[0].stem.as_deref()), (false, Some("rank")));
        let Part::Exact { parts, words } = &units[1].parts[0].0 else { panic!("{units:?}") };
        assert_eq!(*parts, [(Part::Phrase(vec!["model".into(), "drift".into()]), 1.0)]);
        assert_eq!(*words, ["models", "drift"]);
        assert!(units[1].is_required && units[1].stem.is_none());
    }

    #[test]
    fn corrections_and_completions_count_less_than_the_typed_word() {
        let mean = |meaning: &mut Meaning| {
            meaning.spelt = vec!["ranking".into()];
            meaning.completions = vec!["rankinx".into()];
        };
        let units = units("rankin", mean, Vec::new());
        let parts =
            [("rankin", 1.0), ("rankinx", WEIGHTS.completion), ("rank", WEIGHTS.correction)];
        assert_eq!(units[0].parts, parts.map(|(text, weight)| (stem(text), weight)));
        assert_eq!(units[0].stem.as_deref(), Some("rank"), "proximity uses the correction");
    }

    #[test]
    fn a_correction_of_a_word_that_names_a_source_is_unlikely() {
        let mean = |meaning: &mut Meaning| {
            meaning.spelt = vec!["ranking".into()];
            meaning.preference = Some(0);
        };
        let units = units("rankin", mean, Vec::new());
        assert_eq!(units[0].parts[1], (stem("rank"), WEIGHTS.unlikely_correction));
        assert_eq!(units[0].preference, Some(0));
    }

    #[test]
    fn names_are_extra_units_and_a_query_without_words_has_none() {
        let name = |words: &str| Name {
            words: words.into(),
            topics: vec![(0, true), (1, false)],
            is_paraphrase: false,
        };
        let with_words = units("model drift", |_| {}, vec![name("model drift")]);
        let [_, _, unit] = &with_words[..] else { panic!("{with_words:?}") };
        assert!(unit.is_extra && !unit.is_required && unit.stem.is_none());
        let weights: Vec<f32> = unit.parts.iter().map(|(_, weight)| *weight).collect();
        assert_eq!(weights, [1.0, WEIGHTS.topic, WEIGHTS.unsure_topic]);
        assert_eq!(unit.weight, WEIGHTS.name);
        assert_eq!(units("", |_| {}, vec![name("model drift")]), []);
        let many = (0..20).map(|_| name("model drift")).collect();
        assert_eq!(units("model", |_| {}, many).len(), 1 + MOST_NAMES);
    }

    #[test]
    fn equal_parts_are_merged_with_the_greatest_weight() {
        let mut parts = vec![(stem("a"), 0.3), (stem("b"), 1.0), (stem("a"), 0.7)];
        merge(&mut parts);
        assert_eq!(parts, [(stem("a"), 0.7), (stem("b"), 1.0)]);
    }

    #[test]
    fn a_long_phrase_is_cut() {
        let pieces = |count: usize| vec!["x".to_owned(); count];
        assert_eq!(sequence(pieces(0)), None);
        assert_eq!(sequence(pieces(1)), Some(stem("x")));
        assert_eq!(sequence(pieces(99)), Some(Part::Phrase(pieces(MOST_PIECES))));
    }
}
