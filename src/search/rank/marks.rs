//! The words and phrases of a query that are highlighted in the texts of its hits.

use std::borrow::Cow;

use crate::search::text::analysis::{Terms, phrases};

/// The phrases to highlight. Each consists of stems joined by spaces; a stem contains no space.
#[derive(Clone, Debug, Default)]
pub(in crate::search) struct Marks<'v> {
    /// Each phrase, with the number of the query unit that it belongs to.
    pub phrases: Vec<(Cow<'v, str>, usize)>,
    unit: usize,
}

impl<'v> Marks<'v> {
    /// Adds the pieces of `terms` as one phrase, and each compound as another.
    pub fn add(&mut self, terms: &Terms) {
        for phrase in phrases(terms) {
            self.phrases.push((Cow::Owned(phrase), self.unit));
        }
    }

    /// Adds `phrases`, as made by [`phrases`].
    pub fn add_all(&mut self, phrases: &'v [String]) {
        let unit = self.unit;
        self.phrases.extend(phrases.iter().map(|phrase| (Cow::Borrowed(phrase.as_str()), unit)));
    }

    /// Starts the next unit of the query: phrases added from here on belong to it.
    pub fn next_unit(&mut self) {
        self.unit += 1;
    }

    /// Sorts the phrases and removes duplicates. Each is kept for the first unit that it belongs to.
    pub fn finish(&mut self) {
        self.phrases.sort_unstable();
        self.phrases.dedup_by(|next, kept| next.0 == kept.0);
    }
}
