//! Writes an index to one file while it is used, and restores it from there.
//!
//! A backup has what can't be fetched again: the store as it was at one moment, the current generation, and the record of runs.
//! Catalogue, policy, vocabulary and configuration are outside the index and not in the backup.
//!
//! [`mod@write`] makes the file, [`read`] unpacks it, [`mod@restore`] replaces an index by it; [`archive`] defines the form.
//!
//! # What is checked
//!
//! A backup may be damaged, cut short, or made by somebody else. [`read`] bounds everything that it takes before it takes it,
//! and compares every file with its length and checksum. Nothing of an index is replaced before everything is verified, and
//! before today's catalogue and policy were applied. Checksums are no signature: whoever can write a backup decides what is restored from it.

mod archive;
mod read;
mod restore;
mod write;

pub use restore::{Replace, RestoreReport, restore};
pub use write::{BackupReport, write};
