//! The words of the index: how many sections contain a word, which words begin with a prefix, and which words have a
//! similar spelling.
//!
//! All results come from the memory-mapped dictionaries and postings of the index. No other data is kept in memory.

use std::cell::Cell;
use std::collections::BTreeMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::termdict::TermMerger;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DocSet, TERMINATED, Term};
use tantivy_fst::Automaton;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::BODY;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::postings::{LOOK_UP, each_block, each_phrase};
use crate::search::index::section_set::SectionSet;
use crate::search::text::analysis;

/// A word of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct KnownWord {
    pub word: String,
    /// The number of sections that contain the word, including folded copies.
    pub held: u32,
}

/// The words of the index `opened`. `stemmers` are the stemmers of the languages of the index.
pub(in crate::search) struct Lexicon<'a> {
    pub opened: &'a OpenedIndex,
    pub stemmers: &'a [TextAnalyzer],
    pub budget: &'a Budget,
}

impl Lexicon<'_> {
    /// The number of sections that contain `word` itself; other words with the same stem don't count. `word` must be
    /// lower-case and without accents.
    pub fn held(&self, word: &str) -> Result<u32, SearchError> {
        let term = Term::from_field_text(self.opened.fields.words, word);
        let mut held = 0;
        for segment in &self.opened.segments {
            self.budget.spend(LOOK_UP)?;
            held += segment.words.doc_freq(&term)?;
        }
        Ok(held)
    }

    /// Whether `word` itself (not only its stem) occurs in a section that is neither a folded copy nor deleted.
    pub fn is_shown(&self, word: &str) -> Result<bool, SearchError> {
        let term = Term::from_field_text(self.opened.fields.words, word);
        for segment in &self.opened.segments {
            let found = segment.words.read_postings(&term, IndexRecordOption::Basic)?;
            let Some(mut found) = found else { continue };
            while found.doc() != TERMINATED {
                self.budget.spend(1)?;
                if self.opened.shown.contains(segment.base + found.doc()) {
                    return Ok(true);
                }
                found.advance();
            }
        }
        Ok(false)
    }

    /// The number of sections that contain `word` or a word with the same stem. Each stemmer gives a count; the largest
    /// is returned.
    pub fn held_in_any_form(&self, word: &str) -> Result<u32, SearchError> {
        let mut most = self.held(word)?;
        for stemmer in self.stemmers {
            let terms = analysis::terms(word, &mut stemmer.clone());
            for stem in &terms.pieces {
                most = most.max(self.stem_held(stem)?);
            }
        }
        Ok(most)
    }

    /// The number of sections with `stem` in their body; in an outline, with `stem` anywhere.
    fn stem_held(&self, stem: &str) -> Result<u32, SearchError> {
        let fields = self.opened.fields;
        let field = if self.opened.is_outline { fields.stems } else { fields.body };
        let term = Term::from_field_text(field, stem);
        let mut held = 0;
        for segment in &self.opened.segments {
            self.budget.spend(LOOK_UP)?;
            let terms = match self.opened.is_outline {
                true => &segment.stems,
                false => &segment.texts[BODY].terms,
            };
            held += terms.doc_freq(&term)?;
        }
        Ok(held)
    }

    /// The number of sections with all of `stems`.
    fn all_held(&self, stems: &[String]) -> Result<u32, SearchError> {
        let mut held = None;
        for stem in stems {
            let term = Term::from_field_text(self.opened.fields.stems, stem);
            let mut with = SectionSet::none(self.opened.len());
            for segment in &self.opened.segments {
                let option = IndexRecordOption::Basic;
                each_block(&segment.stems, &term, option, self.budget, |block| {
                    block.docs().iter().for_each(|doc| with.set(segment.base + doc, true));
                })?;
            }
            match &mut held {
                None => held = Some(with),
                Some(held) => held.keep(&with, true),
            }
        }
        Ok(held.map_or(0, |held| u32::try_from(held.count()).unwrap_or(u32::MAX)))
    }

    /// The number of sections with these stems in sequence in their body; 0 for fewer than two stems. An outline has no
    /// positions: it gives the number of sections with all of them, which is higher.
    pub fn phrase_held(&self, stems: &[String]) -> Result<u32, SearchError> {
        if self.opened.is_outline && stems.len() > 1 {
            return self.all_held(stems);
        }
        let field = self.opened.fields.body;
        let terms: Vec<Term> =
            stems.iter().map(|stem| Term::from_field_text(field, stem)).collect();
        if terms.len() < 2 {
            return Ok(0);
        }
        let mut held = 0;
        for segment in &self.opened.segments {
            each_phrase(&segment.texts[BODY].terms, &terms, self.budget, |_| held += 1)?;
        }
        Ok(held)
    }

    /// At most `most` words that begin with `prefix`, the most common first. `prefix` itself is not one of them.
    ///
    /// Visits every word with the prefix, and counts each against the budget. Keeps at most `most` words in memory.
    pub fn beginning(&self, prefix: &str, most: usize) -> Result<Vec<KnownWord>, SearchError> {
        let mut streams = Vec::with_capacity(self.opened.segments.len());
        for segment in &self.opened.segments {
            streams.push(segment.words.terms().range().ge(prefix).into_stream()?);
        }
        let mut terms = TermMerger::new(streams);
        let mut commonest = MostCommonWords { most, known: Vec::new() };
        while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
            let segments = terms.current_segment_ords_and_term_infos();
            let (mut held, mut read) = (0, 0);
            for (_, info) in segments {
                held += info.doc_freq;
                read += 1;
            }
            self.budget.spend(read)?;
            if terms.key() != prefix.as_bytes() {
                commonest.add(terms.key(), held);
            }
        }
        Ok(commonest.known)
    }

    /// The words within `distance` edits of `word` (a letter inserted, deleted or substituted, or two neighbouring
    /// letters transposed), without `word` itself, the most common first. If `distance` is 2, only words with the same
    /// first letter are considered: misspellings rarely change the first letter, and this takes a tenth of the work.
    ///
    /// Uses a Levenshtein automaton over the dictionary (K. Schulz, S. Mihov, IJDAR 5(1), 2002): some hundred
    /// microseconds.
    pub fn alike(&self, word: &str, distance: u8) -> Result<Vec<KnownWord>, SearchError> {
        let term = Term::from_field_text(self.opened.fields.words, word);
        let query = FuzzyTermQuery::new(term, distance, true);
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for segment in &self.opened.segments {
            let steps = Cell::new(0);
            let automaton = CountingAutomaton { automaton: query.automaton()?, steps: &steps };
            let mut terms = segment.words.terms().search(automaton);
            if let (2, Some(first)) = (distance, word.as_bytes().first()) {
                terms = terms.ge([*first]).lt([first + 1]);
            }
            let mut terms = terms.into_stream()?;
            while terms.advance() {
                self.budget.spend(steps.take())?;
                add(&mut counts, terms.key(), terms.value().doc_freq);
            }
            self.budget.spend(steps.take())?;
        }
        counts.remove(word);
        Ok(sorted(counts))
    }
}

/// Keeps the `most` most common of the words that are added. Words must be added in alphabetical order.
struct MostCommonWords {
    most: usize,
    /// The most common first; equally common ones in alphabetical order.
    known: Vec<KnownWord>,
}

impl MostCommonWords {
    fn add(&mut self, word: &[u8], held: u32) {
        let at = self.known.partition_point(|known| known.held >= held);
        if at < self.most
            && let Ok(word) = std::str::from_utf8(word)
        {
            self.known.truncate(self.most - 1);
            self.known.insert(at, KnownWord { word: word.to_owned(), held });
        }
    }
}

/// Wraps an automaton and counts its transitions, so that a search of a dictionary can be charged to the budget.
struct CountingAutomaton<'c, A> {
    automaton: A,
    steps: &'c Cell<usize>,
}

impl<A: Automaton> Automaton for CountingAutomaton<'_, A> {
    type State = A::State;

    fn start(&self) -> A::State {
        self.automaton.start()
    }

    fn is_match(&self, state: &A::State) -> bool {
        self.automaton.is_match(state)
    }

    fn can_match(&self, state: &A::State) -> bool {
        self.automaton.can_match(state)
    }

    fn will_always_match(&self, state: &A::State) -> bool {
        self.automaton.will_always_match(state)
    }

    fn accept(&self, state: &A::State, byte: u8) -> A::State {
        self.steps.set(self.steps.get() + 1);
        self.automaton.accept(state, byte)
    }
}

fn add(counts: &mut BTreeMap<String, u32>, key: &[u8], held: u32) {
    if let Ok(word) = std::str::from_utf8(key) {
        *counts.entry(word.to_owned()).or_insert(0) += held;
    }
}

fn sorted(counts: BTreeMap<String, u32>) -> Vec<KnownWord> {
    let mut known: Vec<KnownWord> =
        counts.into_iter().map(|(word, held)| KnownWord { word, held }).collect();
    known.sort_by(|a, b| b.held.cmp(&a.held).then(a.word.cmp(&b.word)));
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_words_are_kept_and_equally_common_ones_stay_in_alphabetical_order() {
        let mut commonest = MostCommonWords { most: 3, known: Vec::new() };
        for (word, held) in [("a", 1), ("b", 5), ("c", 5), ("d", 1), ("e", 9), ("f", 2)] {
            commonest.add(word.as_bytes(), held);
        }
        let kept: Vec<&str> = commonest.known.iter().map(|known| known.word.as_str()).collect();
        assert_eq!(kept, ["e", "b", "c"]);
    }
}
