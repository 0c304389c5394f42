//! The words and phrases of a query that are highlighted in the texts of its hits.

use std::borrow::Cow;

use crate::search::text::analysis::{Terms, phrases};

/// A phrase to highlight. Phrases are sorted by their stems, then by their units.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct MarkPhrase<'v> {
    /// Its stems, joined by spaces; a stem contains no space.
    pub stems: Cow<'v, str>,
    /// The index of the query unit that it belongs to.
    pub unit: usize,
}

/// The phrases to highlight.
#[derive(Clone, Debug, Default)]
pub(in crate::search) struct Marks<'v> {
    pub phrases: Vec<MarkPhrase<'v>>,
    /// The index of the query unit that added phrases belong to.
    unit: usize,
}

impl<'v> Marks<'v> {
    /// Adds the pieces of `terms` as one phrase, and each compound of `terms` as a phrase of its own.
    pub fn add(&mut self, terms: &Terms) {
        for phrase in phrases(terms) {
            self.phrases.push(MarkPhrase { stems: Cow::Owned(phrase), unit: self.unit });
        }
    }

    /// Adds `phrases`, which must have the form that [`phrases`] returns.
    pub fn add_all(&mut self, phrases: &'v [String]) {
        let unit = self.unit;
        let phrase = |stems: &'v String| MarkPhrase { stems: Cow::Borrowed(stems.as_str()), unit };
        self.phrases.extend(phrases.iter().map(phrase));
    }

    /// Starts the next unit of the query: phrases added from here on belong to it.
    pub fn next_unit(&mut self) {
        self.unit += 1;
    }

    /// Sorts the phrases and removes duplicates. A phrase of several units is kept for the first of these units.
    pub fn finish(&mut self) {
        self.phrases.sort_unstable();
        self.phrases.dedup_by(|next, kept| next.stems == kept.stems);
    }
}
