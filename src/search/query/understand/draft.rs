//! A query while it is being understood: each step of the interpreter adds its readings here.

use std::ops::Range;

use super::filler;
use super::names::Preference;
use super::question::{self, Question};
use super::reading::{QueryName, QueryReading, UnitMeaning};
use super::understood::{Correction, Understood};
use crate::search::query::grammar::{Node, Query};

/// A query while it is being understood.
pub(super) struct QueryDraft<'q> {
    pub meanings: Vec<UnitMeaning<'q>>,
    /// For each unit that is a word: the word in lower case, without punctuation at its end. `None` for other units.
    pub words: Vec<Option<String>>,
    /// For each unit: whether a step has understood it. Later steps neither correct such a unit nor leave it out as
    /// filler. They complete it only if it is unfinished.
    pub taken: Vec<bool>,
    pub names: Vec<QueryName>,
    pub preferences: Vec<Preference>,
    pub understood: Understood,
}

impl<'q> QueryDraft<'q> {
    /// The draft of `query` before the first step.
    pub fn of(query: &'q Query) -> QueryDraft<'q> {
        let word = |node: &'q Node| match node {
            Node::Word(word) => Some(word.trim_end_matches(filler::ENDS).to_lowercase()),
            _ => None,
        };
        QueryDraft {
            meanings: query.units.iter().map(UnitMeaning::of).collect(),
            words: query.units.iter().map(word).collect(),
            taken: vec![false; query.units.len()],
            names: Vec::new(),
            preferences: Vec::new(),
            understood: Understood {
                filters: query.filters.clone(),
                dropped: query.dropped.clone(),
                ..Understood::default()
            },
        }
    }

    /// Records that the words of `units` are misspelled, and marks these units as taken. `typed` is the text as typed,
    /// and `correction` the corrected text.
    pub fn correct(&mut self, units: Range<usize>, typed: &str, correction: &str) {
        self.taken[units.clone()].fill(true);
        for meaning in &mut self.meanings[units] {
            meaning.spelt.push(correction.to_owned());
        }
        self.understood
            .corrections
            .push(Correction { typed: typed.to_owned(), read_as: correction.to_owned() });
    }

    /// Recognises what the words ask for. Phrases and groups are no part of a question.
    pub fn ask(&mut self) {
        let words = self.words.iter().map(|word| word.as_deref().unwrap_or("\""));
        self.understood.question = Question::of(&words.collect::<Vec<_>>().join(" "));
    }

    /// Removes filler words, except those that are taken, and marks the words that ask for links. Does nothing if the
    /// query would then have no subject.
    pub fn leave_filler(&mut self) {
        let units = self.words.iter().zip(&self.taken);
        let is_filler: Vec<bool> = units
            .map(|(word, taken)| !taken && word.as_deref().is_some_and(filler::is_filler))
            .collect();
        let words: Vec<&str> =
            self.words.iter().map(|word| word.as_deref().unwrap_or_default()).collect();
        let asides = filler::asking_for_links(&words);
        let is_asked = self.understood.question.is_some();
        let optional: Vec<usize> = (0..words.len())
            .filter(|at| is_asked && !self.taken[*at] && question::is_asking(words[*at]))
            .collect();
        let is_subject =
            |at: &usize| !is_filler[*at] && !asides.contains(at) && !optional.contains(at);
        let has_subject = (0..words.len()).any(|at| is_subject(&at));
        if !has_subject {
            // The query contains only filler and words that ask for links ("what is it"). Then all its words are
            // searched for.
            return;
        }
        for at in asides.iter().copied().filter(|at| !is_filler[*at]) {
            self.understood.asks_for_links.push(words[at].to_owned());
            self.meanings[at].is_aside = true;
        }
        for at in optional {
            self.meanings[at].is_optional = true;
        }
        let left_out = words.iter().zip(&is_filler).filter(|(_, is_filler)| **is_filler);
        self.understood.filler = left_out.map(|(word, _)| (*word).to_owned()).collect();
        let mut is_filler = is_filler.into_iter();
        self.meanings.retain(|_| !is_filler.next().unwrap_or(false));
    }

    /// The reading of the query after all steps.
    pub fn into_reading(self) -> QueryReading<'q> {
        let QueryDraft { meanings, names, preferences, understood, .. } = self;
        QueryReading { understood, meanings, names, preferences }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::parse;

    /// The words of `text` that are searched for after filler is removed. The words with the indices `taken` are marked
    /// as taken.
    fn kept(text: &str, taken: &[usize]) -> Vec<String> {
        let query = parse(text);
        let mut draft = QueryDraft::of(&query);
        taken.iter().for_each(|at| draft.taken[*at] = true);
        draft.leave_filler();
        let reading = draft.into_reading();
        let word = |meaning: &UnitMeaning| match meaning.node {
            Node::Word(word) => word.clone(),
            other => format!("{other:?}"),
        };
        reading.meanings.iter().map(word).collect()
    }

    #[test]
    fn filler_is_left_out_unless_it_is_taken_or_all_that_was_typed() {
        assert_eq!(kept("what is drift", &[]), ["drift"]);
        assert_eq!(kept("what is drift", &[1]), ["is", "drift"]);
        assert_eq!(kept("what is it", &[]), ["what", "is", "it"]);
    }

    #[test]
    fn a_correction_takes_its_words_and_is_reported() {
        let query = parse("two towr model");
        let mut draft = QueryDraft::of(&query);
        draft.correct(1..2, "towr", "tower");
        assert_eq!(draft.taken, [false, true, false]);
        assert_eq!(draft.meanings[1].spelt, ["tower"]);
        let reported = Correction { typed: "towr".into(), read_as: "tower".into() };
        assert_eq!(draft.understood.corrections, [reported]);
    }
}
