//! The tantivy index: its schema, the document of a section, and how an index is opened and read.
//!
//! [`mod@write`] updates the index from the store and hard-links it into a generation; [`opened`] reads it.

pub(in crate::search) mod budget;
pub(in crate::search) mod day;
pub(in crate::search) mod directory;
pub(in crate::search) mod document;
pub(in crate::search) mod error;
pub(in crate::search) mod facets;
pub(in crate::search) mod field;
pub(in crate::search) mod levels;
pub(in crate::search) mod lexicon;
pub(in crate::search) mod opened;
pub(in crate::search) mod postings;
pub(in crate::search) mod record;
pub(in crate::search) mod schema;
pub(in crate::search) mod section;
pub(in crate::search) mod section_set;
pub(in crate::search) mod spool;
mod stem_counts;
mod stems;
pub(in crate::search) mod tokenizers;
pub(in crate::search) mod values;
pub(in crate::search) mod vectors;
mod waiting;
pub mod write;
