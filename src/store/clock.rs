//! Corrects timestamps in the future. If the machine's clock was ahead during a run, the timestamps of that run could
//! delay new requests for metadata and new checks of links for years. When the store is opened, timestamps in the
//! future are set to the current time.
//!
//! If the clock is behind, all correct timestamps seem to be in the future. So nothing is changed if the clock shows a
//! time before Cairn existed, for example on a machine without a battery-backed clock before it has synchronised.
//! `gone_since` is never changed here, because it decides when files are deleted. It changes only after a response of
//! the source's host.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::sources::put_source;
use super::{SourceRow, Store, StoreError};

use crate::printable::time;

/// 2026-01-01 as a Unix timestamp: a correct clock never shows an earlier time.
const EARLIEST: i64 = 1_767_225_600;

/// Whether `now` can be the correct time: it is not before 2026.
pub fn is_plausible(now: DateTime<Utc>) -> bool {
    now.timestamp() >= EARLIEST
}

impl Store {
    /// Sets the stored timestamps that are after `now` to `now`. Does nothing if `now` can't be the correct time.
    /// Writes only rows with such timestamps. One transaction. O(sources + files + threads + links + papers).
    pub(super) fn correct_future_times(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !is_plausible(now) {
            return Ok(());
        }
        let (seconds, day) = (now.timestamp(), time::day(now));
        let transaction = self.connection.transaction()?;
        // Rows that are not text or can't be decoded are skipped here. The code that needs them reports the error.
        let read = |row: &rusqlite::Row| Ok(row.get(0).ok().zip(row.get(1).ok()));
        let rows: Vec<Option<(String, String)>> = transaction
            .prepare("SELECT id, row FROM sources")?
            .query_map([], read)?
            .collect::<Result<_, _>>()?;
        for (id, json) in rows.into_iter().flatten() {
            let Ok(mut row) = serde_json::from_str::<SourceRow>(&json) else { continue };
            if row.correct_future_times(seconds) {
                put_source(&transaction, &crate::catalogue::SourceId(id), &row)?;
            }
        }
        for table in ["files", "threads"] {
            let sql = format!("UPDATE {table} SET first_seen = ?1 WHERE first_seen > ?1");
            transaction.execute(&sql, [seconds])?;
        }
        transaction.execute(
            "UPDATE thread_states SET row = json_set(row, '$.swept_at', ?1)
             WHERE CASE WHEN json_valid(row) THEN json_extract(row, '$.swept_at') > ?1 END",
            [seconds],
        )?;
        for (table, column) in [("links", "looked_at"), ("papers", "fetched_at")] {
            let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {column} > ?1");
            transaction.execute(&sql, [seconds])?;
        }
        transaction
            .execute("UPDATE links SET dead_since = ?1 WHERE dead_since > ?1", params![day])?;
        transaction.commit()?;
        Ok(())
    }
}

impl SourceRow {
    /// Sets the timestamps that are after `now` to `now`. Returns whether there were any.
    fn correct_future_times(&mut self, now: i64) -> bool {
        let fetched = self.snapshot.as_mut().map(|snapshot| &mut snapshot.fetched_at);
        let own = [
            &mut self.metadata_at,
            &mut self.metadata_tried_at,
            &mut self.owner_at,
            &mut self.owner_tried_at,
        ];
        let times = own.into_iter().chain(fetched);
        let ahead = times.filter(|at| **at > now);
        ahead.map(|at| *at = now).count() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::SourceId;
    use crate::crawl::arxiv::{ArxivId, PaperResponse};
    use crate::crawl::github::thread::ThreadKind;
    use crate::crawl::links::LinkState;
    use crate::crawl::{BlobId, Snapshot};
    use crate::store::{ThreadState, ThreadsOf};

    #[test]
    fn timestamps_ten_years_in_the_future_are_set_to_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.db");
        let now = Utc::now().timestamp();
        let then = now + 10 * 365 * 86_400;
        let source = SourceId("a/b".into());
        let snapshot = |fetched_at| Snapshot {
            source: source.clone(),
            revision: "x".into(),
            validator: Some("y".into()),
            fetched_at,
            selection: "s".into(),
        };
        let row = SourceRow {
            snapshot: Some(snapshot(then)),
            metadata_at: then,
            metadata_tried_at: now - 5,
            ..SourceRow::default()
        };
        let file = [("a.md".to_owned(), BlobId::of(b"a"))];
        let mut store = Store::open(&path).unwrap();
        store.replace_files(&source, &file, None, &row, then).unwrap();
        store.put_link("https://a.org", LinkState::Dead, "2099-01-01", then).unwrap();
        let paper = ArxivId::parse("2003.00001").unwrap();
        let unknown = PaperResponse { unknown: [paper].into(), ..PaperResponse::default() };
        store.put_papers(&unknown, then).unwrap();
        let threads = ThreadsOf { source: &source, kind: ThreadKind::Issue };
        let state = ThreadState { swept_at: then, ..ThreadState::default() };
        store.end_pass(threads, false, &state, then).unwrap();
        drop(store);

        let mut store = Store::open(&path).unwrap();
        store.correct_future_times(DateTime::UNIX_EPOCH).unwrap();
        let row = store.source(&source).unwrap();
        let snapshot = row.snapshot.unwrap();
        for at in [snapshot.fetched_at, row.metadata_at] {
            assert!((now..now + 60).contains(&at), "{at}");
        }
        assert_eq!(row.metadata_tried_at, now - 5, "a timestamp in the past stays");
        assert!(store.thread_state(threads).unwrap().swept_at < now + 60);
        assert_eq!(snapshot.validator.as_deref(), Some("y"));
        assert!(store.files(&source).unwrap()[0].first_seen < now + 60);
        assert!(store.fresh_links(now + 60, now + 60).unwrap().is_empty());
        assert_ne!(store.dead_links().unwrap()["https://a.org"], "2099-01-01");
        assert!(store.paper_times().unwrap()["2003.00001"] < now + 60);
        let changes = store.connection.total_changes();
        store.correct_future_times(Utc::now()).unwrap();
        assert_eq!(store.connection.total_changes(), changes, "correct rows are not written");
    }
}
