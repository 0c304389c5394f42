//! Distrusts times of the future. A clock that was ahead once leaves times behind that would keep
//! metadata, dead addresses and gone sources as they are for years; once the clock is right, each such
//! time becomes the present one.
//!
//! A clock that is behind makes every time look like one of the future: nothing is changed by one that
//! tells a time before Cairn existed, as a machine without a battery does until it has asked for the time. When
//! a source went (`gone_since`) is not changed here at all, since files are dropped by it; only an answer of
//! its host does that.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::sources::put_source;
use super::{SourceRow, Store, StoreError};

use crate::printable::time;

/// 2026-01-01, in seconds since 1970: no clock that is right tells an earlier time.
const EARLIEST: i64 = 1_767_225_600;

/// Whether a clock that says `now` may be right.
pub fn is_plausible(now: DateTime<Utc>) -> bool {
    now.timestamp() >= EARLIEST
}

impl Store {
    /// Sets every recorded time that is later than `now` to `now`. One transaction; writes only what is wrong.
    /// O(files + addresses + sources).
    pub(super) fn distrust_after(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !is_plausible(now) {
            return Ok(());
        }
        let (seconds, day) = (now.timestamp(), time::day(now));
        let transaction = self.connection.transaction()?;
        // What is no text, or can't be decoded, is reported by who needs it.
        let read = |row: &rusqlite::Row| Ok(row.get(0).ok().zip(row.get(1).ok()));
        let rows: Vec<Option<(String, String)>> = transaction
            .prepare("SELECT id, row FROM sources")?
            .query_map([], read)?
            .collect::<Result<_, _>>()?;
        for (id, json) in rows.into_iter().flatten() {
            let Ok(mut row) = serde_json::from_str::<SourceRow>(&json) else { continue };
            if row.distrust_after(seconds) {
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
        transaction.execute("UPDATE links SET looked_at = ?1 WHERE looked_at > ?1", [seconds])?;
        transaction
            .execute("UPDATE links SET dead_since = ?1 WHERE dead_since > ?1", params![day])?;
        transaction.commit()?;
        Ok(())
    }
}

impl SourceRow {
    /// Sets the times later than `now` to `now`; whether there were any.
    fn distrust_after(&mut self, now: i64) -> bool {
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
    use crate::crawl::github::thread::ThreadKind;
    use crate::crawl::links::LinkState;
    use crate::crawl::{BlobId, Snapshot};
    use crate::store::ThreadState;

    #[test]
    fn times_of_a_clock_that_was_ten_years_ahead_become_now() {
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
        store.put_link("https://a.org", LinkState::Dead, ("2099-01-01", then)).unwrap();
        let threads = (&source, ThreadKind::Issue);
        let state = ThreadState { swept_at: then, ..ThreadState::default() };
        store.end_pass(threads, false, &state, then).unwrap();
        drop(store);

        let mut store = Store::open(&path).unwrap();
        store.distrust_after(DateTime::UNIX_EPOCH).unwrap();
        let row = store.source(&source).unwrap();
        let snapshot = row.snapshot.unwrap();
        for at in [snapshot.fetched_at, row.metadata_at] {
            assert!((now..now + 60).contains(&at), "{at}");
        }
        assert_eq!(row.metadata_tried_at, now - 5, "a time of the past stays");
        assert!(store.thread_state(threads).unwrap().swept_at < now + 60);
        assert_eq!(snapshot.validator.as_deref(), Some("y"));
        assert!(store.files(&source).unwrap()[0].first_seen < now + 60);
        assert!(store.fresh_links(now + 60, now + 60).unwrap().is_empty());
        assert_ne!(store.dead_links().unwrap()["https://a.org"], "2099-01-01");
        let changes = store.connection.total_changes();
        store.distrust_after(Utc::now()).unwrap();
        assert_eq!(
            store.connection.total_changes(),
            changes,
            "nothing is written where all is well"
        );
    }
}
