//! The words of an index: how often each is used, which begin with some letters, which are spelt alike.
//!
//! All answers come from the index's own term dictionaries (finite state transducers, mapped), so that
//! nothing is held in memory beside them.

use std::collections::BTreeMap;

use tantivy::query::{EnableScoring, FuzzyTermQuery, PhraseQuery, Query as _};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DocSet, TERMINATED, Term};

use super::analysis;
use super::opened::{BODY, Opened};

/// Terms of one segment that are looked at for completions.
const MOST_TERMS: usize = 2_000;

/// A word of the index with the number of sections that hold it, copies counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub word: String,
    pub held: u32,
}

/// The words of `opened`, whose languages are those of `stemmers`.
pub(super) struct Lexicon<'a> {
    pub opened: &'a Opened,
    pub stemmers: &'a [TextAnalyzer],
}

impl Lexicon<'_> {
    /// How many sections hold `word` as written (lower case, without accents).
    pub fn held(&self, word: &str) -> tantivy::Result<u32> {
        let term = Term::from_field_text(self.opened.fields.words, word);
        let mut held = 0;
        for segment in &self.opened.segments {
            held += segment.words.doc_freq(&term)?;
        }
        Ok(held)
    }

    /// How many sections hold a form of `word`.
    pub fn held_in_any_form(&self, word: &str) -> tantivy::Result<u32> {
        let mut most = self.held(word)?;
        for stemmer in self.stemmers {
            let terms = analysis::terms(word, &mut stemmer.clone());
            for stem in &terms.pieces {
                let term = Term::from_field_text(self.opened.fields.body, stem);
                let mut held = 0;
                for segment in &self.opened.segments {
                    held += segment.texts[BODY].terms.doc_freq(&term)?;
                }
                most = most.max(held);
            }
        }
        Ok(most)
    }

    /// How many sections have these stems one behind the other in their body.
    pub fn phrase_held(&self, stems: &[String]) -> tantivy::Result<u32> {
        let field = self.opened.fields.body;
        let terms: Vec<Term> =
            stems.iter().map(|stem| Term::from_field_text(field, stem)).collect();
        if terms.len() < 2 {
            return Ok(0);
        }
        let scoring = EnableScoring::disabled_from_searcher(self.opened.searcher());
        let weight = PhraseQuery::new(terms).weight(scoring)?;
        let mut held = 0;
        for segment in &self.opened.segments {
            let mut scorer = weight.scorer(&segment.reader, 1.0)?;
            while scorer.doc() != TERMINATED {
                held += 1;
                scorer.advance();
            }
        }
        Ok(held)
    }

    /// The words that begin with `prefix`, the commonest first, `prefix` itself left out; at most `most`.
    pub fn beginning(&self, prefix: &str, most: usize) -> tantivy::Result<Vec<Known>> {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for segment in &self.opened.segments {
            let mut terms = segment.words.terms().range().ge(prefix.as_bytes()).into_stream()?;
            let mut seen = 0;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) && seen < MOST_TERMS
            {
                seen += 1;
                add(&mut counts, terms.key(), terms.value().doc_freq);
            }
        }
        counts.remove(prefix);
        let mut known = sorted(counts);
        known.truncate(most);
        Ok(known)
    }

    /// The words within `distance` edits of `word` (one letter added, left out, changed, or two
    /// neighbours exchanged), the commonest first, `word` itself left out. Two edits are looked for
    /// behind the same first letter only: few slips are in it, and it is a tenth of the work.
    ///
    /// By a Levenshtein automaton over the dictionary (K. Schulz, S. Mihov, IJDAR 5(1), 2002): some
    /// hundred microseconds.
    pub fn alike(&self, word: &str, distance: u8) -> tantivy::Result<Vec<Known>> {
        let term = Term::from_field_text(self.opened.fields.words, word);
        let query = FuzzyTermQuery::new(term, distance, true);
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for segment in &self.opened.segments {
            let mut terms = segment.words.terms().search(query.automaton()?);
            if let (2, Some(first)) = (distance, word.as_bytes().first()) {
                terms = terms.ge([*first]).lt([first + 1]);
            }
            let mut terms = terms.into_stream()?;
            while terms.advance() {
                add(&mut counts, terms.key(), terms.value().doc_freq);
            }
        }
        counts.remove(word);
        Ok(sorted(counts))
    }
}

fn add(counts: &mut BTreeMap<String, u32>, key: &[u8], held: u32) {
    if let Ok(word) = std::str::from_utf8(key) {
        *counts.entry(word.to_owned()).or_insert(0) += held;
    }
}

fn sorted(counts: BTreeMap<String, u32>) -> Vec<Known> {
    let mut known: Vec<Known> =
        counts.into_iter().map(|(word, held)| Known { word, held }).collect();
    known.sort_by(|a, b| b.held.cmp(&a.held).then(a.word.cmp(&b.word)));
    known
}
