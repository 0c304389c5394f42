//! Fetches files, threads, metadata, the state of links and the metadata of papers into the store, and drops damaged
//! rows.

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
