//! Extracts and annotates the stored files. Files are extracted in child processes with limits of memory and time.

mod budget;
pub(super) mod digest;
pub(super) mod documents;
mod frames;
pub mod reader;
mod watchdog;
