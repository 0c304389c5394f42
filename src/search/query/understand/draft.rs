//! A query while it is being understood: each step of the interpreter adds its readings here.

use std::ops::Range;

use super::filler;
use super::names::Preference;
use super::reading::{QueryName, QueryReading, UnitMeaning};
use super::spelling::SpellingCorrection;
use super::understood::{Correction, Understood};
use crate::search::query::grammar::{Node, Query};

/// A query while it is being understood.
pub(super) struct QueryDraft<'q> {
    pub meanings: Vec<UnitMeaning<'q>>,
    /// By unit: the word in lower case, without punctuation at its end, if the unit is a word.
    pub words: Vec<Option<String>>,
    /// By unit: whether a step has understood it. Later steps neither correct such a unit nor leave it out as filler.
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

    /// Records that the words of `units`, typed as `typed`, are misspelled.
    pub fn correct(&mut self, units: Range<usize>, typed: &str, correction: &SpellingCorrection) {
        self.taken[units.clone()].fill(true);
        for meaning in &mut self.meanings[units] {
            meaning.spelt.push(correction.words.clone());
        }
        self.understood
            .corrections
            .push(Correction { typed: typed.to_owned(), read_as: correction.words.clone() });
    }

    /// Removes filler, except words that are taken, and marks the words that ask for links.
    pub fn leave_filler(&mut self) {
        let units = self.words.iter().zip(&self.taken);
        let is_filler: Vec<bool> = units
            .map(|(word, taken)| !taken && word.as_deref().is_some_and(filler::is_filler))
            .collect();
        let words: Vec<&str> =
            self.words.iter().map(|word| word.as_deref().unwrap_or_default()).collect();
        let asides = filler::asking_for_links(&words);
        let has_subject = (0..words.len()).any(|at| !is_filler[at] && !asides.contains(&at));
        if !has_subject {
            // The query is all filler ("what is it"): then the filler is searched for.
            return;
        }
        for at in asides.iter().copied().filter(|at| !is_filler[*at]) {
            self.understood.asks_for_links.push(words[at].to_owned());
            self.meanings[at].is_aside = true;
        }
        let left_out = words.iter().zip(&is_filler).filter(|(_, is_filler)| **is_filler);
        self.understood.filler = left_out.map(|(word, _)| (*word).to_owned()).collect();
        let mut is_filler = is_filler.into_iter();
        self.meanings.retain(|_| !is_filler.next().unwrap_or(false));
    }

    /// The finished reading.
    pub fn into_reading(self) -> QueryReading<'q> {
        let QueryDraft { meanings, names, preferences, understood, .. } = self;
        QueryReading { understood, meanings, names, preferences }
    }
}
