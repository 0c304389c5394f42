//! Refreshes an index: the stages from the catalogue to the store run in order, and end in a new generation.
//!
//! The folders are layers. A file imports only files of its own folder and of the folders before it in this list:
//!
//! - [`wanted`]: the options and data files of a run, and which stored files and threads are to be indexed.
//! - [`gather`]: fetches files, threads and metadata into the store.
//! - [`mod@derive`]: extracts and annotates the stored files for which the current versions have no result yet.
//! - [`build`]: builds a generation ([`crate::generation`]) from the results and makes it current.
//! - [`record`]: records runs that ended early.
//! - [`mod@run`]: one run, which combines these.
//!
//! # The cost of a change
//!
//! Results over all documents, such as the graph and the copies, are recomputed in each build, from the digests of
//! the documents ([`derive::digest`]). The store keeps the digests, so only changed documents are decoded. The copies
//! of a section are compared again only if its candidates changed. The files of a generation that are the same as in
//! the previous one are shared with it.
//!
//! A run may be killed at any instruction. The store and the index are consistent at any time. The next run reuses
//! everything that the killed run has stored.

mod build;
mod derive;
mod gather;
mod record;
mod run;
mod wanted;

pub use derive::reader;
pub use gather::mend::audit;
pub use gather::threads::fetch::no_token;
pub use gather::withdrawn::keep_withdrawn;
pub use record::record_stopped;
pub use run::{RefreshSummary, run, run_catalogue};
pub use wanted::options::{
    EngineRebuild, FetchMode, OnLoss, RefreshEvent, RefreshOptions, RefreshStop,
};
