//! An understood query: each unit with its readings, and the names that the units form together.

use super::names::Preference;
use super::understood::Understood;
use crate::search::query::grammar::Node;

/// A topic that words of the query name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct MeantTopic {
    /// Its index in the vocabulary.
    pub topic: usize,
    /// Whether the query certainly means the topic.
    pub is_sure: bool,
}

/// A unit of the query with all its readings.
#[derive(Debug)]
pub(in crate::search) struct UnitMeaning<'q> {
    pub node: &'q Node,
    /// The topics that it names, alone or with neighbouring units. For the last unit, also the topics with a label that
    /// begins with the last words of the query.
    pub topics: Vec<MeantTopic>,
    /// Words that it may be a prefix of.
    pub completions: Vec<String>,
    /// Its spelling corrections.
    pub spelt: Vec<String>,
    /// Whether it asks for a kind of material (links) instead of naming a subject.
    pub is_aside: bool,
    /// Whether it only says what a question asks for ("difference", "choose"): a hit need not contain it.
    pub is_optional: bool,
    /// If the unit belongs to the name of a source: the index in `QueryReading::preferences`.
    pub preference: Option<usize>,
}

/// Words of the query that together name topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct QueryName {
    /// The words of the query, with corrections applied.
    pub words: String,
    pub topics: Vec<MeantTopic>,
    /// Whether there are at least three words and none of them is in the preferred label of any of the topics. Then the
    /// topic finds relevant sections, and the words alone do not.
    pub is_paraphrase: bool,
}

/// An understood query.
#[derive(Debug)]
pub(in crate::search) struct QueryReading<'q> {
    pub understood: Understood,
    /// One meaning for each unit that is not filler.
    pub meanings: Vec<UnitMeaning<'q>>,
    /// The multi-word names that occur in the query.
    pub names: Vec<QueryName>,
    pub preferences: Vec<Preference>,
}

impl<'q> UnitMeaning<'q> {
    /// The meaning of `node` before any step of query understanding has run.
    pub fn of(node: &'q Node) -> UnitMeaning<'q> {
        UnitMeaning {
            node,
            topics: vec![],
            completions: vec![],
            spelt: vec![],
            is_aside: false,
            is_optional: false,
            preference: None,
        }
    }
}
