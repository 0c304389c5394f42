//! A search index of a few sections, written without a refresh.

use cairn::search::{
    Budget, FoldedCopies, IndexedSource, LastWord, SearchRequest, SearchResponse, SectionRecord,
    Understanding,
};

#[path = "../../src/search/fixture.rs"]
mod fixture;

/// An index with its vocabulary.
pub use fixture::SearchFixture as Shelf;
/// An index of the records of sources, some of which are copies. The id of a record is its position.
pub use fixture::fixture_of as shelf_with;
/// The only section of a document.
pub use fixture::record as plain;

/// The only section of a document, with the changes of `change`.
pub fn record(heading: &str, text: &str, change: impl FnOnce(&mut SectionRecord)) -> SectionRecord {
    let mut record = plain(heading, text);
    change(&mut record);
    record
}

/// An index of the `records` of two sources, the first of which has a licence.
pub fn shelf(records: Vec<SectionRecord>) -> Shelf {
    fixture::fixture(records)
}

/// An index of the `records` of `sources`.
pub fn shelf_of(records: Vec<SectionRecord>, sources: Vec<IndexedSource>) -> Shelf {
    shelf_with(records, sources, FoldedCopies::default())
}

impl Shelf {
    pub fn ask(
        &self,
        text: &str,
        understanding: Understanding,
        last_word: LastWord,
    ) -> SearchResponse {
        let request =
            SearchRequest { text, filters: &[], limit: 100, offset: 0, understanding, last_word };
        self.searcher.search(&request, &self.vocabulary, &Budget::unlimited()).unwrap()
    }

    pub fn full(&self, text: &str) -> SearchResponse {
        self.ask(text, Understanding::FULL, LastWord::Whole)
    }

    /// The titles of the found sections, best first.
    pub fn found(&self, text: &str) -> Vec<String> {
        self.full(text).found.into_iter().map(|found| found.record.title).collect()
    }
}
