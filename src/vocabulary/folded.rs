//! Folded texts. A folded text has the words of a text in their normal forms, each between two marks. Because of the
//! marks, a search for a word does not match inside a longer word. [`LabelIndex`](super::label_index::LabelIndex) and
//! the rules of labels search folded texts.

use std::ops::Range;

use memchr::memmem::Finder;

use super::label::{self, Joint, Spelling};

/// The mark before each word. No word contains it, because words consist of letters and digits.
const OPEN: char = '\u{1}';
/// The mark after each word. No word contains it.
const CLOSE: char = '\u{2}';

/// A word of a [`FoldedText`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoldedWord {
    /// The byte offset of its opening mark in the folded text.
    folded: usize,
    /// The byte offset of its beginning in the text as written.
    pub start: usize,
    /// The byte offset of its end in the text as written.
    pub end: usize,
}

/// A text, the normal forms of its words, and the position of each word.
#[derive(Clone, Debug)]
pub(crate) struct FoldedText<'a> {
    pub written: &'a str,
    /// The normal forms, each between marks.
    pub folded: String,
    pub words: Vec<FoldedWord>,
}

impl<'a> FoldedText<'a> {
    /// Folds `written`. O(length).
    pub fn of(written: &'a str) -> FoldedText<'a> {
        let mut folded = String::with_capacity(written.len() + written.len() / 2);
        let mut words = Vec::with_capacity(written.len() / 6);
        label::words(written, |start, end, word| {
            words.push(FoldedWord { folded: folded.len(), start, end });
            folded.push(OPEN);
            label::fold(word, &mut folded);
            folded.push(CLOSE);
        });
        FoldedText { written, folded, words }
    }

    /// The byte range of the words `first..=last` in the folded text, with the separators up to the next word.
    pub fn folded_range(&self, first: usize, last: usize) -> Range<usize> {
        let end = self.words.get(last + 1).map_or(self.folded.len(), |next| next.folded);
        self.words[first].folded..end
    }

    /// The normal forms of the words, in order.
    pub fn normals(&self) -> impl Iterator<Item = &str> {
        let ends = self.words.iter().skip(1).map(|next| next.folded).chain([self.folded.len()]);
        let normal = |(word, end): (&FoldedWord, usize)| {
            &self.folded[word.folded + OPEN.len_utf8()..end - CLOSE.len_utf8()]
        };
        self.words.iter().zip(ends).map(normal)
    }

    /// The byte range of the words `first..=last` as written.
    pub fn written_range(&self, first: usize, last: usize) -> Range<usize> {
        self.words[first].start..self.words[last].end
    }

    /// The key of the words `first..=last`, as [`label::key`] makes it.
    pub fn key(&self, first: usize, last: usize) -> String {
        let folded = &self.folded[self.folded_range(first, last)];
        let mut key = folded.replace(OPEN, "").replace(CLOSE, " ");
        key.pop();
        key
    }

    /// The index of the first word whose opening mark is at byte `at` of the folded text or later.
    pub fn word_at(&self, at: usize) -> usize {
        self.words.partition_point(|word| word.folded < at)
    }

    /// Whether the words of this text from the index `first` on are separated in a way that a label allows. `joints`
    /// are the joints between the words of the label.
    pub fn allows(&self, first: usize, joints: &[Joint]) -> bool {
        joints.iter().zip(self.words[first..].windows(2)).all(|(joint, pair)| {
            let (before, after) = (pair[0], pair[1]);
            let written = |range: Range<usize>| &self.written[range];
            *joint == Joint::Loose
                || label::is_tight(
                    written(before.start..before.end),
                    written(before.end..after.start),
                    written(after.start..after.end),
                )
        })
    }

    /// Truncates the folded text to at most `most` bytes. A word that would be cut in two is removed.
    pub fn truncate(&mut self, most: usize) {
        if self.folded.len() > most {
            let next = self.words.partition_point(|word| word.folded <= most);
            self.words.truncate(next);
            let cut = self.words.pop().map_or(0, |word| word.folded);
            self.folded.truncate(cut);
        }
    }
}

/// The search pattern for a sequence of words in folded texts.
#[derive(Clone, Debug)]
pub(crate) struct FoldedWords {
    finder: Finder<'static>,
    joints: Vec<Joint>,
}

impl FoldedWords {
    /// The search patterns for `words`, one for each spelling.
    pub fn of(words: &str) -> impl Iterator<Item = FoldedWords> {
        label::spellings(words).into_iter().filter_map(|Spelling { words, joints }| {
            let normals = words.iter().map(|word| word.normal.as_str());
            let pattern = fence(normals);
            let finder = Finder::new(&pattern).into_owned();
            (!pattern.is_empty()).then_some(FoldedWords { finder, joints })
        })
    }

    /// Whether the words occur in the bytes `range` of the folded `text`, separated in a way that their spelling
    /// allows. O(range).
    pub fn are_in(&self, text: &FoldedText, range: Range<usize>) -> bool {
        let bytes = &text.folded.as_bytes()[range.clone()];
        let mut found = self.finder.find_iter(bytes);
        found.any(|at| text.allows(text.word_at(range.start + at), &self.joints))
    }

    /// The number of words.
    pub fn count(&self) -> usize {
        self.joints.len() + 1
    }

    /// The length of the words' normal forms, in bytes, marks included.
    pub fn len(&self) -> usize {
        self.finder.needle().len()
    }
}

/// The folded text of `words`, which are in their normal forms: each word is between marks.
pub(crate) fn fence<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words {
        text.push(OPEN);
        text.push_str(word);
        text.push(CLOSE);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(words: &str, text: &str) -> bool {
        let text = FoldedText::of(text);
        FoldedWords::of(words).any(|words| words.are_in(&text, 0..text.folded.len()))
    }

    #[test]
    fn words_are_found_whole_in_any_form() {
        assert!(is_in("ranking model", "Two Ranking Models"));
        assert!(!is_in("rank", "ranking") && !is_in("ranking model", "ranking of models"));
        assert!(!is_in("", "anything"));
    }

    #[test]
    fn words_with_a_slash_are_not_found_in_a_list() {
        assert!(is_in("A/B", "an a/b test") && is_in("A/B", "an AB test"));
        assert!(!is_in("A/B", "the interval [a, b]"));
        assert!(is_in("A/B", "[a, b] and A/B"), "a later place counts");
    }

    #[test]
    fn a_key_is_the_same_as_that_of_the_words_alone() {
        let text = FoldedText::of("see Click-Through Rates, here");
        assert_eq!(text.key(1, 3), label::key("click through rate"));
        assert_eq!(&text.written[text.written_range(1, 3)], "Click-Through Rates");
    }

    #[test]
    fn a_truncated_text_has_whole_words_only() {
        let whole = FoldedText::of("one two three");
        for most in 0..=whole.folded.len() + 1 {
            let mut text = whole.clone();
            text.truncate(most);
            assert!(text.folded.len() <= most && whole.folded.starts_with(&text.folded));
            let fits = (0..3).filter(|last| whole.folded_range(0, *last).end <= most).count();
            assert_eq!(text.words.len(), fits, "{most}");
        }
    }
}
