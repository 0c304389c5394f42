//! Bare tantivy for comparison: one text field with its English analyzer, a BM25 query of all words, and the ten best
//! results with their stored field, with or without the number of matches.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use cairn::search::SectionRecord;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::{DocAddress, Index, Searcher, TantivyDocument, Term};

/// A bare index.
pub struct BareIndex {
    searcher: Searcher,
    text: Field,
    record: Field,
}

fn schema() -> (Schema, Field, Field) {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("en_stem")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(indexing);
    let mut builder = Schema::builder();
    let text = builder.add_text_field("text", text);
    let record = builder.add_bytes_field("record", BytesOptions::default().set_stored());
    (builder.build(), text, record)
}

/// Builds a bare index of `records` in `folder`. Returns its size in bytes and the time it took.
pub fn build(records: impl Iterator<Item = SectionRecord>, folder: &Path) -> (u64, Duration) {
    std::fs::create_dir_all(folder).unwrap();
    let started = Instant::now();
    let (schema, text, stored) = schema();
    let index = Index::create_in_dir(folder, schema).unwrap();
    let mut writer = index.writer_with_num_threads(1, 64_000_000).unwrap();
    for record in records {
        let mut document = TantivyDocument::default();
        let SectionRecord { title, headings, text: body, code, .. } = &record;
        document.add_text(text, format!("{title}\n{}\n{body}\n{code}", headings.join("\n")));
        document.add_bytes(stored, &postcard::to_stdvec(&record).unwrap());
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    writer.wait_merging_threads().unwrap();
    let took = started.elapsed();
    (size(&index), took)
}

fn size(index: &Index) -> u64 {
    let searcher = index.reader().unwrap().searcher();
    searcher.space_usage().unwrap().total().get_bytes()
}

/// The size of each field of the index in `folder`, in bytes, largest first.
pub fn fields(folder: &Path) -> Vec<(String, u64)> {
    let index = Index::open_in_dir(folder).unwrap();
    let usage = index.reader().unwrap().searcher().space_usage().unwrap();
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for segment in usage.segments() {
        let parts =
            [segment.termdict(), segment.postings(), segment.positions(), segment.fieldnorms()];
        for field in parts.into_iter().chain([segment.fast_fields()]).flat_map(|part| part.fields())
        {
            *sizes.entry(field.field_name().to_owned()).or_insert(0) += field.total().get_bytes();
        }
        *sizes.entry("(stored)".to_owned()).or_insert(0) += segment.store().total().get_bytes();
    }
    let mut fields: Vec<(String, u64)> = sizes.into_iter().collect();
    fields.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    fields.retain(|(_, bytes)| *bytes > 0);
    fields
}

impl BareIndex {
    pub fn open(folder: &Path) -> BareIndex {
        let (_, text, record) = schema();
        let searcher = Index::open_in_dir(folder).unwrap().reader().unwrap().searcher();
        BareIndex { searcher, text, record }
    }

    /// The number of matches of the words of `text`, and the bytes stored for the ten best.
    pub fn counted(&self, text: &str) -> (usize, usize) {
        let best = TopDocs::with_limit(10).order_by_score();
        let (best, count) = self.searcher.search(&self.query(text), &(best, Count)).unwrap();
        (count, self.stored(best))
    }

    /// The bytes stored for the ten best matches of the words of `text`. tantivy skips what can't be among them.
    pub fn top_ten(&self, text: &str) -> usize {
        let best = TopDocs::with_limit(10).order_by_score();
        self.stored(self.searcher.search(&self.query(text), &best).unwrap())
    }

    fn query(&self, text: &str) -> BooleanQuery {
        let mut analyzer = self.searcher.index().tokenizers().get("en_stem").unwrap();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        analyzer.token_stream(text).process(&mut |token| {
            let term = Term::from_field_text(self.text, &token.text);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(query)));
        });
        BooleanQuery::new(clauses)
    }

    fn stored(&self, best: Vec<(f32, DocAddress)>) -> usize {
        let stored = best.into_iter().map(|(_, address)| {
            let document: TantivyDocument = self.searcher.doc(address).unwrap();
            let record = document.get_first(self.record);
            record.and_then(|value| value.as_bytes()).map_or(0, <[u8]>::len)
        });
        stored.sum()
    }
}
