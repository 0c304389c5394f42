//! Finds the sources that a query names by owner, author, repository or title.
//!
//! A run of words names a source if it is part of one of the source's names and is distinctive: few owners have it in
//! their names, few sections elsewhere contain it, and it is not a label of the vocabulary. A single word must not be a
//! word of a label either. "chip huyen" and "system design primer" name a source; "machine learning system design" does
//! not.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use super::filler;
use super::labels::Labels;
use super::names::{
    KnownSource, LONGEST, NameKey, NameOccurrence, Preference, SourceIndex, is_telling,
};
use crate::search::index::error::SearchError;
use crate::search::index::levels::BODY;
use crate::search::index::lexicon::Lexicon;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::postings::{each_block, each_phrase};
use crate::search::text::analysis;

/// The maximum number of runs of one query that are checked against the index. Further runs name no sources.
const MOST_COUNTED: usize = 12;
/// The maximum number of sources that one run may name. A run that would name more is ignored, because it would not
/// narrow the search.
const MOST_NAMED: usize = 20;
/// A run of several words names sources only if the names of at most this many owners contain it. A single word must
/// occur in the names of only one owner.
const MOST_HOLDERS: usize = 2;
/// The minimum length of a name of one word, in characters.
const SHORTEST: usize = 3;
/// A run is distinctive only if at most this share of all sections, in ten-thousandths, contains it outside the sources
/// of its owners. This is the limit for a single word that is a whole name. A run counts as a single word if all its
/// other words are filler or words for kinds of material.
const WHOLE_WORD: usize = 100;
/// The same limit for a single word that is a part of a name.
const WORD: usize = 20;
/// The same limit for a phrase that is a whole name.
const WHOLE_PHRASE: usize = 50;
/// The same limit for a phrase that is a part of a name.
const PHRASE: usize = 10;
/// Even in a small index, a distinctive run may occur in this many sections outside the sources of its owners.
const FEW: usize = 3;

/// Words of a query that name sources.
#[derive(Debug)]
pub(super) struct NamedSources {
    /// The index of the first word.
    pub at: usize,
    /// The number of words.
    pub length: usize,
    pub ids: Vec<String>,
    pub preference: Preference,
}

/// A run at the beginning of some words, with the names of sources that contain this run.
struct NameRun<'a> {
    /// The number of words.
    length: usize,
    occurrences: &'a [NameOccurrence],
}

/// The sections that belong to sources of certain owners.
struct OwnSections<'a> {
    opened: &'a OpenedIndex,
    /// For each source, by its number in the index: whether it belongs to one of the owners.
    sources: Vec<bool>,
    /// The number of sections of all sources of these owners together.
    sections: usize,
}

impl OwnSections<'_> {
    fn of<'a>(
        holders: &BTreeSet<usize>,
        index: &SourceIndex,
        opened: &'a OpenedIndex,
    ) -> OwnSections<'a> {
        let mut own =
            OwnSections { opened, sources: vec![false; opened.values.sources()], sections: 0 };
        for source in index.sources.iter().filter(|source| holders.contains(&source.holder)) {
            own.sections += source.sections;
            if let Some(is_own) = source.number.and_then(|number| own.sources.get_mut(number)) {
                *is_own = true;
            }
        }
        own
    }

    fn has(&self, section: u32) -> bool {
        let number = self.opened.values.source_of(section);
        number.is_some_and(|number| self.sources[number])
    }
}

/// Finds the sources that a query names.
pub(super) struct SourceNamer<'a> {
    pub sources: &'a SourceIndex,
    pub labels: &'a Labels,
    pub lexicon: &'a Lexicon<'a>,
}

impl SourceNamer<'_> {
    /// The runs of `words` (lower-case) that name sources, from left to right. Of several runs that begin at the same
    /// word, only the longest is returned. No run spans a `None`. Costs O(words) look-ups, and reading the postings of
    /// a few rare runs.
    pub fn named(&self, words: &[Option<String>]) -> Result<Vec<NamedSources>, SearchError> {
        let mut named = Vec::new();
        let (mut at, mut counted) = (0, 0);
        while at < words.len() {
            let run = words[at..].iter().map_while(Option::as_deref).take(LONGEST);
            let run: Vec<&str> = run.collect();
            let Some(longest) = self.longest(&run, &mut counted)? else {
                at += 1;
                continue;
            };
            let length = longest.length;
            let held: Vec<&KnownSource> = self
                .sources
                .best(longest.occurrences)
                .filter(|source| source.number.is_some())
                .collect();
            // A named source without sections can't be preferred, but its words can't be part of another name.
            if !held.is_empty() {
                let ids = held.iter().map(|source| source.id.clone()).collect();
                let sections = held.iter().map(|source| source.sections).sum();
                let sources = held.iter().filter_map(|source| source.number).collect();
                named.push(NamedSources {
                    at,
                    length,
                    ids,
                    preference: Preference { sources, sections },
                });
            }
            at += length;
        }
        Ok(named)
    }

    /// The longest distinctive run at the beginning of `words`.
    fn longest(
        &self,
        words: &[&str],
        counted: &mut usize,
    ) -> Result<Option<NameRun<'_>>, SearchError> {
        let mut analyzer = analysis::words();
        let mut key = NameKey::default();
        let mut runs: Vec<NameRun> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            key.push(word, &mut analyzer);
            let occurrences = self.sources.get(&key);
            runs.extend(occurrences.map(|occurrences| NameRun { length: at + 1, occurrences }));
        }
        for run in runs.into_iter().rev() {
            let words = &words[..run.length];
            if *counted < MOST_COUNTED && self.is_distinctive(words, run.occurrences, counted)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Whether `words` are distinctive enough to name sources. `occurrences` are the names that contain the words.
    /// Increments `counted` if the answer may require reading the index.
    fn is_distinctive(
        &self,
        words: &[&str],
        occurrences: &[NameOccurrence],
        counted: &mut usize,
    ) -> Result<bool, SearchError> {
        let parts = words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let telling: Vec<&str> = parts.iter().filter(|part| is_telling(part)).copied().collect();
        let holders: BTreeSet<usize> =
            occurrences.iter().map(|own| self.sources.sources[own.source].holder).collect();
        let is_begun =
            [words.first(), words.last()].into_iter().flatten().any(|w| filler::is_filler(w));
        let is_whole = occurrences.iter().any(|occurrence| occurrence.is_whole);
        if holders.len() > MOST_HOLDERS
            || self.sources.best(occurrences).count() > MOST_NAMED
            || (is_begun && !is_whole)
            || !self.labels.index.topics(&parts.join(" ")).is_empty()
        {
            return Ok(false);
        }
        *counted += 1;
        let own = OwnSections::of(&holders, self.sources, self.lexicon.opened);
        let most = |share: usize| (self.lexicon.opened.len() * share / 10_000).max(FEW);
        match telling[..] {
            [] => Ok(false),
            [word] => {
                let most = most(if is_whole { WHOLE_WORD } else { WORD });
                let is_word =
                    word.chars().count() >= SHORTEST && word.chars().any(char::is_alphabetic);
                let is_own = is_word && holders.len() == 1 && !self.labels.has_word(word);
                Ok(is_own && self.word_elsewhere(word, &own, most)? <= most)
            }
            _ => {
                let most = most(if is_whole { WHOLE_PHRASE } else { PHRASE });
                Ok(self.phrase_elsewhere(&parts.join(" "), &own)? <= most)
            }
        }
    }

    /// The number of sections that contain `word` and don't belong to `own`. If the document frequency alone shows
    /// whether this number is more than `most`, returns a lower bound without reading postings.
    fn word_elsewhere(
        &self,
        word: &str,
        own: &OwnSections,
        most: usize,
    ) -> Result<usize, SearchError> {
        let Lexicon { opened, budget, .. } = self.lexicon;
        let all = usize::try_from(self.lexicon.held(word)?).unwrap_or(usize::MAX);
        let least = all.saturating_sub(own.sections);
        if least > most || all <= most {
            return Ok(least);
        }
        let term = Term::from_field_text(opened.fields.words, word);
        let mut held = 0;
        for segment in &opened.segments {
            each_block(&segment.words, &term, IndexRecordOption::Basic, budget, |block| {
                held += block.docs().iter().filter(|doc| !own.has(segment.base + **doc)).count();
            })?;
        }
        Ok(held)
    }

    /// The number of sections whose body contains `words` as a phrase and that don't belong to `own`.
    fn phrase_elsewhere(&self, words: &str, own: &OwnSections) -> Result<usize, SearchError> {
        let Lexicon { opened, stemmers, budget } = self.lexicon;
        let Some(english) = stemmers.first() else { return Ok(0) };
        let stems = analysis::terms(words, &mut english.clone()).pieces;
        let term = |stem: &String| Term::from_field_text(opened.fields.body, stem);
        let terms: Vec<Term> = stems.iter().map(term).collect();
        let mut held = 0;
        for segment in &opened.segments {
            each_phrase(&segment.texts[BODY].terms, &terms, budget, |doc| {
                held += usize::from(!own.has(segment.base + doc));
            })?;
        }
        Ok(held)
    }
}
