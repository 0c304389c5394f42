//! Builds a generation from the store, if readers would see a difference, and records the run.

pub(super) mod assemble;
pub(super) mod base;
mod books;
mod budget;
mod builder;
mod changes;
mod corpus;
mod describe;
mod earlier;
pub(in crate::refresh) mod engine;
mod fingerprint;
pub(super) mod full;
mod indexing;
pub(super) mod loss;
mod nearest;
mod news;
pub(super) mod outcome;
mod previous;
mod record;
mod sketches;
mod source_digests;
mod source_share;
mod texts;
mod withdrawn;
