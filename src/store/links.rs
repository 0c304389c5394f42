//! The state of cited URLs: when each URL was last checked, and the day on which a dead URL was first found dead.

use std::collections::HashMap;

use rusqlite::params;

use super::{Store, StoreError};
use crate::crawl::links::LinkState;

/// The number that represents `state` in the database.
fn number(state: LinkState) -> i64 {
    match state {
        LinkState::Alive => 0,
        LinkState::Dead => 1,
        LinkState::Unknown => 2,
    }
}

impl Store {
    /// Records that `url` was in `state` when it was checked, on `day` (`YYYY-MM-DD`) at `now` (Unix time in seconds).
    /// A URL that was already dead keeps the day on which it was first found dead. [`LinkState::Unknown`] does not
    /// change whether the URL counts as dead.
    pub fn put_link(
        &mut self,
        url: &str,
        state: LinkState,
        day: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        self.connection.prepare_cached(
            "INSERT INTO links (url, looked_at, state, dead_since) VALUES (?1, ?2, ?3, CASE WHEN ?3 = 1 THEN ?4 END)
             ON CONFLICT (url) DO UPDATE SET looked_at = ?2, state = ?3,
                 dead_since = CASE ?3 WHEN 1 THEN coalesce(dead_since, ?4) WHEN 2 THEN dead_since END",
        )?
        .execute(params![url, now, number(state), day])?;
        Ok(())
    }

    /// The URLs that need no new check: those that were checked after `certain_since` and are alive or dead, and those
    /// that were checked after `any_since`, with any result. Both times are Unix times in seconds.
    pub fn fresh_links(
        &self,
        certain_since: i64,
        any_since: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT url FROM links WHERE looked_at > ?2 OR (state != 2 AND looked_at > ?1)",
        )?;
        let rows = statement.query_map([certain_since, any_since], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The dead URLs, each with the day on which it was first found dead (`YYYY-MM-DD`).
    pub fn dead_links(&self) -> Result<HashMap<String, String>, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT url, dead_since FROM links WHERE dead_since IS NOT NULL")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_keeps_its_first_day_and_an_unknown_result_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("library.db")).unwrap();
        let day = 86_400;
        store.put_link("https://a.org", LinkState::Dead, "2026-01-01", day).unwrap();
        store.put_link("https://a.org", LinkState::Dead, "2026-01-02", 2 * day).unwrap();
        store.put_link("https://a.org", LinkState::Unknown, "2026-01-03", 3 * day).unwrap();
        store.put_link("https://b.org", LinkState::Alive, "2026-01-03", 3 * day).unwrap();
        assert_eq!(store.dead_links().unwrap()["https://a.org"], "2026-01-01");
        assert_eq!(store.fresh_links(0, 4 * day).unwrap(), ["https://b.org"]);
        assert_eq!(store.fresh_links(0, 0).unwrap().len(), 2);
        store.put_link("https://a.org", LinkState::Alive, "2026-01-04", 4 * day).unwrap();
        assert!(store.dead_links().unwrap().is_empty());
    }
}
