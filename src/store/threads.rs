//! Discussions and issues, and how far the fetching of them has come.
//!
//! A thread's JSON is a blob like a file's bytes, so that what is derived from it is keyed as usual. Each page that
//! was fetched is written with the state of fetching in one transaction: a kill between two pages loses neither.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::files::put_blob;
use super::{Store, StoreError, ThreadState};
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::crawl::github::thread::{Thread, ThreadKind};

/// A thread, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredThread {
    pub kind: ThreadKind,
    pub number: u64,
    /// RFC 3339.
    pub updated_at: String,
    pub labels: Vec<String>,
    pub blob: BlobId,
    /// Bytes of its JSON.
    pub length: u64,
    /// Seconds since 1970.
    pub first_seen: i64,
}

/// What came with one page.
#[derive(Debug, Default)]
pub struct ThreadPage {
    /// Threads as they are now.
    pub threads: Vec<Thread>,
    /// The numbers of threads that are no longer wanted.
    pub dropped: Vec<u64>,
    /// What a full pass has met.
    pub seen: Vec<Seen>,
}

/// Something that exists at GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The thread of this number.
    Thread(u64),
    /// The comment `1` of the thread `0`.
    Post(u64, u64),
    /// The thread of this number, with every post of it that is stored.
    Whole(u64),
}

/// How a [`Seen::Thread`] and a [`Seen::Whole`] are written where a post's id stands otherwise.
const THREAD: i64 = 0;
const WHOLE: i64 = -1;

/// How many threads became other ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub changed: usize,
    pub removed: usize,
}

impl Store {
    /// The threads of `source` in order of kind and number. O(threads), no text is read.
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

    /// The thread `number` of `source`, if it is stored. Reads one blob.
    pub fn thread(
        &self,
        (source, kind): (&SourceId, ThreadKind),
        number: u64,
    ) -> Result<Option<Thread>, StoreError> {
        read_thread(&self.connection, (source, kind), number)
    }

    /// How the fetching of such threads of `source` stands.
    pub fn thread_state(
        &self,
        (source, kind): (&SourceId, ThreadKind),
    ) -> Result<ThreadState, StoreError> {
        let json: Option<String> = self
            .connection
            .prepare_cached("SELECT row FROM thread_states WHERE source = ?1 AND kind = ?2")?
            .query_row([&source.0, kind.folder()], |row| row.get(0))
            .optional()?;
        match json {
            Some(json) => {
                serde_json::from_str(&json).map_err(|error| StoreError::Decode(error.to_string()))
            }
            None => Ok(ThreadState::default()),
        }
    }

    /// Writes what came with one page, and how fetching stands after it, in one transaction. Of more than `most`
    /// threads of that kind, those that were changed longest ago go.
    pub fn put_threads(
        &mut self,
        of: (&SourceId, ThreadKind),
        page: &ThreadPage,
        (state, most): (&ThreadState, usize),
        now: i64,
    ) -> Result<Written, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = Written::default();
        for thread in &page.threads {
            written.changed += usize::from(put_thread(&transaction, of, thread, now)?);
        }
        for number in &page.dropped {
            written.removed += remove_thread(&transaction, of, *number)?;
        }
        for seen in &page.seen {
            let (number, post) = match *seen {
                Seen::Thread(number) => (number, THREAD),
                Seen::Post(number, post) => (number, id(post)),
                Seen::Whole(number) => (number, WHOLE),
            };
            transaction
                .prepare_cached("INSERT OR IGNORE INTO thread_seen VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![of.0.0, of.1.folder(), id(number), post])?;
        }
        written.removed += transaction
            .prepare_cached(
                "DELETE FROM threads WHERE source = ?1 AND kind = ?2 AND number IN (
                    SELECT number FROM threads WHERE source = ?1 AND kind = ?2
                    ORDER BY updated_at DESC, number DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute(params![of.0.0, of.1.folder(), id(most as u64)])?;
        put_state(&transaction, of, state)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Whether a stored thread of that kind was not met by the full pass that is under way.
    pub fn misses_threads(&self, of: (&SourceId, ThreadKind)) -> Result<bool, StoreError> {
        Ok(!missed(&self.connection, of)?.is_empty())
    }

    /// Ends a pass: `state` is how fetching stands now. If `drop_unseen`, the threads and comments that the pass did
    /// not meet go. One transaction. O(threads · posts) where comments were looked at.
    pub fn end_pass(
        &mut self,
        of: (&SourceId, ThreadKind),
        drop_unseen: bool,
        state: &ThreadState,
        now: i64,
    ) -> Result<Written, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = Written::default();
        if drop_unseen {
            for number in missed(&transaction, of)? {
                written.removed += remove_thread(&transaction, of, number)?;
            }
            if of.1 == ThreadKind::Issue {
                written.changed += drop_posts(&transaction, of, now)?;
            }
        }
        transaction
            .prepare_cached("DELETE FROM thread_seen WHERE source = ?1 AND kind = ?2")?
            .execute([&of.0.0, of.1.folder()])?;
        put_state(&transaction, of, state)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Replaces each thread of that kind by what `change` makes of it, and removes it where that is nothing. One
    /// transaction. Reads every such thread.
    pub fn change_threads(
        &mut self,
        of: (&SourceId, ThreadKind),
        change: &dyn Fn(Thread) -> Option<Thread>,
        (state, now): (&ThreadState, i64),
    ) -> Result<Written, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut written = Written::default();
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

    /// Removes all threads of that kind of `source`, and what is known of their fetching. One transaction.
    pub fn remove_threads(&mut self, of: (&SourceId, ThreadKind)) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut threads = 0;
        for table in ["threads", "thread_seen", "thread_states"] {
            let sql = format!("DELETE FROM {table} WHERE source = ?1 AND kind = ?2");
            let rows = transaction.execute(&sql, [&of.0.0, of.1.folder()])?;
            threads += if table == "threads" { rows } else { 0 };
        }
        transaction.commit()?;
        Ok(threads)
    }
}

/// An id or a number as SQLite keeps it: what is too large is none that GitHub gives.
fn id(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes `thread`; whether it is another one than the stored one.
fn put_thread(
    transaction: &Transaction,
    (source, kind): (&SourceId, ThreadKind),
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
            source.0,
            kind.folder(),
            id(thread.number),
            thread.updated_at,
            labels,
            blob.0,
            now
        ])?;
    Ok(rows > 0)
}

fn remove_thread(
    connection: &Connection,
    (source, kind): (&SourceId, ThreadKind),
    number: u64,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM threads WHERE source = ?1 AND kind = ?2 AND number = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.execute(params![source.0, kind.folder(), id(number)])?)
}

fn read_thread(
    connection: &Connection,
    (source, kind): (&SourceId, ThreadKind),
    number: u64,
) -> Result<Option<Thread>, StoreError> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT bytes FROM threads JOIN blobs ON blobs.id = threads.blob
             WHERE source = ?1 AND kind = ?2 AND number = ?3",
        )?
        .query_row(params![source.0, kind.folder(), id(number)], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(None) };
    let damaged = |error: &dyn std::fmt::Display| {
        StoreError::Decode(format!("{source}, {}: {error}", kind.path(number)))
    };
    let json = zstd::stream::decode_all(&packed[..]).map_err(|error| damaged(&error))?;
    serde_json::from_slice(&json).map(Some).map_err(|error| damaged(&error))
}

fn numbers(
    connection: &Connection,
    (source, kind): (&SourceId, ThreadKind),
) -> Result<Vec<u64>, StoreError> {
    let sql = "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([&source.0, kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// The numbers of the stored threads of that kind that the pass under way has not met.
fn missed(
    connection: &Connection,
    (source, kind): (&SourceId, ThreadKind),
) -> Result<Vec<u64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM threads WHERE source = ?1 AND kind = ?2 AND number NOT IN (
            SELECT number FROM thread_seen WHERE source = ?1 AND kind = ?2 AND post <= 0)",
    )?;
    let rows = statement.query_map([&source.0, kind.folder()], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|number| number.map(i64::unsigned_abs)).collect::<Result<_, _>>()?)
}

/// Drops the posts that the pass under way has not met; how many threads changed.
fn drop_posts(
    transaction: &Transaction,
    of: (&SourceId, ThreadKind),
    now: i64,
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for number in numbers(transaction, of)? {
        let posts: HashSet<i64> = transaction
            .prepare_cached(
                "SELECT post FROM thread_seen WHERE source = ?1 AND kind = ?2 AND number = ?3",
            )?
            .query_map(params![of.0.0, of.1.folder(), id(number)], |row| row.get(0))?
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
    (source, kind): (&SourceId, ThreadKind),
    state: &ThreadState,
) -> Result<(), StoreError> {
    let json =
        serde_json::to_string(state).map_err(|error| StoreError::Decode(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO thread_states (source, kind, row) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![source.0, kind.folder(), json])?;
    Ok(())
}

#[cfg(test)]
mod tests;
