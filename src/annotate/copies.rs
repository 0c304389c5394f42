//! Sections that say the same, folded under one of them.

use std::collections::HashMap;

use crate::extract::Section;

/// Shorter sections ("See below.") are alike without being copies.
const LEAST_WORDS: usize = 8;

/// A number equal for sections with the same heading, text and code, whatever their spacing;
/// `None` for those too short to be told by their words.
pub(super) fn fingerprint(section: &Section) -> Option<u64> {
    let words = section.text.split_whitespace().count() + section.code.split_whitespace().count();
    if words < LEAST_WORDS {
        return None;
    }
    let mut hash = blake3::Hasher::new();
    let heading = section.headings.last().map_or("", String::as_str);
    for part in [heading, &section.text, &section.code] {
        for word in part.split_whitespace() {
            hash.update(word.as_bytes()).update(b" ");
        }
        hash.update(b"\0");
    }
    let bytes = hash.finalize();
    bytes.as_bytes().first_chunk().map(|first| u64::from_le_bytes(*first))
}

/// Folds copies as sections come by, in the order of preference: the first of those that say the
/// same stands for the others.
///
/// ```
/// use cairn::annotate::copies::Fold;
/// let mut fold = Fold::default();
/// assert_eq!(fold.representative(7, "first"), "first");
/// assert_eq!(fold.representative(7, "copy"), "first");
/// assert_eq!(fold.representative(8, "other"), "other");
/// ```
#[derive(Debug)]
pub struct Fold<T> {
    first: HashMap<u64, T>,
}

impl<T> Default for Fold<T> {
    fn default() -> Self {
        Fold { first: HashMap::new() }
    }
}

impl<T: Copy> Fold<T> {
    /// Who stands for `section`: itself, unless one with its `fingerprint` came before.
    pub fn representative(&mut self, fingerprint: u64, section: T) -> T {
        *self.first.entry(fingerprint).or_insert(section)
    }
}
