//! Selects one page of the ranked candidates, and limits how many hits of one document all pages together show.

use foldhash::{HashMap, HashSet};

use crate::search::index::opened::OpenedIndex;
use crate::search::rank::candidates::Ranked;

/// One page of `best`: at most `limit` hits after the first `offset`. All pages together have at most
/// `most_per_document` hits of one document, and only the best part of a long section. O(`best`).
pub(in crate::search) fn page(
    best: &[Ranked],
    opened: &OpenedIndex,
    most_per_document: usize,
    offset: usize,
    limit: usize,
) -> Vec<Ranked> {
    let mut shown: HashMap<u64, usize> = HashMap::default();
    let mut passages: HashSet<u64> = HashSet::default();
    let mut is_one_of_few = |ranked: &&Ranked| {
        let at = ranked.section as usize;
        if !passages.insert(opened.passages[at]) {
            return false;
        }
        let count = shown.entry(opened.documents[at]).or_insert(0);
        *count += 1;
        *count <= most_per_document
    };
    best.iter().filter(|ranked| is_one_of_few(ranked)).skip(offset).take(limit).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{fixture, record};

    #[test]
    fn a_page_shows_few_hits_of_a_document_and_one_part_of_a_long_section() {
        let section = |path: &str, heading: &str| {
            let record = record(heading, "Apples are red.");
            crate::search::SectionRecord { path: path.into(), ..record }
        };
        let fixture = fixture([
            section("a.md", "One"),
            section("a.md", "Two"),
            section("a.md", "Two"),
            section("a.md", "Three"),
            section("b.md", "Four"),
        ]);
        let opened = &fixture.searcher.index.opened;
        let mut best: Vec<Ranked> = (0..5).map(|section| Ranked::matching(section, 1.0)).collect();
        best.sort_by_key(|ranked| opened.id(ranked.section).0);
        let shown = |most, offset, limit| -> Vec<u64> {
            let page = page(&best, opened, most, offset, limit);
            page.iter().map(|ranked| opened.id(ranked.section).0).collect()
        };
        assert_eq!(shown(3, 0, 10), [0, 1, 3, 4]);
        assert_eq!(shown(2, 0, 10), [0, 1, 4]);
        assert_eq!(shown(2, 1, 1), [1], "the offset counts what is shown");
    }
}
