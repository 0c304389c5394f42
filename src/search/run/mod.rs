//! The searcher: an opened index that runs search requests, marks matches and reads sections.

mod clustered;
mod fetch;
mod mark;
mod meaning;
pub(in crate::search) mod read;
pub(in crate::search) mod request;
pub(in crate::search) mod searcher;
