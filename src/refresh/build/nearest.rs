//! Finds the current section of a document that corresponds to an earlier section.
//!
//! If the text of the document is the same and is only split differently, the lines decide: the result is the section
//! that contains the most of the earlier section's first lines. If the text was edited, lines have moved, so the
//! headings decide.

use std::cmp::Reverse;

use crate::extract::Address;
use crate::search::SectionLocation;

/// The number of lines at the beginning of an earlier section that are compared. One line is not enough, because the
/// first line alone may now be the last line of the preceding section.
const FIRST_LINES: u32 = 8;
/// A candidate that shares lines and has the same heading trail counts as if it shared this many more lines.
const SAME_TRAIL: u32 = 4;

/// Whether the text of a document differs from that of the previous generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentText {
    Same,
    Edited,
}

/// The section of `candidates` that is nearest to the earlier section with `headings` at `address`; `None` if there
/// are no candidates. `candidates` must be sections of one document in the document's order. If several are equally
/// near, returns the first of them. O(candidates).
pub(super) fn nearest<'a>(
    headings: &[String],
    address: Address,
    candidates: &'a [SectionLocation],
    text: DocumentText,
) -> Option<&'a SectionLocation> {
    let distance = |candidate: &SectionLocation| Reverse(distance(address, candidate.address));
    // `max_by_key` returns the last of equal items. In this reversed order, that is the first candidate.
    let candidates = candidates.iter().rev();
    match (text, address) {
        // Posts keep GitHub's ids, whatever is edited. A post that is gone leads to the question.
        (_, Address::Question | Address::Comment(_)) => candidates.max_by_key(|candidate| {
            (candidate.address == address, candidate.address == Address::Question)
        }),
        (DocumentText::Same, _) => candidates.max_by_key(|candidate| {
            let shared = match overlap(address, candidate.address) {
                0 => 0,
                lines if candidate.headings == headings => lines + SAME_TRAIL,
                lines => lines,
            };
            (shared, distance(candidate), common(headings, &candidate.headings))
        }),
        (DocumentText::Edited, _) => candidates.max_by_key(|candidate| {
            let own = headings.last();
            let is_same = candidate.headings == headings;
            let is_below = own.is_some_and(|own| candidate.headings.contains(own));
            let shared = common(headings, &candidate.headings);
            (is_same, is_below, shared, distance(candidate))
        }),
    }
}

/// The first and last line of `address`; the same number twice for a cell, page or card.
fn range(address: Address) -> (u32, u32) {
    match address {
        Address::Lines(first, last) => (first, last.max(first)),
        _ => (address.begin(), address.begin()),
    }
}

/// The number of the first `FIRST_LINES` lines of `earlier` that are in `candidate`. 0 if one is lines and the other,
/// for example, a page.
fn overlap(earlier: Address, candidate: Address) -> u32 {
    if std::mem::discriminant(&earlier) != std::mem::discriminant(&candidate) {
        return 0;
    }
    let ((first, last), (begin, end)) = (range(earlier), range(candidate));
    let last = last.min(first.saturating_add(FIRST_LINES - 1));
    last.min(end).saturating_add(1).saturating_sub(first.max(begin))
}

/// The number of lines (or cells, pages, cards) between the beginning of `earlier` and `candidate`; 0 if `earlier`
/// begins in `candidate`. `u32::MAX` if one is lines and the other, for example, a page.
fn distance(earlier: Address, candidate: Address) -> u32 {
    if std::mem::discriminant(&earlier) != std::mem::discriminant(&candidate) {
        return u32::MAX;
    }
    let (at, (begin, end)) = (earlier.begin(), range(candidate));
    begin.saturating_sub(at).max(at.saturating_sub(end))
}

/// How many headings of `trail` are also in `other`, in this order: the longest common subsequence of two trails of a
/// few headings.
fn common(trail: &[String], other: &[String]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for heading in trail {
        let mut diagonal = 0;
        for (at, found) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if heading == found { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::SectionId;

    fn at(id: u64, trail: &str, address: Address) -> SectionLocation {
        SectionLocation {
            id: SectionId(id),
            source: "s".into(),
            path: "a.md".into(),
            headings: headings(trail),
            address,
        }
    }

    fn headings(trail: &str) -> Vec<String> {
        trail.split_terminator('/').map(str::to_owned).collect()
    }

    /// The id of the section nearest to the one with `trail` on the lines `first` to `last`.
    fn found(
        trail: &str,
        (first, last): (u32, u32),
        candidates: &[SectionLocation],
        text: DocumentText,
    ) -> u64 {
        let address = Address::Lines(first, last);
        nearest(&headings(trail), address, candidates, text).unwrap().id.0
    }

    #[test]
    fn in_the_same_text_the_first_lines_decide() {
        let lines = |id, trail, first, last| at(id, trail, Address::Lines(first, last));
        let split = [
            lines(1, "Guide", 1, 9),
            lines(2, "Guide/Metrics", 10, 12),
            lines(3, "Guide/Metrics/What is recall?", 13, 30),
            lines(4, "Guide/Metrics/What is precision?", 31, 60),
        ];
        let of = |trail, lines| found(trail, lines, &split, DocumentText::Same);
        assert_eq!(of("Guide/Metrics", (10, 60)), 2, "it begins with the heading");
        assert_eq!(of("Guide/Metrics", (33, 60)), 4, "the second part of a long section");
        assert_eq!(of("Guide/Metrics", (30, 60)), 4, "its first line was the end of another");
        assert_eq!(of("Acknowledgements/Metrics", (14, 20)), 3, "headings were wrong");
        assert_eq!(of("", (1, 3)), 1);
        assert_eq!(of("Elsewhere", (80, 90)), 4, "lines that are left out now: the nearest");
    }

    #[test]
    fn in_an_edited_text_headings_decide_before_lines() {
        let lines = |id, trail, first, last| at(id, trail, Address::Lines(first, last));
        let edited = [
            lines(1, "Guide", 1, 9),
            lines(2, "Guide/Serving", 10, 20),
            lines(3, "Guide/Metrics", 100, 120),
            lines(4, "Guide/Metrics", 121, 140),
            lines(5, "Guide/Models/Trees/Boosting", 141, 160),
            lines(6, "Guide/Models/Trees/Boosting/Depth", 161, 170),
        ];
        let of = |trail, lines| found(trail, lines, &edited, DocumentText::Edited);
        assert_eq!(of("Guide/Metrics", (10, 20)), 3);
        assert_eq!(of("Guide/Metrics", (130, 135)), 4);
        assert_eq!(of("Boosting", (10, 20)), 5, "moved below other headings");
        assert_eq!(of("Guide/Boosting/Rates", (165, 170)), 6, "its heading is gone");
        assert_eq!(of("Guide/Models/Ensembles", (150, 155)), 5, "the heading above is left");
        assert_eq!(of("Other", (12, 13)), 2, "nothing is left: by lines");
    }

    #[test]
    fn pages_and_cells_of_the_same_number_are_near() {
        let pages: Vec<SectionLocation> =
            (1..=9).map(|page| at(page.into(), "Slides", Address::Page(page))).collect();
        let of = |address| nearest(&headings("Slides"), address, &pages, DocumentText::Same);
        assert_eq!(of(Address::Page(4)).unwrap().id.0, 4);
        assert_eq!(of(Address::Page(12)).unwrap().id.0, 9);
        assert_eq!(of(Address::Lines(4, 4)).unwrap().id.0, 1, "another kind of address");
        assert_eq!(nearest(&[], Address::Page(4), &[], DocumentText::Same), None);
    }

    #[test]
    fn a_comment_that_is_gone_leads_to_the_question() {
        let comment = |id: u64| Address::Comment(id.try_into().unwrap());
        let thread = [
            at(5, "T", Address::Question),
            at(9, "T/Comment by ann", comment(34)),
            at(3, "T/Comment by ann", comment(34)),
        ];
        let of = |address| nearest(&[], address, &thread, DocumentText::Edited).unwrap().id.0;
        assert_eq!(of(comment(34)), 9, "its first part");
        assert_eq!(of(comment(35)), 5);
        assert_eq!(of(Address::Question), 5);
    }
}
