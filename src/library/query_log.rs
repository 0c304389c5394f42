//! The queries that a server was asked, counted by week: those without results, the slow ones, and the most frequent
//! ones.
//!
//! A log holds no address, no time of day and no order, and the server sends it to nobody. It is bounded: by the number of
//! weeks, the number of queries in each list, and the length of a query. The lists of the current week are a
//! space-saving sketch (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data
//! Streams, ICDT 2005): if a list is full, a new query replaces the rarest one and inherits its count, so a frequent
//! query is never missing, and a count may be too high by at most [`QueryCount::over`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::generation::damage::{IndexDamage, read_json};
use crate::printable::escape;

/// The number of weeks that are kept, with the current one.
pub const WEEKS: usize = 26;
/// The maximum number of queries in each list of the current week.
pub const DISTINCT: usize = 1_000;
/// The maximum number of queries in each list of an earlier week.
pub const DISTINCT_EARLIER: usize = 100;
/// The maximum number of characters of a query that are kept.
pub const LONGEST: usize = 200;
/// A search that takes longer than this is slow.
pub const SLOW: Duration = Duration::from_millis(500);

/// The queries of the last weeks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueryLog {
    /// The newest week first. Weeks without searches are left out.
    pub weeks: Vec<QueryWeek>,
}

/// The queries of one week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueryWeek {
    /// The week as in ISO 8601, such as `2026-W49`, in UTC.
    pub week: String,
    /// The number of searches.
    pub searches: u64,
    /// The number of searches that found nothing.
    pub empty: u64,
    /// The number of searches that took longer than half a second, or were given up.
    pub slow: u64,
    /// Queries that found nothing, the most frequent first.
    pub without_results: Vec<QueryCount>,
    /// Queries that took longer than half a second, the most frequent first.
    pub slow_queries: Vec<QueryCount>,
    /// All queries, the most frequent first.
    pub frequent: Vec<QueryCount>,
}

/// How often a query was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueryCount {
    pub query: String,
    pub count: u64,
    /// `count` may be too high by this much, because the list was full.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub over: u64,
    /// The longest time that it took, in milliseconds.
    pub longest_ms: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One search that was asked and answered.
#[derive(Clone, Copy, Debug)]
pub struct AskedQuery<'a> {
    /// The text as it was typed.
    pub text: &'a str,
    /// The number of passages that were found; `None` if the search was given up.
    pub found: Option<usize>,
    pub took: Duration,
}

impl QueryLog {
    /// The path of the log of the index `index`.
    pub fn path(index: &Path) -> PathBuf {
        index.join("queries.json")
    }

    /// The log of the index `index`; `None` if there is none. `Err` if it can't be read.
    pub fn read(index: &Path) -> Result<Option<QueryLog>, IndexDamage> {
        read_json(QueryLog::path(index))
    }

    /// Writes the log of the index `index` atomically. On Unix, only this account can read the file.
    pub fn write(&self, index: &Path) -> anyhow::Result<()> {
        let json = serde_json::to_vec(self)?;
        Ok(disk::replace_private(&QueryLog::path(index), &json)?)
    }

    /// Counts `asked` in the week of `now`. Does nothing for a query without text. O(queries in a list).
    pub fn add(&mut self, asked: &AskedQuery, now: DateTime<Utc>) {
        let query = normalised(asked.text);
        if query.is_empty() {
            return;
        }
        let ms = u64::try_from(asked.took.as_millis()).unwrap_or(u64::MAX);
        let is_slow = asked.took > SLOW || asked.found.is_none();
        let week = self.week_mut(now);
        week.searches += 1;
        count(&mut week.frequent, &query, ms);
        if asked.found == Some(0) {
            week.empty += 1;
            count(&mut week.without_results, &query, ms);
        }
        if is_slow {
            week.slow += 1;
            count(&mut week.slow_queries, &query, ms);
        }
    }

    /// The week of `now`. If it is a new one, the lists of earlier weeks are cut, and the oldest week is dropped.
    fn week_mut(&mut self, now: DateTime<Utc>) -> &mut QueryWeek {
        let name = format!("{}-W{:02}", now.iso_week().year(), now.iso_week().week());
        // If the clock was set back, the newest week stays the current one.
        if self.weeks.first().is_none_or(|newest| newest.week < name) {
            self.weeks.iter_mut().for_each(QueryWeek::close);
            self.weeks.insert(0, QueryWeek { week: name, ..QueryWeek::default() });
            self.weeks.truncate(WEEKS);
        }
        &mut self.weeks[0]
    }
}

impl QueryWeek {
    /// Keeps only the most frequent queries of each list.
    fn close(&mut self) {
        for list in [&mut self.frequent, &mut self.without_results, &mut self.slow_queries] {
            list.truncate(DISTINCT_EARLIER);
            list.shrink_to_fit();
        }
    }
}

/// Counts `query`, which took `ms`, in `list`, which is and stays sorted by count, the highest first.
fn count(list: &mut Vec<QueryCount>, query: &str, ms: u64) {
    let at = match list.iter().position(|known| known.query == query) {
        Some(at) => at,
        None if list.len() < DISTINCT => {
            list.push(QueryCount { query: query.to_owned(), ..QueryCount::default() });
            list.len() - 1
        }
        None => {
            let at = list.len() - 1;
            let rarest = &mut list[at];
            let inherited = rarest.count;
            *rarest = QueryCount {
                query: query.to_owned(),
                count: inherited,
                over: inherited,
                longest_ms: 0,
            };
            at
        }
    };
    list[at].count += 1;
    list[at].longest_ms = list[at].longest_ms.max(ms);
    let counted = list[at].count;
    let place = list[..at].partition_point(|before| before.count >= counted);
    list[place..=at].rotate_right(1);
}

/// `text` as it is kept: in lower case, with single spaces, at most [`LONGEST`] characters, and without characters that
/// could control a terminal.
fn normalised(text: &str) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word.to_lowercase());
        if words.len() > 4 * LONGEST {
            break;
        }
    }
    escape(&words).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_571_200 + i64::from(day) * 86_400, 0).unwrap()
    }

    fn ask(log: &mut QueryLog, text: &str, found: usize, ms: u64, day: u32) {
        let took = Duration::from_millis(ms);
        log.add(&AskedQuery { text, found: Some(found), took }, at(day));
    }

    #[test]
    fn queries_are_counted_by_week_without_case_and_spaces() {
        let mut log = QueryLog::default();
        ask(&mut log, "  Position   BIAS ", 7, 3, 0);
        ask(&mut log, "position bias", 7, 900, 1);
        ask(&mut log, "calibrashun", 0, 2, 2);
        ask(&mut log, " ", 0, 2, 2);
        let long = "é".repeat(5_000);
        ask(&mut log, &format!("\u{1b}[2J{long}"), 1, 2, 2);
        log.add(&AskedQuery { text: "a a", found: None, took: Duration::ZERO }, at(7));
        let [new, old] = &log.weeks[..] else { panic!("{log:?}") };
        assert_eq!((&*old.week, &*new.week), ("2026-W02", "2026-W03"));
        assert_eq!((old.searches, old.empty, old.slow), (4, 1, 1));
        let first = &old.frequent[0];
        assert_eq!((&*first.query, first.count, first.longest_ms), ("position bias", 2, 900));
        assert_eq!(old.without_results[0].query, "calibrashun");
        assert_eq!(old.slow_queries[0].query, "position bias");
        let hostile = old.frequent.iter().find(|query| query.query.contains("[2j")).unwrap();
        assert_eq!(hostile.query.chars().count(), LONGEST);
        assert!(!hostile.query.contains('\u{1b}'));
        assert_eq!((new.searches, new.slow), (1, 1), "it was given up");
    }

    #[test]
    fn the_log_is_bounded_and_keeps_what_is_frequent() {
        let mut log = QueryLog::default();
        for round in 0..5_000 {
            ask(&mut log, &format!("once {round}"), 0, 1, 0);
            if round % 10 == 0 {
                ask(&mut log, "often", 0, 1, 0);
            }
        }
        let week = &log.weeks[0];
        assert_eq!((week.frequent.len(), week.without_results.len()), (DISTINCT, DISTINCT));
        let often = &week.frequent[0];
        assert_eq!(often.query, "often");
        assert!(often.count >= 500 && often.count - often.over <= 500, "{often:?}");
        let counts: Vec<u64> = week.frequent.iter().map(|query| query.count).collect();
        assert!(counts.is_sorted_by(|one, next| one >= next));
        for week in 1..40 {
            ask(&mut log, "later", 1, 1, 7 * week);
        }
        assert_eq!(log.weeks.len(), WEEKS);
        assert!(log.weeks.iter().all(|week| week.frequent.len() <= DISTINCT_EARLIER));
        // A clock that is set back starts no second week.
        ask(&mut log, "back", 1, 1, 0);
        assert_eq!((log.weeks.len(), log.weeks[0].searches), (WEEKS, 2));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_this_accounts_alone() {
        use std::os::unix::fs::PermissionsExt;
        let index = tempfile::tempdir().unwrap();
        assert_eq!(QueryLog::read(index.path()).unwrap(), None);
        let mut log = QueryLog::default();
        ask(&mut log, "bias", 1, 1, 0);
        log.write(index.path()).unwrap();
        let file = std::fs::metadata(QueryLog::path(index.path())).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        assert_eq!(QueryLog::read(index.path()).unwrap(), Some(log));
        std::fs::write(QueryLog::path(index.path()), "{").unwrap();
        assert!(QueryLog::read(index.path()).is_err());
    }
}
