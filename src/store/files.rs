//! Blobs, and the files of the sources that refer to them.

use rusqlite::{OptionalExtension, params};

use super::sources::put_source;
use super::{SourceRow, Store, StoreError};
use crate::catalogue::SourceId;
use crate::crawl::{BlobId, LeftOut, RawFile};

/// The compression level of blobs: fast rather than small.
const ZSTD_LEVEL: i32 = 3;

/// A file of a source, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub path: String,
    pub blob: BlobId,
    /// The file's length in bytes; 0 if it is unknown, because an older version of Cairn stored the file or because its
    /// bytes are missing.
    pub length: u64,
    /// When the file was first stored; Unix time in seconds.
    pub first_seen: i64,
    /// Whether the file's bytes are stored. They are not if they were damaged and the source has not been fetched
    /// since.
    pub is_stored: bool,
}

impl Store {
    /// Stores the bytes of `files`. For a blob that is already stored, this costs one look-up. One transaction.
    ///
    /// The next [`Store::collect_garbage`] deletes the blobs that no stored file or thread refers to.
    pub fn put_blobs(&mut self, files: &[RawFile]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for file in files {
            put_blob(&transaction, &file.blob, &file.bytes)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The bytes of `blob`; `None` if they are not stored.
    pub fn blob(&self, blob: &BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT bytes FROM blobs WHERE id = ?1")?
            .query_row([&blob.0], |row| row.get(0))
            .optional()?;
        let unpack = |packed: Vec<u8>| {
            let bytes = zstd::stream::decode_all(&packed[..]);
            bytes.map_err(|error| StoreError::Decode(format!("blob {}: {error}", blob.0)))
        };
        packed.map(unpack).transpose()
    }

    /// Replaces everything stored about `source` except its threads. `files` is the path and blob of each file,
    /// `left_out` the files that the rules left out (`None` if unknown), `row` the source's row. New files get `now`
    /// (Unix time in seconds) as `first_seen`. One transaction: if the program is killed, either the old or the new
    /// state is stored.
    pub fn replace_files(
        &mut self,
        source: &SourceId,
        files: &[(String, BlobId)],
        left_out: Option<&[LeftOut]>,
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
        put_left_out(&transaction, source, left_out)?;
        put_source(&transaction, source, row)?;
        transaction.commit()?;
        Ok(())
    }

    /// The files that the rules left out when `source` was fetched; `None` if they are unknown.
    pub fn left_out(&self, source: &SourceId) -> Result<Option<Vec<LeftOut>>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT body FROM left_out WHERE source = ?1")?
            .query_row([&source.0], |row| row.get(0))
            .optional()?;
        let Some(packed) = packed else { return Ok(None) };
        // If the list can't be decoded, the files left out count as unknown.
        let plain = zstd::stream::decode_all(&packed[..]).ok();
        Ok(plain.and_then(|plain| postcard::from_bytes(&plain).ok()))
    }

    /// The files of `source`, sorted by path.
    pub fn files(&self, source: &SourceId) -> Result<Vec<StoredFile>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path, blob, COALESCE(length, 0), first_seen, blobs.id IS NOT NULL
             FROM files LEFT JOIN blobs INDEXED BY blob_lengths ON blobs.id = files.blob
             WHERE source = ?1 ORDER BY path",
        )?;
        let files = statement.query_map([&source.0], |row| {
            Ok(StoredFile {
                path: row.get(0)?,
                blob: BlobId(row.get(1)?),
                length: row.get::<_, i64>(2)?.unsigned_abs(),
                first_seen: row.get(3)?,
                is_stored: row.get(4)?,
            })
        })?;
        Ok(files.collect::<Result<_, _>>()?)
    }
}

/// Stores `bytes` as `blob`, unless the blob is already stored.
pub(super) fn put_blob(
    connection: &rusqlite::Connection,
    blob: &BlobId,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let known =
        connection.prepare_cached("SELECT 1 FROM blobs WHERE id = ?1")?.exists([&blob.0])?;
    if !known {
        let packed = zstd::bulk::compress(bytes, ZSTD_LEVEL)?;
        connection
            .prepare_cached("INSERT INTO blobs (id, bytes, length) VALUES (?1, ?2, ?3)")?
            .execute(params![blob.0, packed, bytes.len() as i64])?;
    }
    Ok(())
}

fn put_left_out(
    connection: &rusqlite::Connection,
    source: &SourceId,
    left_out: Option<&[LeftOut]>,
) -> Result<(), StoreError> {
    let Some(left_out) = left_out else {
        connection.execute("DELETE FROM left_out WHERE source = ?1", [&source.0])?;
        return Ok(());
    };
    let plain =
        postcard::to_stdvec(left_out).map_err(|error| StoreError::Decode(error.to_string()))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO left_out (source, body) VALUES (?1, ?2)")?
        .execute(params![source.0, zstd::bulk::compress(&plain, ZSTD_LEVEL)?])?;
    Ok(())
}
