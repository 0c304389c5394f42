//! The headings above a text. Label rules search these headings for words.

use crate::vocabulary::folded::{FoldedText, FoldedWords};

/// The maximum total length of the folded headings in a trail, in bytes. Longer headings are truncated; real headings
/// are shorter.
const MOST_TRAIL: usize = 4_000;

/// The folded headings above a text, outermost first, truncated to [`MOST_TRAIL`] bytes in total. [`Trail::with`] can
/// add a text after them.
#[derive(Clone)]
pub(super) struct Trail<'a>(Vec<FoldedText<'a>>);

impl<'a> Trail<'a> {
    /// The trail of `headings`, outermost first.
    pub fn of(headings: impl IntoIterator<Item = &'a str>) -> Trail<'a> {
        let mut left = MOST_TRAIL;
        let mut trail = Trail(Vec::new());
        for heading in headings {
            let mut heading = FoldedText::of(heading);
            heading.truncate(left);
            left -= heading.folded.len();
            trail.0.push(heading);
        }
        trail
    }

    /// A copy of this trail, followed by the first [`MOST_TRAIL`] characters of `text`.
    pub fn with(&self, text: &'a str) -> Trail<'a> {
        let end = text.char_indices().nth(MOST_TRAIL).map_or(text.len(), |(at, _)| at);
        let mut trail = self.clone();
        trail.0.push(FoldedText::of(&text[..end]));
        trail
    }

    /// Whether a heading of the trail, or the text added to it, contains `words`.
    pub fn contains(&self, words: &FoldedWords) -> bool {
        self.0.iter().any(|heading| words.are_in(heading, 0..heading.folded.len()))
    }
}
