//! Sentences by Unicode's rules (UAX #29), in linear time.
//!
//! After a full stop, unicode-segmentation looks ahead for a letter that decides whether the sentence ends, and repeats
//! this at each following character. So a full stop and 20,000 spaces cost 200 million steps. To prevent this, text is
//! first cut wherever a long stretch has no character at which the look-ahead ends.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Text is cut after this many characters without a cased letter, a line end or the end of a sentence. Sentences
/// in scripts without case are shorter.
const LONGEST_RUN: usize = 400;

/// The sentences of `text` with their byte offsets; concatenated, they are the whole text. O(length).
pub fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    stretches(text).flat_map(move |stretch| {
        let from = stretch.start;
        let bounds = text[stretch].split_sentence_bound_indices();
        bounds.map(move |(at, sentence)| (from + at, sentence))
    })
}

/// Divides `text` into consecutive byte ranges. None of them has more than [`LONGEST_RUN`] characters in a row that
/// don't end the look-ahead.
fn stretches(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &text[from..];
        let mut run = 0;
        let cut = rest.char_indices().find(|(_, c)| {
            run = if decides(*c) { 0 } else { run + 1 };
            run > LONGEST_RUN
        });
        let to = cut.map_or(text.len(), |(at, _)| from + at);
        let stretch = from..to;
        from = to;
        (!stretch.is_empty()).then_some(stretch)
    })
}

/// Whether the look-ahead ends at `c`. It does not end at U+0345, which is lower-case but counts as a combining mark.
fn decides(c: char) -> bool {
    matches!(c, '.' | '?' | '!' | '。' | '\n')
        || (c.is_lowercase() && c != '\u{345}')
        || c.is_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_sentences_are_those_of_unicode() {
        let text = "One. Two? e.g. three! 四。五。 (Six.) 7.5 and so on. \"Eight,\" he said.";
        let expected: Vec<_> = text.split_sentence_bound_indices().collect();
        assert_eq!(sentences(text).collect::<Vec<_>>(), expected);
        assert_eq!(sentences("").count(), 0);
    }

    #[test]
    fn a_dot_and_a_million_spaces_or_marks_cost_no_quadratic_time() {
        for run in [" ", ")", "1", "\u{345}", "的", "\u{300}", ". \u{345}"] {
            let text = format!("A.{} b", run.repeat(300_000));
            let parts: Vec<_> = sentences(&text).collect();
            let joined: String = parts.iter().map(|(_, sentence)| *sentence).collect();
            assert!(joined == text, "nothing is lost: {run:?}");
            assert!(parts.iter().all(|(at, sentence)| text[*at..].starts_with(sentence)));
        }
    }
}
