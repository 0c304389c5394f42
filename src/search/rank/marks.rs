//! The words and phrases of a query that are marked in the texts shown for it.

use std::borrow::Cow;

use crate::search::text::analysis::{Terms, phrases};

/// What is marked: stems, and stems one behind the other, parted by spaces, which no stem holds.
#[derive(Clone, Debug, Default)]
pub(in crate::search) struct Marks<'v> {
    /// Each with the unit of the query that it serves.
    pub phrases: Vec<(Cow<'v, str>, usize)>,
    unit: usize,
}

impl<'v> Marks<'v> {
    /// Adds words that are marked where they stand one behind the other, and what punctuation joins of them.
    pub fn add(&mut self, terms: &Terms) {
        for phrase in phrases(terms) {
            self.phrases.push((Cow::Owned(phrase), self.unit));
        }
    }

    /// Adds what [`phrases`] made of words.
    pub fn add_all(&mut self, phrases: &'v [String]) {
        let unit = self.unit;
        self.phrases.extend(phrases.iter().map(|phrase| (Cow::Borrowed(phrase.as_str()), unit)));
    }

    /// What is added from here on serves the next unit of the query.
    pub fn next_unit(&mut self) {
        self.unit += 1;
    }

    /// Puts the marks in order: each once, for the first unit that it serves.
    pub fn finish(&mut self) {
        self.phrases.sort_unstable();
        self.phrases.dedup_by(|next, kept| next.0 == kept.0);
    }
}
