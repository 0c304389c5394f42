//! What the record of past runs (`runs.json`) means for the next run.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::generation::run::RunRecord;

/// What the recorded runs imply for the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RunHistory {
    /// The end of the last run that counts. A run counts if it covered the whole catalogue, reached at least one host
    /// and has no timestamp in the future.
    pub counted: Option<DateTime<Utc>>,
    /// The time until which the newest run deferred sources, and the ids of these sources. `None` if it deferred none,
    /// or until an unknown time.
    pub retry: Option<(DateTime<Utc>, BTreeSet<String>)>,
}

impl RunHistory {
    /// Whether a run that counts ended at or after `time`. Compares whole seconds, because the record has no fractions.
    pub fn counted_since(&self, time: DateTime<Utc>) -> bool {
        self.counted.is_some_and(|counted| counted.timestamp() >= time.timestamp())
    }

    /// Evaluates the recorded `runs` (newest first) at the time `now`.
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
