//! Discussions and issues, and the progress of fetching them.
//!
//! A thread's JSON is a blob like a file's bytes, so derived data is keyed the same way. Each fetched page is written
//! together with the progress in one transaction, so a kill between two pages loses nothing.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::files::put_blob;
use super::{Store, StoreError, ThreadState};
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::crawl::github::thread::{Thread, ThreadKind};

/// The threads of one kind of one source.
#[derive(Clone, Copy, Debug)]
pub struct ThreadsOf<'a> {
    pub source: &'a SourceId,
    pub kind: ThreadKind,
}

/// A thread, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredThread {
    pub kind: ThreadKind,
    pub number: u64,
    /// RFC 3339.
    pub updated_at: String,
    pub labels: Vec<String>,
    pub blob: BlobId,
    /// Length of its JSON in bytes.
    pub length: u64,
    /// Unix time in seconds.
    pub first_seen: i64,
}

/// One fetched page of threads.
#[derive(Debug, Default)]
pub struct ThreadPage {
    /// The current threads.
    pub threads: Vec<Thread>,
    /// The numbers of threads to delete.
    pub dropped: Vec<u64>,
    /// The threads and posts that a full pass has seen on the page.
    pub seen: Vec<SeenThread>,
}

/// A thread or post that a full pass has seen at GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenThread {
    /// The thread of this number.
    Thread(u64),
    /// A comment of a thread.
    Post { thread: u64, post: u64 },
    /// The thread of this number with all its stored posts.
    Whole(u64),
}

/// The values of the column `post` that stand for [`SeenThread::Thread`] and [`SeenThread::Whole`].
const THREAD: i64 = 0;
const WHOLE: i64 = -1;

/// The number of threads that a write changed and deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrittenThreads {
    pub changed: usize,
    pub removed: usize,
}

impl Store {
    /// The threads of `source`, sorted by kind and number. O(threads); reads no text.
    pub fn threads(&self, source: &SourceId) -> Result<Vec<StoredThread>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, number, updated_at, labels, blob, COALESCE(length, 0), first_seen
             FROM threads LEFT JOIN blobs ON blobs.id = threads.blob
             WHERE source = ?1 ORDER BY kind, number",
        )?;
        let rows = statement.query_map([&source.0], |row| {
            let kind: String = row.get(0)?;
            Ok((
                kind,
                row.get::<_, String>(3)?,
                StoredThread {
                    kind: ThreadKind::Discussion,
                    number: row.get::<_, i64>(1)?.unsigned_abs(),
                    updated_at: row.get(2)?,
                    labels: Vec::new(),
                    blob: BlobId(row.get(4)?),
                    length: row.get::<_, i64>(5)?.unsigned_abs(),
                    first_seen: row.get(6)?,
                },
            ))
        })?;
        rows.map(|row| {
            let (kind, labels, thread) = row?;
            let damaged = || StoreError::Decode(format!("{source}: the row of a thread"));
            let kind = ThreadKind::ALL.into_iter().find(|known| known.folder() == kind);
            let labels = serde_json::from_str(&labels).map_err(|_| damaged())?;
            Ok(StoredThread { kind: kind.ok_or_else(damaged)?, labels, ..thread })
        })
        .collect()
    }

    /// The thread `number`, if it is stored. Reads one blob.
    pub fn thread(&self, of: ThreadsOf, number: u64) -> Result<Option<Thread>, StoreError> {
        read_thread(&self.connection, of, number)
    }

    /// The progress of fetching these threads.
    pub fn thread_state(&self, of: ThreadsOf) -> Result<ThreadState, StoreError> {
        let json: Option<String> = self
            .connection
            .prepare_cached("SELECT row FROM thread_states WHERE source = ?1 AND kind = ?2")?
            .query_row([&of.source.0, of.kind.folder()], |row| row.get(0))
            .optional()?;
        match json {
            Some(json) => {
                serde_json::from_str(&json).map_err(|error| StoreError::Decode(error.to_string()))
            }
            None => Ok(ThreadState::default()),
        }
    }

    /// Writes a fetched page and the progress after it in one transaction. Keeps at most `most` threads, the most recently
    /// changed ones. New threads get `now` (Unix time in seconds) as `first_seen`.
    pub fn put_threads(
        &mut self,
        of: ThreadsOf,
        page: &ThreadPage,
        state: &ThreadState,
        most: usize,
        now: i64,
    ) -> Result<WrittenThreads, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = WrittenThreads::default();
        for thread in &page.threads {
            written.changed += usize::from(put_thread(&transaction, of, thread, now)?);
        }
        for number in &page.dropped {
            written.removed += remove_thread(&transaction, of, *number)?;
        }
        for seen in &page.seen {
            let (number, post) = match *seen {
                SeenThread::Thread(number) => (number, THREAD),
                SeenThread::Post { thread, post } => (thread, id(post)),
                SeenThread::Whole(number) => (number, WHOLE),
            };
            transaction
                .prepare_cached("INSERT OR IGNORE INTO thread_seen VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![of.source.0, of.kind.folder(), id(number), post])?;
        }
        written.removed += transaction
            .prepare_cached(
                "DELETE FROM threads WHERE source = ?1 AND kind = ?2 AND number IN (
                    SELECT number FROM threads WHERE source = ?1 AND kind = ?2
                    ORDER BY updated_at DESC, number DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute(params![of.source.0, of.kind.folder(), id(most as u64)])?;
        put_state(&transaction, of, state)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Whether the full pass in progress has not seen some stored thread.
    pub fn misses_threads(&self, of: ThreadsOf) -> Result<bool, StoreError> {
        Ok(!unseen(&self.connection, of)?.is_empty())
    }

    /// Ends a pass and stores `state` as the progress. With `drop_unseen`, deletes the threads and comments that the pass
    /// has not seen. One transaction. O(threads), and for issues O(threads · posts).
    pub fn end_pass(
        &mut self,
        of: ThreadsOf,
        drop_unseen: bool,
        state: &ThreadState,
        now: i64,
    ) -> Result<WrittenThreads, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = WrittenThreads::default();
        if drop_unseen {
            for number in unseen(&transaction, of)? {
                written.removed += remove_thread(&transaction, of, number)?;
            }
            if of.kind == ThreadKind::Issue {
                written.changed += drop_unseen_posts(&transaction, of, now)?;
            }
        }
        transaction
            .prepare_cached("DELETE FROM thread_seen WHERE source = ?1 AND kind = ?2")?
            .execute([&of.source.0, of.kind.folder()])?;
        put_state(&transaction, of, state)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Replaces each thread by the result of `change`, or deletes it if the result is `None`, and stores `state` as the
    /// progress. One transaction. Reads all these threads.
    pub fn change_threads(
        &mut self,
        of: ThreadsOf,
        change: &dyn Fn(Thread) -> Option<Thread>,
        state: &ThreadState,
        now: i64,
    ) -> Result<WrittenThreads, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = WrittenThreads::default();
        for number in numbers(&transaction, of)? {
            let Some(thread) = read_thread(&transaction, of, number)? else { continue };
            match change(thread) {
                Some(thread) => {
                    written.changed += usize::from(put_thread(&transaction, of, &thread, now)?);
                }
                None => written.removed += remove_thread(&transaction, of, number)?,
            }
        }
        put_state(&transaction, of, state)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Deletes these threads and the progress of fetching them. One transaction. Returns the number of threads.
    pub fn remove_threads(&mut self, of: ThreadsOf) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut threads = 0;
        for table in ["threads", "thread_seen", "thread_states"] {
            let sql = format!("DELETE FROM {table} WHERE source = ?1 AND kind = ?2");
            let rows = transaction.execute(&sql, [&of.source.0, of.kind.folder()])?;
            threads += if table == "threads" { rows } else { 0 };
        }
        transaction.commit()?;
        Ok(threads)
    }
}

/// An id or a number as a SQLite integer. Too large values, which GitHub never sends, are clamped.
fn id(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes `thread`. Returns whether it differs from the stored one.
fn put_thread(
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

fn remove_thread(connection: &Connection, of: ThreadsOf, number: u64) -> Result<usize, StoreError> {
    let sql = "DELETE FROM threads WHERE source = ?1 AND kind = ?2 AND number = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.execute(params![of.source.0, of.kind.folder(), id(number)])?)
}

fn read_thread(
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

fn numbers(connection: &Connection, of: ThreadsOf) -> Result<Vec<u64>, StoreError> {
    let sql = "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([&of.source.0, of.kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// The numbers of the stored threads that the pass in progress has not seen.
fn unseen(connection: &Connection, of: ThreadsOf) -> Result<Vec<u64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 AND number NOT IN (
            SELECT number FROM thread_seen WHERE source = ?1 AND kind = ?2 AND post <= 0)",
    )?;
    let rows = statement.query_map([&of.source.0, of.kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// Deletes the posts that the pass in progress has not seen. Returns the number of changed threads.
fn drop_unseen_posts(
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

fn put_state(
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

#[cfg(test)]
mod tests;
