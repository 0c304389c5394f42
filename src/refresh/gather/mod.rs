//! Fetches files, threads, metadata and the state of links into the store, and drops damaged rows.

pub(super) mod fetch;
mod incoming;
pub(super) mod links;
pub(super) mod mend;
mod renew;
pub(super) mod settle;
pub(super) mod threads;
