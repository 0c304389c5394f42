//! A file or thread that is to be indexed.

use super::chapter::Chapter;
use crate::catalogue::Source;
use crate::crawl::BlobId;

/// The format of threads; no file has it, for no extension is so called.
pub(in crate::refresh) const THREAD: &str = "thread";

/// A file or thread that belongs into the generation.
pub(in crate::refresh) struct Item<'a> {
    pub source: &'a Source,
    pub path: String,
    pub blob: BlobId,
    pub format: String,
    /// Bytes.
    pub length: u64,
    /// When it came to the store, in seconds since 1970.
    pub first_seen: i64,
    /// Whether its bytes are in the store.
    pub is_stored: bool,
    /// What the source's table of chapters says of it.
    pub chapter: Option<Chapter>,
}

impl Item<'_> {
    /// The day on which it came to the store, such as `2026-03-01`.
    pub fn first_day(&self) -> String {
        let day = chrono::DateTime::from_timestamp(self.first_seen, 0).unwrap_or_default();
        day.date_naive().to_string()
    }
}
