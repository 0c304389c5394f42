//! A file or thread that is to be indexed.

use super::chapter::BookChapter;
use crate::catalogue::Source;
use crate::crawl::BlobId;
use crate::store::StoredFile;

/// The format of threads. No file has it, because no supported extension has this name.
pub(in crate::refresh) const THREAD: &str = "thread";

/// A file or thread that is part of the next generation.
pub(in crate::refresh) struct WantedItem<'a> {
    pub source: &'a Source,
    pub path: String,
    pub blob: BlobId,
    pub format: String,
    /// The length in bytes.
    pub length: u64,
    /// When it was first stored (Unix time in seconds).
    pub first_seen: i64,
    /// Whether its bytes are in the store.
    pub is_stored: bool,
    /// Its place in a book, if one of the source's tables of chapters lists it.
    pub chapter: Option<BookChapter>,
}

impl<'a> WantedItem<'a> {
    /// The item for `file` of `source`, read as `format`.
    pub fn of_file(source: &'a Source, file: StoredFile, format: String) -> WantedItem<'a> {
        let StoredFile { path, blob, length, first_seen, is_stored } = file;
        WantedItem { source, path, blob, format, length, first_seen, is_stored, chapter: None }
    }

    /// The day on which it was first stored, such as `2026-03-01`.
    pub fn first_day(&self) -> String {
        let day = chrono::DateTime::from_timestamp(self.first_seen, 0).unwrap_or_default();
        day.date_naive().to_string()
    }
}
