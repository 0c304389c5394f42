//! Discussions and issues: how they are fetched and stored.
//!
//! - [`pass`]: one pass over the threads of a source, and what a page changes in the store.
//! - [`discussions`] and [`issues`]: the order in which their pages are read.
//! - [`mod@fetch`]: runs the passes of all sources.

mod discussions;
pub(in crate::refresh) mod fetch;
mod issues;
mod pass;
