//! The fields of the index.
//!
//! The field `stems` contains every stem of a section with its level ([`super::levels`]); searches score by it. Three
//! fields contain the stems with positions, for phrases and proximity: a section's own heading, the title and headings
//! above it, and its body. Its code, and the TeX of its formulas, are only in `stems`. Unstemmed words are indexed in
//! addition, without frequencies and positions.
//! They are used to count how common a spelling is, to complete prefixes, and to match exact phrases.

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{Index, TantivyError};

use crate::search::index::tokenizers::{LineNumber, LineTokenizer};

/// Incremented when the schema or the content of its fields changes. Then every section is indexed again.
pub const VERSION: u32 = 17;

/// The value of the field `has` for sections with the role `Code`. No filter can name it.
pub(in crate::search) const LISTING: &str = "listing";

/// The tokenizer of stems with positions.
const POSITIONS: &str = "positions";
/// The tokenizer of stems with levels, and of words.
const COUNTS: &str = "counts";

/// The index's fields.
#[derive(Clone, Copy, Debug)]
pub(in crate::search) struct IndexFields {
    /// The [`SectionId`](super::section::SectionId), as a number.
    pub id: Field,
    /// A hash of source and path, which all sections of a document share.
    pub document: Field,
    /// A hash that all parts of a long section share. It covers the document, the headings and, for a comment, GitHub's
    /// id.
    pub passage: Field,
    /// A hash of everything that a document's sections depend on.
    pub version: Field,
    /// The factor for the score, in percent.
    pub prior: Field,
    /// The document's day, as the number YYYYMMDD.
    pub date: Field,
    pub source: Field,
    pub path: Field,
    /// The topics that the section mentions.
    pub topic: Field,
    /// The topics that the section is about.
    pub about: Field,
    pub step: Field,
    pub kind: Field,
    pub language: Field,
    /// The document's own licence, lower-cased.
    pub licence: Field,
    /// What the section contains besides prose: `code`, `table`, `links`. Also [`LISTING`] if the section is code with
    /// little else.
    pub has: Field,
    /// The section's own heading as written, for suggestions.
    pub label: Field,
    /// The section's own heading, stemmed.
    pub heading: Field,
    /// The title and the headings above the section, stemmed.
    pub trail: Field,
    /// The text and tags of the section, stemmed.
    pub body: Field,
    /// All stems of the section, of the three fields above and of the code and the TeX of formulas. The term frequency
    /// is a level; see [`super::levels`].
    pub stems: Field,
    /// The words that `stems` has stems of, unstemmed.
    pub words: Field,
    /// The vector of the section ([`crate::meaning::MeaningVector`]), eight components in each value.
    pub vector: Field,
    /// The signs of the vector ([`crate::meaning::SignBits`]).
    pub signs: Field,
    /// The record of the section without its long parts. Stored for output.
    pub record: Field,
    /// The text of the section. Stored for output.
    pub text: Field,
    /// The code, the links and the Markdown of the section, as JSON. Stored for output.
    pub rest: Field,
}

/// tantivy's schema of the index, with the fields in it.
pub(in crate::search) struct IndexSchema {
    pub schema: Schema,
    pub fields: IndexFields,
}

/// The schema of this version.
pub(in crate::search) fn schema() -> IndexSchema {
    let positions = || {
        let indexing = TextFieldIndexing::default().set_tokenizer(POSITIONS);
        let indexing = indexing.set_index_option(IndexRecordOption::WithFreqsAndPositions);
        TextOptions::default().set_indexing_options(indexing)
    };
    let counts = |option: IndexRecordOption| {
        let indexing = TextFieldIndexing::default().set_tokenizer(COUNTS).set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing.set_index_option(option))
    };
    let facet = STRING.set_fast("raw");
    let mut builder = Schema::builder();
    let fields = IndexFields {
        id: builder.add_u64_field("id", INDEXED | FAST),
        document: builder.add_u64_field("document", INDEXED | FAST),
        passage: builder.add_u64_field("passage", FAST),
        version: builder.add_u64_field("version", FAST),
        prior: builder.add_u64_field("prior", FAST),
        date: builder.add_u64_field("date", FAST),
        source: builder.add_text_field("source", facet.clone()),
        path: builder.add_text_field("path", STRING),
        topic: builder.add_text_field("topic", facet.clone()),
        about: builder.add_text_field("about", STRING),
        step: builder.add_text_field("step", facet.clone()),
        kind: builder.add_text_field("kind", facet.clone()),
        language: builder.add_text_field("lang", facet),
        licence: builder.add_text_field("licence", STRING),
        has: builder.add_text_field("has", STRING),
        label: builder.add_text_field("label", TextOptions::default().set_fast("raw")),
        heading: builder.add_text_field("heading", positions()),
        trail: builder.add_text_field("trail", positions()),
        body: builder.add_text_field("body", positions()),
        stems: builder.add_text_field("stems", counts(IndexRecordOption::WithFreqs)),
        words: builder.add_text_field("words", counts(IndexRecordOption::Basic)),
        vector: builder.add_u64_field("vector", FAST),
        signs: builder.add_u64_field("signs", FAST),
        record: builder.add_bytes_field("record", BytesOptions::default().set_stored()),
        // tantivy reads a stored text in one piece, but stored bytes one by one.
        text: builder.add_text_field("text", STORED),
        rest: builder.add_text_field("rest", STORED),
    };
    IndexSchema { schema: builder.build(), fields }
}

/// Registers the tokenizers with `index`. Both writer and reader need them.
pub(in crate::search) fn register(index: &Index) {
    register_with(index.tokenizers());
}

/// The tokenizers of an index that does not exist yet.
pub(in crate::search) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    register_with(&manager);
    manager
}

fn register_with(manager: &TokenizerManager) {
    let tokenizers = [(POSITIONS, LineNumber::Position), (COUNTS, LineNumber::Count)];
    for (name, number) in tokenizers {
        manager.register(name, TextAnalyzer::from(LineTokenizer::new(number)));
    }
}

/// The fields of `index`. `Err` if its schema is not that of [`schema`].
pub(in crate::search) fn check(index: &Index) -> Result<IndexFields, TantivyError> {
    let IndexSchema { schema, fields } = schema();
    if index.schema() == schema {
        return Ok(fields);
    }
    Err(TantivyError::SchemaError("the fields are those of another version of Cairn".to_owned()))
}
