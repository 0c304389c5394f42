//! Search on an OpenSearch cluster: an engine beside the embedded one.
//!
//! The cluster holds the postings, positions and texts of all sections, each with the generations between which it is
//! valid. A generation keeps an outline of its sections: words with their counts, and columns. So understanding a query,
//! filters, facets, folds and snippets are the same code for both engines. For a search, the cluster finds, counts and
//! scores the matches; the code of the embedded engine then ranks the best of them, from what the cluster returns with
//! them.
//!
//! A file imports only files above it in this list:
//!
//! - [`mapping`]: the fields of the cluster's index.
//! - [`payload`], [`sections`]: a section as a document of the cluster.
//! - [`clauses`], [`filters`], [`mod@query`]: a plan as a search request.
//! - [`answer`]: what the cluster returns. [`connection`]: sends searches.
//! - [`counting`], [`memory`], [`numbers`]: what the final ranking needs.
//! - [`engine`]: finds candidates. [`texts`]: fetches texts.
//! - [`check`]: compares the cluster with a generation.
//! - [`publish`]: writes the changes of a generation.

mod answer;
pub mod check;
mod clauses;
pub(in crate::search) mod connection;
mod counting;
pub(in crate::search) mod engine;
mod filters;
mod mapping;
mod memory;
pub(in crate::search) mod numbers;
mod payload;
pub mod publish;
mod query;
mod sections;
pub(in crate::search) mod texts;

pub use mapping::VERSION;
pub(in crate::search) use payload::texts as unpacked;

#[cfg(test)]
mod tests;
