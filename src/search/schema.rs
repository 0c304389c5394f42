//! The fields of the index and how their text is cut into terms.

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::{Language, LowerCaser, RemoveLongFilter, Stemmer, TextAnalyzer};
use tantivy::{Index, TantivyError};

use super::tokens::Words;

/// Terms of these lengths are data, not words.
const LONGEST_TERM: usize = 64;

/// Lower-case English stems (Porter's second algorithm).
const STEMMED: &str = "stemmed";
/// Lower-case words as written.
const WORDS: &str = "words";

/// The index's fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// [`super::SectionId`].
    pub id: Field,
    /// Hash of source and path: all sections of a document have it.
    pub document: Field,
    /// Hash of all that a document's sections depend on.
    pub version: Field,
    /// Percent by which the score counts.
    pub weight: Field,
    pub source: Field,
    pub path: Field,
    pub topic: Field,
    pub step: Field,
    pub kind: Field,
    pub language: Field,
    pub title: Field,
    pub headings: Field,
    /// Headings and text: what BM25 is computed on.
    pub body: Field,
    pub code: Field,
    /// Headings, text and code as written: phrases and identifiers.
    pub exact: Field,
    pub record: Field,
}

/// The schema. Its fields are those of [`Fields`].
pub(super) fn schema() -> (Schema, Fields) {
    let text = |tokenizer: &str| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        TextOptions::default().set_indexing_options(indexing)
    };
    let facet = STRING.set_fast("raw");
    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_u64_field("id", INDEXED | FAST),
        document: builder.add_u64_field("document", INDEXED | FAST),
        version: builder.add_u64_field("version", FAST),
        weight: builder.add_u64_field("weight", FAST),
        source: builder.add_text_field("source", facet.clone()),
        path: builder.add_text_field("path", facet.clone()),
        topic: builder.add_text_field("topic", facet.clone()),
        step: builder.add_text_field("step", facet.clone()),
        kind: builder.add_text_field("kind", facet.clone()),
        language: builder.add_text_field("lang", facet),
        title: builder.add_text_field("title", text(STEMMED)),
        headings: builder.add_text_field("headings", text(STEMMED)),
        body: builder.add_text_field("body", text(STEMMED)),
        code: builder.add_text_field("code", text(WORDS)),
        exact: builder.add_text_field("exact", text(WORDS)),
        record: builder.add_bytes_field("record", BytesOptions::default().set_stored()),
    };
    (builder.build(), fields)
}

/// Makes the tokenizers known to `index`; both writer and reader need them.
pub(super) fn register(index: &Index) {
    index.tokenizers().register(WORDS, words());
    index.tokenizers().register(STEMMED, stemmed());
}

/// The analyzer of the fields that hold words as written.
pub(super) fn words() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default())
        .filter(RemoveLongFilter::limit(LONGEST_TERM))
        .filter(LowerCaser)
        .build()
}

/// The analyzer of the stemmed fields; the highlighter cuts text the same way.
pub(super) fn stemmed() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default())
        .filter(RemoveLongFilter::limit(LONGEST_TERM))
        .filter(LowerCaser)
        .filter(Stemmer::new(Language::English))
        .build()
}

/// `Err` if `index` was made with other fields than [`schema`]'s.
pub(super) fn check(index: &Index) -> Result<Fields, TantivyError> {
    let (schema, fields) = schema();
    if index.schema() == schema {
        return Ok(fields);
    }
    Err(TantivyError::SchemaError("the fields are those of another version of Cairn".to_owned()))
}
