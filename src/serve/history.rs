//! What the record of past runs (`runs.json`) says about the next one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::generation::run::RunRecord;

/// What the recorded runs imply for the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RunHistory {
    /// The end of the last run over the whole catalogue that reached at least one host. Runs with a timestamp in the
    /// future are ignored.
    pub counted: Option<DateTime<Utc>>,
    /// What the newest run deferred, and until when.
    pub retry: Option<(DateTime<Utc>, BTreeSet<String>)>,
}

impl RunHistory {
    /// Whether a run that counts ended at or after `time`. The record has whole seconds.
    pub fn counted_since(&self, time: DateTime<Utc>) -> bool {
        self.counted.is_some_and(|counted| counted.timestamp() >= time.timestamp())
    }

    /// Reads `runs` (newest first) as of `now`; ignores runs with a timestamp in the future.
    pub fn of(runs: &[RunRecord], now: DateTime<Utc>) -> RunHistory {
        let time = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
        let counts =
            |run: &&RunRecord| run.complete && !run.reached_nothing() && !run.is_of_the_future(now);
        let counted = runs.iter().find(counts);
        let retry = runs.first().and_then(|run| {
            let at = time(run.retry_at.as_deref()?)?;
            let deferred: BTreeSet<_> =
                run.deferred().map(|result| result.source.clone()).collect();
            (!deferred.is_empty()).then_some((at, deferred))
        });
        RunHistory { counted: counted.and_then(|run| time(&run.ended_at)), retry }
    }
}
