//! Turns an understood query into a plan: units of weighted alternatives to look up, and the words to highlight.

use tantivy::tokenizer::TextAnalyzer;

use crate::search::query::grammar::{MOST_UNITS, Node};
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::Preference;
use crate::search::query::understand::question::Question;
use crate::search::query::understand::reading::{MeantTopic, QueryName, QueryReading, UnitMeaning};
use crate::search::rank::bits::UnitBits;
use crate::search::rank::marks::Marks;
use crate::search::rank::weights::Weights;
use crate::search::text::analysis::{self, Terms};
use crate::vocabulary::Vocabulary;

/// The maximum number of multi-word names in a query that are looked up as a whole. The words of further names are
/// looked up only one by one.
const MOST_NAMES: usize = 8;

const _: () = assert!(
    MOST_UNITS + MOST_NAMES <= UnitBits::BITS as usize,
    "scoring has one bit for each unit"
);

/// The maximum number of pieces of a phrase that are looked up; the rest is ignored. In scripts without spaces, every
/// pair of characters is a piece.
const MOST_PIECES: usize = 32;

/// Words of a query that may ask for code.
const CODE_WORDS: [&str; 7] =
    ["code", "snippet", "snippets", "implementation", "implement", "listing", "script"];

/// A part of a plan: something to look up in the index.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) enum PlanPart {
    /// A term, in all text fields.
    Stem(String),
    /// Consecutive terms in one field: heading, trail or body.
    Phrase(Vec<String>),
    /// Sections that contain one of `parts`, and all of `words` unstemmed.
    Exact { parts: Alternatives, words: Vec<String> },
    /// Sections that mention the topic with this slug.
    Topic(String),
    /// Sections that contain one part of each element.
    All(Vec<Alternatives>),
}

/// A part with its weight, relative to 1 for the words as typed.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) struct Alternative {
    pub part: PlanPart,
    pub weight: f32,
}

impl Alternative {
    /// The alternative for words as typed.
    pub fn as_typed(part: PlanPart) -> Alternative {
        Alternative { part, weight: 1.0 }
    }
}

/// Alternative parts: a section needs one of them.
pub(in crate::search) type Alternatives = Vec<Alternative>;

/// One unit of a query, with all its alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::search) struct PlanUnit {
    pub parts: Alternatives,
    pub weight: f32,
    /// Whether a hit must contain it.
    pub is_required: bool,
    /// If true, the unit doesn't count towards the share of the query that a hit must contain, because it repeats other
    /// units or asks for a kind of material.
    pub is_extra: bool,
    /// The stem that is used for proximity to the neighbouring units.
    pub stem: Option<String>,
    /// If the unit belongs to the name of a source: the index in `Plan::preferences`.
    pub preference: Option<usize>,
}

/// A query in the form in which it is looked up.
#[derive(Debug, Default)]
pub(in crate::search) struct Plan<'v> {
    pub units: Vec<PlanUnit>,
    pub marks: Marks<'v>,
    /// Whether the query asks for sections with many links.
    pub wants_links: bool,
    /// Whether a word or phrase of the query contains an identifier or is one of [`CODE_WORDS`].
    pub names_code: bool,
    /// What the query asks for.
    pub question: Option<Question>,
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
    pub fn plan(&self, reading: &QueryReading) -> Plan<'a> {
        let wants_links = reading.meanings.iter().any(|meaning| meaning.is_aside);
        let preferences = reading.preferences.clone();
        let names_code = reading.meanings.iter().any(|meaning| names_code(meaning.node));
        let question = reading.understood.question;
        let mut plan = Plan { wants_links, names_code, question, preferences, ..Plan::default() };
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

    /// The alternatives for the excluded `nodes`. Hits contain none of them.
    pub fn excluded(&self, nodes: &[Node]) -> Alternatives {
        nodes.iter().flat_map(|node| self.node(node, &mut Marks::default())).collect()
    }

    /// The unit for `meaning`: the node as typed, its completions and corrections, and the topics that it names.
    fn unit(&self, meaning: &UnitMeaning, marks: &mut Marks<'a>) -> PlanUnit {
        let mut parts = self.node(meaning.node, marks);
        let typed_stem = match (meaning.node, parts.first().map(|first| &first.part)) {
            (Node::Word(_), Some(PlanPart::Stem(stem))) => Some(stem.clone()),
            _ => None,
        };
        self.add_guesses(meaning, &mut parts, marks);
        for topic in &meaning.topics {
            marks.add_all(&self.labels.of(topic.topic, self.vocabulary).phrases);
            parts.push(self.topic(*topic));
        }
        merge(&mut parts);
        let is_extra = meaning.is_aside || meaning.is_optional;
        PlanUnit {
            stem: meaning.spelt.first().and_then(|words| self.stem(words)).or(typed_stem),
            parts,
            weight: if is_extra { self.weights.aside } else { 1.0 },
            is_required: matches!(meaning.node, Node::Phrase(_)),
            is_extra,
            preference: meaning.preference,
        }
    }

    /// Adds the completions and corrections of `meaning` to `parts`, with lower weights.
    fn add_guesses(&self, meaning: &UnitMeaning, parts: &mut Alternatives, marks: &mut Marks) {
        // A word that names a source is rarely misspelled.
        let correction = match meaning.preference {
            Some(_) => self.weights.unlikely_correction,
            None => self.weights.correction,
        };
        let completions = meaning.completions.iter().map(|word| (word, self.weights.completion));
        let corrections = meaning.spelt.iter().map(|words| (words, correction));
        for (words, weight) in completions.chain(corrections) {
            let found = match words.contains(' ') {
                true => self.loose_phrase(words, marks),
                false => self.word(words, marks),
            };
            parts.extend(
                found
                    .into_iter()
                    .map(|found| Alternative { weight: found.weight * weight, part: found.part }),
            );
        }
    }

    /// The unit for words that together name a topic. Its alternatives are the topic, and the words as a phrase.
    /// Usually, fewer sections contain such a unit than contain each of its words, so it is a stronger signal.
    fn name(&self, name: &QueryName) -> PlanUnit {
        let mut parts = self.loose_phrase(&name.words, &mut Marks::default());
        parts.extend(name.topics.iter().map(|topic| self.topic(*topic)));
        let weights = self.weights;
        let weight = if name.is_paraphrase { weights.paraphrase } else { weights.name };
        PlanUnit { parts, weight, is_required: false, is_extra: true, stem: None, preference: None }
    }

    /// The alternative that looks up sections by `topic`.
    fn topic(&self, topic: MeantTopic) -> Alternative {
        let part = PlanPart::Topic(self.vocabulary.topics[topic.topic].slug.0.clone());
        let weight = if topic.is_sure { self.weights.topic } else { self.weights.unsure_topic };
        Alternative { part, weight }
    }

    /// The English stem of `words`, if they have exactly one.
    fn stem(&self, words: &str) -> Option<String> {
        let Terms { mut pieces, .. } = analysis::terms(words, &mut self.stemmers[0].clone());
        if pieces.len() == 1 { pieces.pop() } else { None }
    }

    fn node(&self, node: &Node, marks: &mut Marks) -> Alternatives {
        match node {
            Node::Word(text) | Node::Phrase(text) if text.contains('\\') => self.tex(text, marks),
            Node::Word(text) => self.word(text, marks),
            Node::Phrase(text) => {
                let mut words = analysis::terms(text, &mut analysis::words()).pieces;
                words.truncate(MOST_PIECES);
                let parts = self.loose_phrase(text, marks);
                match parts.is_empty() {
                    true => parts,
                    false => vec![Alternative::as_typed(PlanPart::Exact { parts, words })],
                }
            }
            Node::Any(any) => any.iter().flat_map(|node| self.node(node, marks)).collect(),
            Node::All(all) => {
                let all: Vec<Alternatives> = all
                    .iter()
                    .map(|node| self.node(node, marks))
                    .filter(|parts| !parts.is_empty())
                    .collect();
                match all.is_empty() {
                    true => Vec::new(),
                    false => vec![Alternative::as_typed(PlanPart::All(all))],
                }
            }
        }
    }

    /// The alternatives of a word: its stem in each language. For a word of several pieces joined by punctuation, the
    /// alternatives are the compound without the punctuation, and the pieces as a phrase. For a word such as "C++", the
    /// only alternative is "C++" itself.
    fn word(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut parts = Vec::new();
        for stemmer in self.stemmers {
            let terms = analysis::terms(text, &mut stemmer.clone());
            marks.add(&terms);
            let Terms { pieces, compounds } = terms;
            // "C++" must not match every "C".
            let is_own = pieces.len() == 1 && !compounds.is_empty();
            let compounds = compounds.into_iter().map(PlanPart::Stem);
            parts.extend(compounds.map(Alternative::as_typed));
            if !is_own {
                parts.extend(sequence(pieces).map(Alternative::as_typed));
            }
        }
        merge(&mut parts);
        parts
    }

    /// The alternative for TeX such as `\frac{1}{n}`: a section must contain all its commands, letters and numbers, in
    /// any order. Their order can't be checked, because the TeX of formulas is indexed with the code, which has no
    /// positions.
    fn tex(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut terms = analysis::terms(text, &mut self.stemmers[0].clone());
        terms.pieces.truncate(MOST_PIECES);
        let all: Vec<Alternatives> = terms
            .pieces
            .into_iter()
            .map(|piece| {
                marks.add(&Terms { pieces: vec![piece.clone()], compounds: Vec::new() });
                vec![Alternative::as_typed(PlanPart::Stem(piece))]
            })
            .collect();
        match all.is_empty() {
            true => Vec::new(),
            false => vec![Alternative::as_typed(PlanPart::All(all))],
        }
    }

    /// The alternatives of a phrase: its words in sequence, stemmed in each language.
    fn loose_phrase(&self, text: &str, marks: &mut Marks) -> Alternatives {
        let mut parts = Vec::new();
        for stemmer in self.stemmers {
            let terms = analysis::terms(text, &mut stemmer.clone());
            marks.add(&terms);
            parts.extend(sequence(terms.pieces).map(Alternative::as_typed));
        }
        merge(&mut parts);
        parts
    }
}

/// The part that looks up the first [`MOST_PIECES`] of `pieces` in sequence.
fn sequence(mut pieces: Vec<String>) -> Option<PlanPart> {
    pieces.truncate(MOST_PIECES);
    match pieces.len() {
        0 => None,
        1 => pieces.pop().map(PlanPart::Stem),
        _ => Some(PlanPart::Phrase(pieces)),
    }
}

/// Whether `node` is a word or phrase that contains an identifier, such as `train_test_split` or `fit()`, or is one of
/// [`CODE_WORDS`].
fn names_code(node: &Node) -> bool {
    let (Node::Word(text) | Node::Phrase(text)) = node else { return false };
    let is_identifier = ["()", "::", "->"].iter().any(|sign| text.contains(sign))
        || text.as_bytes().windows(3).any(|three| {
            three[1] == b'_' && three[0].is_ascii_alphabetic() && three[2].is_ascii_alphabetic()
        });
    is_identifier || CODE_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Removes duplicate parts. Of equal parts, the first keeps its position and gets the greatest weight.
fn merge(parts: &mut Alternatives) {
    let mut merged: Alternatives = Vec::with_capacity(parts.len());
    for alternative in parts.drain(..) {
        match merged.iter_mut().find(|known| known.part == alternative.part) {
            Some(known) => known.weight = known.weight.max(alternative.weight),
            None => merged.push(alternative),
        }
    }
    *parts = merged;
}

#[cfg(test)]
mod tests;
