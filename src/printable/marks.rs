//! Cuts a text into matches and the plain text between them, so that pages and commands can highlight the matches.

use std::ops::Range;

/// A piece of a text; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkedPiece<'a> {
    Plain(&'a str),
    Match(&'a str),
}

/// Cuts `text` at `ranges`, which are byte ranges of the matches. Joined in order, the pieces are `text`.
///
/// Skips a range that is empty or reversed, is not within the text, splits a character, or begins before the end of an
/// earlier match. O(ranges).
pub(crate) fn pieces(
    text: &str,
    ranges: impl IntoIterator<Item = Range<usize>>,
) -> Vec<MarkedPiece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in ranges {
        let plain = text.get(at..range.start);
        let found = text.get(range.clone()).filter(|found| !found.is_empty());
        let (Some(plain), Some(found)) = (plain, found) else { continue };
        pieces.extend((!plain.is_empty()).then_some(MarkedPiece::Plain(plain)));
        pieces.push(MarkedPiece::Match(found));
        at = range.end;
    }
    let rest = &text[at..];
    pieces.extend((!rest.is_empty()).then_some(MarkedPiece::Plain(rest)));
    pieces
}

/// Converts `ranges` of `text` from character offsets (Unicode scalar values) to byte offsets. Each range is a start
/// and an end. Skips a range that is not within the text. O(length).
pub(crate) fn byte_ranges(text: &str, ranges: &[(usize, usize)]) -> Vec<Range<usize>> {
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let bytes = |(start, end): &(usize, usize)| Some(*offsets.get(*start)?..*offsets.get(*end)?);
    ranges.iter().filter_map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
        let found = |piece| match piece {
            MarkedPiece::Match(found) => Some(found),
            MarkedPiece::Plain(_) => None,
        };
        pieces(text, ranges.iter().cloned()).into_iter().filter_map(found).collect()
    }

    #[test]
    fn a_text_is_cut_at_its_matches_without_empty_pieces() {
        use MarkedPiece::{Match, Plain};
        let cut = pieces("é bias <b>", [0..2, 3..7]);
        assert_eq!(cut, [Match("é"), Plain(" "), Match("bias"), Plain(" <b>")]);
        assert_eq!(pieces("abc", [0..1, 1..3]), [Match("a"), Match("bc")]);
        assert_eq!(pieces("abc", []), [Plain("abc")]);
        assert_eq!(pieces("", []), []);
    }

    #[test]
    fn ranges_that_do_not_fit_the_text_are_skipped() {
        let outside = [0..9, 3..4, usize::MAX - 1..usize::MAX];
        assert!(matches("abc", &outside).is_empty(), "outside");
        assert_eq!(matches("aéb", &[0..2, 2..3, 3..4]), ["b"], "inside a character");
        assert_eq!(matches("abc", &[0..2, 1..3, 2..3]), ["ab", "c"], "overlapping");
        assert_eq!(matches("abc", &[2..3, 0..1]), ["c"], "out of order");
        let reversed = Range { start: 2, end: 1 };
        assert_eq!(matches("abc", &[reversed, 1..1, 1..2]), ["b"], "reversed, empty");
    }

    #[test]
    fn ranges_of_characters_become_ranges_of_bytes() {
        assert_eq!(byte_ranges("é🙂x", &[(0, 1), (1, 3), (3, 3)]), [0..2, 2..7, 7..7]);
        assert_eq!(byte_ranges("éa", &[(0, 3), (usize::MAX, 0), (0, 1), (1, 2)]), [0..2, 2..3]);
        assert!(byte_ranges("", &[(0, 1)]).is_empty());
    }

    proptest! {
        #[test]
        fn the_pieces_of_any_ranges_together_are_the_text(
            text in "[aé🙂]{0,8}",
            ranges in proptest::collection::vec((0_usize..20, 0_usize..20), 0..8),
        ) {
            let joined = |ranges: Vec<Range<usize>>| -> String {
                let cut = pieces(&text, ranges);
                let text_of = |piece| match piece {
                    MarkedPiece::Plain(text) | MarkedPiece::Match(text) => text,
                };
                cut.into_iter().map(text_of).collect()
            };
            prop_assert_eq!(&joined(byte_ranges(&text, &ranges)), &text);
            let bytes = ranges.iter().map(|(start, end)| *start..*end).collect();
            prop_assert_eq!(&joined(bytes), &text);
        }
    }
}
