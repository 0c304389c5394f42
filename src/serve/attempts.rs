//! The refreshes that this server started: when the last one began, and how many left no record.
//!
//! A refresh that is killed, or that can't write its record because the disk is full, is missing in `runs.json`. The
//! metrics must count it all the same.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::generation::run::RunRecord;

/// What a server knows of its refreshes besides their records.
#[derive(Debug, Default)]
pub(super) struct RefreshAttempts {
    last: Mutex<Option<DateTime<Utc>>>,
    lost: AtomicU64,
}

impl RefreshAttempts {
    /// A refresh was started, or should have been, at the time `at`.
    pub fn began(&self, at: DateTime<Utc>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// The refresh that began at `at` has ended. Counts it as lost if `runs`, newest first, has no record of it.
    pub fn ended(&self, at: DateTime<Utc>, runs: &[RunRecord]) {
        // Records have no fractions of seconds.
        let is_of_it = |run: &RunRecord| {
            DateTime::parse_from_rfc3339(&run.started_at)
                .is_ok_and(|started| started.timestamp() >= at.timestamp())
        };
        if !runs.first().is_some_and(is_of_it) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// When the last refresh was started; `None` if this server has started none.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of refreshes that left no record.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_record_is_lost() {
        let (attempts, now) = (RefreshAttempts::default(), Utc::now());
        let run = |at: DateTime<Utc>| RunRecord {
            started_at: crate::printable::time::rfc3339(at),
            ..RunRecord::default()
        };
        attempts.began(now);
        attempts.ended(now, &[run(now)]);
        assert_eq!((attempts.last(), attempts.lost()), (Some(now), 0));
        attempts.ended(now, &[run(now - chrono::Duration::minutes(1))]);
        attempts.ended(now, &[]);
        assert_eq!(attempts.lost(), 2);
    }
}
