//! Reads and writes the rows of threads. [`super::threads`] defines the transactions around these functions.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::files::put_blob;
use super::{StoreError, ThreadState};
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::crawl::github::thread::{Thread, ThreadKind};

/// Selects the threads of one kind of one source.
#[derive(Clone, Copy, Debug)]
pub struct ThreadsOf<'a> {
    pub source: &'a SourceId,
    pub kind: ThreadKind,
}

/// A thread or post that a full pass has seen at GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenThread {
    /// The thread with this number. Its posts do not count as seen.
    Thread(u64),
    /// A comment of a thread.
    Post { thread: u64, post: u64 },
    /// The thread with this number; all its stored posts count as seen.
    Whole(u64),
}

/// The value of the column `post` that represents [`SeenThread::Thread`].
const THREAD: i64 = 0;
/// The value of the column `post` that represents [`SeenThread::Whole`].
const WHOLE: i64 = -1;

/// `number`, the id of a post or the number of a thread, as a SQLite integer. Values that are too large are clamped;
/// GitHub never sends such values.
pub(super) fn id(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes `thread`. Returns whether it is new or differs from the stored thread.
pub(super) fn put_thread(
    transaction: &Transaction,
    of: ThreadsOf,
    thread: &Thread,
    now: i64,
) -> Result<bool, StoreError> {
    let encode = |error: serde_json::Error| StoreError::Decode(error.to_string());
    let json = serde_json::to_vec(thread).map_err(encode)?;
    let labels = serde_json::to_string(&thread.labels).map_err(encode)?;
    let blob = BlobId::of(&json);
    put_blob(transaction, &blob, &json)?;
    let rows = transaction
        .prepare_cached(
            "INSERT INTO threads (source, kind, number, updated_at, labels, blob, first_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (source, kind, number) DO UPDATE
             SET updated_at = excluded.updated_at, labels = excluded.labels, blob = excluded.blob
             WHERE blob <> excluded.blob",
        )?
        .execute(params![
            of.source.0,
            of.kind.folder(),
            id(thread.number),
            thread.updated_at,
            labels,
            blob.0,
            now
        ])?;
    Ok(rows > 0)
}

/// Deletes the thread `number`. Returns the number of deleted threads: 0 or 1.
pub(super) fn remove_thread(
    connection: &Connection,
    of: ThreadsOf,
    number: u64,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM threads WHERE source = ?1 AND kind = ?2 AND number = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.execute(params![of.source.0, of.kind.folder(), id(number)])?)
}

/// The thread `number`, if it is stored.
pub(super) fn read_thread(
    connection: &Connection,
    of: ThreadsOf,
    number: u64,
) -> Result<Option<Thread>, StoreError> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT bytes FROM threads JOIN blobs ON blobs.id = threads.blob
             WHERE source = ?1 AND kind = ?2 AND number = ?3",
        )?
        .query_row(params![of.source.0, of.kind.folder(), id(number)], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(None) };
    let damaged = |error: &dyn std::fmt::Display| {
        StoreError::Decode(format!("{}, {}: {error}", of.source, of.kind.path(number)))
    };
    let json = zstd::stream::decode_all(&packed[..]).map_err(|error| damaged(&error))?;
    serde_json::from_slice(&json).map(Some).map_err(|error| damaged(&error))
}

/// The numbers of the stored threads, sorted.
pub(super) fn numbers(connection: &Connection, of: ThreadsOf) -> Result<Vec<u64>, StoreError> {
    let sql = "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([&of.source.0, of.kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// The numbers of the stored threads that the pass in progress has not seen.
pub(super) fn unseen(connection: &Connection, of: ThreadsOf) -> Result<Vec<u64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 AND number NOT IN (
            SELECT number FROM thread_seen WHERE source = ?1 AND kind = ?2 AND post <= 0)",
    )?;
    let rows = statement.query_map([&of.source.0, of.kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// Deletes the posts that the pass in progress has not seen. Returns the number of threads that this changed.
pub(super) fn drop_unseen_posts(
    transaction: &Transaction,
    of: ThreadsOf,
    now: i64,
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for number in numbers(transaction, of)? {
        let posts: HashSet<i64> = transaction
            .prepare_cached(
                "SELECT post FROM thread_seen WHERE source = ?1 AND kind = ?2 AND number = ?3",
            )?
            .query_map(params![of.source.0, of.kind.folder(), id(number)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if posts.contains(&WHOLE) {
            continue;
        }
        let Some(mut thread) = read_thread(transaction, of, number)? else { continue };
        thread.retain(|post| posts.contains(&id(post.id)));
        changed += usize::from(put_thread(transaction, of, &thread, now)?);
    }
    Ok(changed)
}

/// Stores `state` as the progress of fetching these threads.
pub(super) fn put_state(
    connection: &Connection,
    of: ThreadsOf,
    state: &ThreadState,
) -> Result<(), StoreError> {
    let json =
        serde_json::to_string(state).map_err(|error| StoreError::Decode(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO thread_states (source, kind, row) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![of.source.0, of.kind.folder(), json])?;
    Ok(())
}

/// Records that the full pass in progress has seen `seen`.
pub(super) fn put_seen(
    transaction: &Transaction,
    of: ThreadsOf,
    seen: SeenThread,
) -> Result<(), StoreError> {
    let (number, post) = match seen {
        SeenThread::Thread(number) => (number, THREAD),
        SeenThread::Post { thread, post } => (thread, id(post)),
        SeenThread::Whole(number) => (number, WHOLE),
    };
    transaction
        .prepare_cached("INSERT OR IGNORE INTO thread_seen VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![of.source.0, of.kind.folder(), id(number), post])?;
    Ok(())
}
