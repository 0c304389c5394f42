//! The tantivy index: its schema, what is written for a section, and how an index is opened and read.
//!
//! [`mod@write`] keeps the index in step with the store and hard-links it into a generation; [`opened`] reads one.

pub(in crate::search) mod budget;
pub(in crate::search) mod day;
pub(in crate::search) mod directory;
pub(in crate::search) mod document;
pub(in crate::search) mod error;
pub(in crate::search) mod facets;
pub(in crate::search) mod field;
pub(in crate::search) mod lexicon;
pub(in crate::search) mod opened;
pub(in crate::search) mod postings;
pub(in crate::search) mod record;
pub(in crate::search) mod schema;
pub(in crate::search) mod section;
pub mod write;
