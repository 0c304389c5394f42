//! Finds the title of a document whose other headings have the same level: `# Guide`, `# Setup`, `# Use`.

use super::entry::{EntryKind, OutlineEntry};

/// A heading that is followed by a heading of the same level is taken for the title if at most this many words are
/// directly below it, and [`TITLE_FACTOR`] applies.
const TITLE_WORDS: usize = 60;
/// The other headings of its level, with their subsections, have on average at least this many times as many words as
/// are directly below the title.
const TITLE_FACTOR: usize = 3;
/// The maximum number of words before the title.
const OPENING_WORDS: usize = 120;
/// The first heading of a level is the title of generic headings of this level if there are at most this many of them.
const FEW: usize = 6;

/// What is known about titles in a format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum TitleRule {
    /// The first heading of the first level is the title if it is not generic, has no number, and little text is
    /// before it.
    Notebook,
    Text,
}

/// The index of the entry that is the title although later entries have its level too; `None` if there is none.
/// `opening_words` is the number of words before the first heading. O(entries).
pub(super) fn title(
    entries: &[OutlineEntry],
    opening_words: usize,
    rule: TitleRule,
) -> Option<usize> {
    let headings = || entries.iter().enumerate().filter(|(_, entry)| entry.is_author_heading());
    let top = headings().map(|(_, entry)| entry.level).min()?;
    let (at, first) = headings().find(|(_, entry)| entry.level == top)?;
    let others: Vec<&OutlineEntry> =
        headings().map(|(_, entry)| entry).filter(|e| e.level == top).skip(1).collect();
    if others.is_empty() || first.is_contents() {
        return None;
    }
    let before = opening_words + entries[..at].iter().map(|entry| entry.words).sum::<usize>();
    let is_first = at == 0;
    let is_html =
        first.kind == EntryKind::Html && others.iter().all(|other| other.kind != EntryKind::Html);
    let is_title = is_first && top == 1 && has_chapters(entries, first, &others)
        || is_first && is_only_numbered(first, &others)
        || is_first && is_html
        || before <= OPENING_WORDS && is_above_generic(first, &others)
        || rule == TitleRule::Notebook
            && top == 1
            && before <= OPENING_WORDS
            && !first.is_generic()
            && first.numbers().is_empty();
    is_title.then_some(at)
}

/// Whether `others` are the chapters of `first`, which has no number: either most of them, and at least two, are
/// numbered, or the next heading is one of them and `first` has little text of its own.
fn has_chapters(entries: &[OutlineEntry], first: &OutlineEntry, others: &[&OutlineEntry]) -> bool {
    let numbered = others.iter().filter(|other| !other.numbers().is_empty()).count();
    let is_first_numbered = !first.numbers().is_empty();
    if is_first_numbered {
        return false;
    }
    let mut headings = entries.iter().filter(|entry| entry.is_author_heading());
    let is_alone = headings.nth(1).is_some_and(|second| second.level == first.level);
    let all: usize = entries.iter().map(|entry| entry.words).sum();
    let average = (all - first.words) / others.len();
    let is_short = first.words <= TITLE_WORDS && first.words * TITLE_FACTOR <= average;
    numbered > 1 && numbered * 2 > others.len() || is_alone && is_short
}

/// Whether `first` is numbered and no other heading of its level is: `5 Labels`.
fn is_only_numbered(first: &OutlineEntry, others: &[&OutlineEntry]) -> bool {
    !first.numbers().is_empty() && others.iter().all(|other| other.numbers().is_empty())
}

/// Whether `first` is not generic, and the `others` are few and all generic.
fn is_above_generic(first: &OutlineEntry, others: &[&OutlineEntry]) -> bool {
    !first.is_generic() && others.len() <= FEW && others.iter().all(|other| other.is_generic())
}
