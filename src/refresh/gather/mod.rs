//! Fetches files, threads, metadata and the state of links into the store, and drops damaged rows.

pub(super) mod context;
mod due;
pub(super) mod fetch;
mod incoming;
pub(super) mod links;
pub(super) mod mend;
mod metadata;
pub(super) mod store_result;
mod tasks;
pub(super) mod threads;
