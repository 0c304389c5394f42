//! Writes many documents of one index.
//!
//! - [`action`]: what is done with a document, and a chunk of such actions as the lines of a request.
//! - [`answer`]: what the cluster says about each action.
//! - [`writer`]: collects actions, sends chunks, and repeats what the cluster could not do at once.
//!
//! All actions are idempotent, so a chunk whose answer was lost is sent again. Actions on the same document are never
//! in one chunk, and a chunk is finished before the next one begins, so repeated actions don't change their order. One
//! case remains: a node that hung may carry out a chunk after the client gave it up, and so undo a later change to the
//! same document. Nothing here prevents this.

pub mod action;
mod answer;
pub mod writer;

pub use action::{BulkAction, BulkKind};
pub use writer::{BulkReport, BulkWriter};
