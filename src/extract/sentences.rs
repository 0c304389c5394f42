//! Sentences by Unicode's rules (UAX #29), in linear time.
//!
//! After a full stop, unicode-segmentation looks ahead for a letter that decides whether the sentence ends, and repeats
//! this at each following character. So a full stop and 20,000 spaces cost 200 million steps. To prevent this, text is
//! first cut wherever a long stretch has no character at which the look-ahead ends.
//!
//! Most stretches are ASCII. For them, the rules are short enough to be written here, and take a tenth of the time.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Text is cut after this many characters without a cased letter, a line end or the end of a sentence. Sentences
/// in scripts without case are shorter.
const LONGEST_RUN: usize = 400;

/// The sentences of `text` with their byte offsets; concatenated, they are the whole text. O(length).
pub fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    stretches(text).flat_map(move |stretch| {
        let (from, text) = (stretch.start, &text[stretch]);
        let is_ascii = text.is_ascii();
        let own = is_ascii.then(|| ascii_sentences(text)).into_iter().flatten();
        let bounds = (!is_ascii).then(|| text.split_sentence_bound_indices());
        let all = own.chain(bounds.into_iter().flatten());
        all.map(move |(at, sentence)| (from + at, sentence))
    })
}

/// The sentences of `text`, which is ASCII.
fn ascii_sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from;
        from = ascii_end(text.as_bytes(), start);
        (from > start).then(|| (start, &text[start..from]))
    })
}

/// The end of the sentence of the ASCII text `bytes` that begins at `from`. The names in the comments are those of the
/// rules in UAX #29.
fn ascii_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let is_end = |byte: &u8| matches!(byte, b'.' | b'!' | b'?' | b'\n' | b'\r');
        let Some(before) = bytes[at..].iter().position(is_end) else { return bytes.len() };
        let mark = at + before;
        if let Some(end) = behind_line_end(bytes, mark) {
            return end; // SB4
        }
        let is_point = bytes[mark] == b'.';
        let next = bytes.get(mark + 1).copied().unwrap_or_default();
        let is_abbreviation = next.is_ascii_uppercase()
            && mark.checked_sub(1).is_some_and(|last| bytes[last].is_ascii_alphabetic());
        at = mark + 1;
        if is_point && (next.is_ascii_digit() || is_abbreviation) {
            continue; // SB6, SB7
        }
        let is_close = |byte: &&u8| b"\"'()[]{}".contains(byte);
        at += bytes[at..].iter().take_while(is_close).count(); // SB9
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | 0x0b | 0x0c);
        at += bytes[at..].iter().take_while(is_space).count(); // SB10
        if let Some(end) = behind_line_end(bytes, at) {
            return end; // SB11
        }
        let goes_on = bytes.get(at).is_some_and(|byte| b",-:;.!?".contains(byte)); // SB8a
        let decides = |byte: &&u8| byte.is_ascii_alphabetic() || is_end(byte);
        let decided = || bytes[at..].iter().find(decides).is_some_and(u8::is_ascii_lowercase);
        if !(goes_on || is_point && decided()) {
            return at; // SB8, SB11
        }
    }
}

/// The offset behind the line end at `at`; `None` if there is none.
fn behind_line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'\r', b'\n', ..] => Some(at + 2),
        [b'\r' | b'\n', ..] => Some(at + 1),
        _ => None,
    }
}

/// Divides `text` into consecutive byte ranges. None of them has more than [`LONGEST_RUN`] characters in a row that
/// don't end the look-ahead.
fn stretches(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &text[from..];
        let mut run = 0;
        let mut is_too_long = |(_, c): &(usize, char)| {
            run = if decides(*c) { 0 } else { run + 1 };
            run > LONGEST_RUN
        };
        let is_long = rest.len() > LONGEST_RUN;
        let cut = is_long.then(|| rest.char_indices().find(&mut is_too_long)).flatten();
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
    fn sentences_of_any_ascii_text_are_those_of_unicode() {
        let mut dice = fastrand::Rng::with_seed(29);
        let common = b"..!?\n\r  \t\"')(,;:-aBc7x";
        for _ in 0..40_000 {
            let length = dice.usize(..14);
            let text: String = (0..length)
                .map(|_| match dice.u8(..4) {
                    0 => char::from(dice.u8(..128)),
                    _ => char::from(common[dice.usize(..common.len())]),
                })
                .collect();
            let expected: Vec<_> = text.split_sentence_bound_indices().collect();
            assert_eq!(ascii_sentences(&text).collect::<Vec<_>>(), expected, "{text:?}");
        }
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
