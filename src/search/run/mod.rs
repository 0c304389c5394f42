//! The searcher: an opened index that runs search requests, marks matches and reads sections.

mod mark;
pub(in crate::search) mod read;
pub(in crate::search) mod searcher;
