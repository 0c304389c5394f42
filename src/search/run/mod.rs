//! The searcher: one opened index that answers requests and reads sections.

mod read;
pub(in crate::search) mod searcher;
