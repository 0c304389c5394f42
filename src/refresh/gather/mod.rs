//! Fetches into the store: files, threads, the metadata of sources, the state of links, and the metadata of papers.
//! Also drops damaged rows of the store.

mod cited;
pub(super) mod context;
mod due;
pub(super) mod fetch;
mod incoming;
pub(super) mod links;
pub(super) mod mend;
mod metadata;
pub(super) mod papers;
pub(super) mod store_result;
mod tasks;
pub(super) mod threads;
pub(super) mod withdrawn;
