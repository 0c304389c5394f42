//! The searcher: an opened index that runs search requests, marks matches and reads sections.

mod mark;
mod read;
pub(in crate::search) mod searcher;
