//! Builds a generation of what is stored, if readers would see a difference, and records the run.

pub(super) mod assemble;
pub(super) mod base;
mod changes;
mod describe;
mod fingerprint;
pub(super) mod full;
pub(super) mod loss;
mod news;
pub(super) mod outcome;
mod part;
mod record;
mod whole;
