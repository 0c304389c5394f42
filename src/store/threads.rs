//! Discussions and issues, and the progress of fetching them.
//!
//! A thread is stored as JSON in a blob, like the bytes of a file. So the data derived from threads and from files has
//! the same kind of key. Each fetched page is written together with the progress in one transaction, so nothing is lost
//! if the program is killed between two pages.

use rusqlite::{OptionalExtension, params};

use super::thread_rows::{
    SeenThread, ThreadsOf, drop_unseen_posts, id, numbers, put_seen, put_state, put_thread,
    read_thread, remove_thread, unseen,
};
use super::{Store, StoreError, ThreadState};
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::crawl::github::thread::{Thread, ThreadKind};

/// A stored thread, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredThread {
    pub kind: ThreadKind,
    pub number: u64,
    /// When the thread was last changed; RFC 3339.
    pub updated_at: String,
    pub labels: Vec<String>,
    pub blob: BlobId,
    /// The length of the thread's JSON, in bytes; 0 if its blob is missing.
    pub length: u64,
    /// When the thread was first stored; Unix time in seconds.
    pub first_seen: i64,
}

/// The changes to write after fetching one page of threads.
#[derive(Debug, Default)]
pub struct ThreadPage {
    /// The threads to store, in their current state.
    pub threads: Vec<Thread>,
    /// The numbers of threads to delete.
    pub dropped: Vec<u64>,
    /// The threads and posts that a full pass has seen on the page.
    pub seen: Vec<SeenThread>,
}

/// How many threads a write to the store affected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrittenThreads {
    /// The number of threads that were added or changed.
    pub changed: usize,
    /// The number of threads that were removed.
    pub removed: usize,
}

impl Store {
    /// The threads of `source`, sorted by kind and number. O(threads); does not read their texts.
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

    /// Writes a fetched page and the progress `state` after that page. If there are more than `most` threads
    /// afterwards, deletes those that were changed longest ago. One transaction. New threads get `now` (Unix time in
    /// seconds) as `first_seen`.
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
            put_seen(&transaction, of, *seen)?;
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

    /// Whether there are stored threads that the full pass in progress has not seen.
    pub fn misses_threads(&self, of: ThreadsOf) -> Result<bool, StoreError> {
        Ok(!unseen(&self.connection, of)?.is_empty())
    }

    /// Ends a pass, and stores `state` as the progress. If `drop_unseen`, deletes the threads, and the comments on
    /// issues, that the pass has not seen. One transaction. O(threads); for issues with `drop_unseen`, O(threads ·
    /// posts per thread).
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

    /// Replaces each thread in `of` by the result of `change`; if the result is `None`, deletes the thread. Stores
    /// `state` as the progress. One transaction. Reads the texts of all these threads.
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

    /// Deletes these threads and the progress of fetching them. One transaction. Returns the number of deleted threads.
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

#[cfg(test)]
mod tests;
