//! Blobs, and which file of which source each one is.

use rusqlite::{OptionalExtension, params};

use super::sources::put_source;
use super::{SourceRow, Store, StoreError};
use crate::catalogue::SourceId;
use crate::crawl::{BlobId, RawFile};

/// Speed over size: blobs are read back whole, and rarely.
const ZSTD_LEVEL: i32 = 3;

/// A file of a source, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub path: String,
    pub blob: BlobId,
    /// Seconds since 1970.
    pub first_seen: i64,
}

impl Store {
    /// Keeps the bytes of `files`; those that are there already cost a look-up. One transaction.
    ///
    /// Blobs that no file comes to refer to go with the next [`Store::collect_garbage`].
    pub fn put_blobs(&mut self, files: &[RawFile]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for file in files {
            let known = transaction
                .prepare_cached("SELECT 1 FROM blobs WHERE id = ?1")?
                .exists([&file.blob.0])?;
            if !known {
                let packed = zstd::bulk::compress(&file.bytes, ZSTD_LEVEL)?;
                transaction
                    .prepare_cached("INSERT INTO blobs (id, bytes) VALUES (?1, ?2)")?
                    .execute(params![file.blob.0, packed])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The bytes of `blob`.
    pub fn blob(&self, blob: &BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT bytes FROM blobs WHERE id = ?1")?
            .query_row([&blob.0], |row| row.get(0))
            .optional()?;
        packed.map(|packed| Ok(zstd::stream::decode_all(&packed[..])?)).transpose()
    }

    /// Makes `files` the files of `source`, and `row` its row, in one transaction: a kill leaves
    /// either the old set or the new one.
    pub fn replace_files(
        &mut self,
        source: &SourceId,
        files: &[(String, BlobId)],
        row: &SourceRow,
        now: i64,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let paths: std::collections::HashSet<&str> =
            files.iter().map(|(path, _)| path.as_str()).collect();
        let before: Vec<String> = transaction
            .prepare_cached("SELECT path FROM files WHERE source = ?1")?
            .query_map([&source.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for path in before.iter().filter(|path| !paths.contains(path.as_str())) {
            transaction
                .prepare_cached("DELETE FROM files WHERE source = ?1 AND path = ?2")?
                .execute(params![source.0, path])?;
        }
        for (path, blob) in files {
            transaction
                .prepare_cached(
                    "INSERT INTO files (source, path, blob, first_seen) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (source, path) DO UPDATE SET blob = excluded.blob",
                )?
                .execute(params![source.0, path, blob.0, now])?;
        }
        put_source(&transaction, source, row)?;
        transaction.commit()?;
        Ok(())
    }

    /// The files of `source` in order of path.
    pub fn files(&self, source: &SourceId) -> Result<Vec<StoredFile>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path, blob, first_seen FROM files WHERE source = ?1 ORDER BY path",
        )?;
        let files = statement.query_map([&source.0], |row| {
            Ok(StoredFile { path: row.get(0)?, blob: BlobId(row.get(1)?), first_seen: row.get(2)? })
        })?;
        Ok(files.collect::<Result<_, _>>()?)
    }
}
