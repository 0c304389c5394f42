//! Reads one list of postings, window by window.

use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, TERMINATED, Term};

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::postings::LOOK_UP;
use crate::search::rank::bits::{Span, WINDOW, WindowBits};

/// A search for one posting costs as much as reading this many.
const SEEK: usize = 16;

/// A list of postings of a segment, and how far it was read.
#[derive(Clone)]
pub(in crate::search) struct List {
    block: BlockSegmentPostings,
    /// The index in the block of the next posting.
    next: usize,
    /// The number of postings that were read.
    pub examined: usize,
    /// The mean number of postings in a window.
    per_window: usize,
}

/// A posting of a [`List`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct Posting {
    /// The section's distance from the beginning of the window.
    pub at: u32,
    /// The term frequency; 1 if the field has none.
    pub count: u32,
}

impl List {
    /// The list of `term`; `None` if the segment, which has `sections` sections, does not contain it.
    pub fn open(
        terms: &InvertedIndexReader,
        term: &Term,
        sections: u32,
        budget: &Budget,
    ) -> Result<Option<List>, SearchError> {
        budget.spend(LOOK_UP)?;
        let Some(info) = terms.get_term_info(term)? else { return Ok(None) };
        let option = IndexRecordOption::WithFreqs;
        let block = terms.read_block_postings_from_terminfo(&info, option)?;
        let windows = sections.div_ceil(WINDOW).max(1) as usize;
        let per_window = block.doc_freq() as usize / windows;
        Ok(Some(List { block, next: 0, examined: 0, per_window }))
    }

    /// The number of sections in the list.
    pub fn documents(&self) -> usize {
        self.block.doc_freq() as usize
    }

    /// The document of the next posting.
    pub fn doc(&self) -> u32 {
        match self.next < self.block.block_len() {
            true => self.block.doc(self.next),
            false => TERMINATED,
        }
    }

    /// Calls `each` with the postings in `span`. If `wanted` is given, only postings of these sections matter: others
    /// may be left out. Spans must not go backwards.
    pub fn each(
        &mut self,
        span: Span,
        wanted: Option<&WindowBits>,
        budget: &Budget,
        mut each: impl FnMut(Posting),
    ) -> Result<(), SearchError> {
        if let Some(wanted) = wanted
            && wanted.count() * SEEK < self.per_window
        {
            return self.seek_each(span, wanted, budget, each);
        }
        self.seek(span.from);
        loop {
            let (docs, counts) = (self.block.docs(), self.block.freqs());
            let docs = docs.get(self.next..).unwrap_or_default();
            let counts = counts.get(self.next..).unwrap_or_default();
            let length = docs.partition_point(|doc| *doc < span.to);
            let posting = |doc: &u32, count| Posting { at: doc - span.from, count };
            match counts.is_empty() {
                true => docs[..length].iter().for_each(|doc| each(posting(doc, 1))),
                false => docs[..length]
                    .iter()
                    .zip(counts)
                    .for_each(|(doc, count)| each(posting(doc, *count))),
            }
            self.next += length;
            self.examined += length;
            budget.spend(1 + length)?;
            if self.next < self.block.block_len() || self.block.block_len() == 0 {
                return Ok(());
            }
            self.block.advance();
            self.next = 0;
        }
    }

    /// Calls `each` with the postings in `span` of the sections `wanted`. Skips all other postings.
    fn seek_each(
        &mut self,
        span: Span,
        wanted: &WindowBits,
        budget: &Budget,
        mut each: impl FnMut(Posting),
    ) -> Result<(), SearchError> {
        for at in wanted.iter() {
            let doc = span.from + at;
            if doc < self.doc() {
                continue;
            }
            budget.spend(SEEK)?;
            self.seek(doc);
            if self.doc() == doc {
                self.examined += 1;
                each(Posting { at, count: self.block.freq(self.next) });
            }
        }
        Ok(())
    }

    /// Advances to the first posting that is not before `doc`.
    fn seek(&mut self, doc: u32) {
        if self.doc() < doc {
            self.next = self.block.seek(doc);
        }
    }
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{Schema, TextFieldIndexing, TextOptions};
    use tantivy::{Index, TantivyDocument};

    use super::*;

    /// The sections that a list contains, read with `wanted` in each window.
    fn read(sections: u32, holds: impl Fn(u32) -> bool, wanted: Option<&WindowBits>) -> Vec<u32> {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let field = builder.add_text_field("text", options);
        let index = Index::create_in_ram(builder.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for section in 0..sections {
            let mut document = TantivyDocument::default();
            document.add_text(field, if holds(section) { "a a" } else { "b" });
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let terms = searcher.segment_reader(0).inverted_index(field).unwrap();
        let (term, budget) = (Term::from_field_text(field, "a"), Budget::unlimited());
        let mut list = List::open(&terms, &term, sections, &budget).unwrap().unwrap();
        let mut found = Vec::new();
        for from in (0..sections).step_by(WINDOW as usize) {
            let span = Span { from, to: sections.min(from + WINDOW) };
            list.each(span, wanted, &budget, |posting| {
                assert_eq!(posting.count, 2);
                found.push(from + posting.at);
            })
            .unwrap();
        }
        assert_eq!(list.doc(), TERMINATED);
        found
    }

    #[test]
    fn every_posting_is_read_once_whatever_the_windows() {
        for every in [1, 3, 700] {
            let wanted: Vec<u32> = (0..9_000).filter(|section| section % every == 0).collect();
            assert_eq!(read(9_000, |section| section % every == 0, None), wanted);
        }
    }

    #[test]
    fn the_wanted_sections_are_found_by_seeking() {
        let mut wanted = WindowBits::default();
        [5, 6, 4_000].iter().for_each(|at| wanted.insert(*at));
        let found = read(9_000, |section| section % 2 == 0 && section < 8_000, Some(&wanted));
        assert!(found.len() < 100, "others are skipped");
        assert!([6, 4_000, WINDOW + 6].iter().all(|section| found.contains(section)));
        assert!(!found.contains(&5));
    }
}
