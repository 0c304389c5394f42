//! How much of the store each source takes.

use super::{Store, StoreError};

/// The stored bytes of the files of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSize {
    pub source: String,
    /// The compressed bytes. A file that several sources have counts for each of them.
    pub bytes: u64,
}

impl Store {
    /// The `most` sources whose files take the most space, the largest first. O(files).
    pub fn largest_sources(&self, most: usize) -> Result<Vec<SourceSize>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT source, SUM(LENGTH(bytes)) AS size FROM files JOIN blobs ON blobs.id = files.blob
             GROUP BY source ORDER BY size DESC, source LIMIT ?1",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sizes = statement.query_map([most], |row| {
            let bytes: i64 = row.get(1)?;
            Ok(SourceSize { source: row.get(0)?, bytes: bytes.unsigned_abs() })
        })?;
        Ok(sizes.collect::<Result<_, _>>()?)
    }
}
