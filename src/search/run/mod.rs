//! The searcher: an opened index that runs search requests and reads sections.

mod read;
pub(in crate::search) mod searcher;
