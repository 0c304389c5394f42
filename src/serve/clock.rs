//! Decides when the next refresh starts: from the timetable, from requests, and from the recorded runs.
//!
//! If the machine's clock is set back, some recorded runs lie in the future, and the planned run may be too far away.
//! Such records are ignored, and such a run is planned earlier. So the wait for the next run is no longer than the
//! timetable's period.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::history::RunHistory;
use crate::config::{Config, Timetable};
use crate::generation::run::RunRecord;
use crate::library::view::RefreshStart;
use crate::printable::time;

/// After a run that could not start or reached no host, the next attempt is made after this delay.
pub(super) const AGAIN: chrono::Duration = chrono::Duration::minutes(5);

/// What a run fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunScope {
    /// Every source of the catalogue.
    All,
    /// These sources.
    Only(BTreeSet<String>),
    /// No source: the index is rebuilt from the store.
    Stored,
}

impl fmt::Display for RunScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunScope::All => f.write_str("all sources"),
            RunScope::Only(sources) => {
                let names: Vec<&str> = sources.iter().map(String::as_str).collect();
                f.write_str(&names.join(", "))
            }
            RunScope::Stored => f.write_str("the index from what is stored"),
        }
    }
}

/// When the next run starts, and which requests wait for it.
#[derive(Default)]
pub(super) struct RefreshClock {
    inner: Mutex<ClockState>,
}

#[derive(Default)]
struct ClockState {
    /// When the next full run starts; `None` if none is planned.
    next: Option<DateTime<Utc>>,
    /// The time when the deferred sources can be fetched again, and the ids of these sources.
    retry: Option<(DateTime<Utc>, BTreeSet<String>)>,
    /// What the waiting requests ask for, merged into one run; `None` if no request waits.
    wanted: Option<RunScope>,
    /// When a rebuild of a damaged index was last requested, and whether it is still pending.
    rebuild: Option<(DateTime<Utc>, bool)>,
    running: bool,
}

impl RefreshClock {
    /// The time of the next run (RFC 3339), if one is planned.
    pub fn next_run(&self) -> Option<String> {
        let inner = self.lock();
        let retry = inner.retry.as_ref().map(|(at, _)| *at);
        let next = [inner.next, retry].into_iter().flatten().min();
        next.map(time::rfc3339)
    }

    /// Requests a run. It starts as soon as no other run is in progress. Waiting requests are merged into one run.
    /// Returns whether the run starts at once or follows the one in progress.
    pub fn ask_for(&self, wanted: RunScope) -> RefreshStart {
        let mut inner = self.lock();
        inner.wanted = Some(match (inner.wanted.take(), wanted) {
            (Some(RunScope::Only(mut one)), RunScope::Only(other)) => {
                one.extend(other);
                RunScope::Only(one)
            }
            (None, wanted) => wanted,
            _ => RunScope::All,
        });
        if inner.running { RefreshStart::Follows } else { RefreshStart::Begins }
    }

    /// Requests a rebuild of the index from the store. A request less than [`AGAIN`] after the last accepted one is
    /// ignored, so that a rebuild that doesn't help is not repeated all the time.
    pub fn ask_for_rebuild(&self, now: DateTime<Utc>) {
        let mut inner = self.lock();
        if inner.rebuild.is_none_or(|(at, _)| at + AGAIN <= now) {
            inner.rebuild = Some((now, true));
        }
    }

    /// The run that is due now, if any. The caller must start it, because the requests and the retry that it covers are
    /// forgotten. Of several due runs, a rebuild comes first, then the full run. The full run covers a retry and all
    /// requested runs.
    pub fn due(&self, timetable: &Timetable, now: DateTime<Utc>) -> Option<RunScope> {
        let mut inner = self.lock();
        if let Some((_, is_due @ true)) = &mut inner.rebuild {
            *is_due = false;
            return Some(RunScope::Stored);
        }
        if let (Some(next), Some(due)) = (inner.next, timetable.due(Some(now), now)) {
            // A run that was planned before the clock was set back would start too late: plan it earlier.
            inner.next = Some(next.min((due + timetable.jitter).max(now + AGAIN)));
        }
        if inner.next.is_some_and(|next| next <= now) {
            inner.wanted = None;
            inner.retry = None;
            return Some(RunScope::All);
        }
        if let Some((_, sources)) = inner.retry.take_if(|(at, _)| *at <= now) {
            return Some(RunScope::Only(sources));
        }
        inner.wanted.take()
    }

    /// Plans the next full run and the retry of deferred sources. `last` summarises the recorded runs. The full run
    /// starts no earlier than `least`.
    pub fn plan(
        &self,
        config: &Config,
        last: &RunHistory,
        now: DateTime<Utc>,
        least: DateTime<Utc>,
    ) {
        let timetable = &config.timetable;
        let due = timetable.due(last.counted, now).map(|due| {
            let jitter = timetable.jitter.mul_f64(fastrand::f64());
            // A run that is already due starts without jitter: no run has happened yet, or one was missed.
            let due = if due <= now { due } else { due + jitter };
            due.max(least)
        });
        self.lock().next = due;
        self.retry(last);
    }

    /// Plans the next run after a run over all sources has ended. `started_at` is when the ended run started. If the
    /// ended run fetched nothing or left no record, it does not count: the next run starts no earlier than [`AGAIN`]
    /// from now.
    pub fn plan_after(
        &self,
        config: &Config,
        last: &RunHistory,
        started_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        let least = if last.counted_since(started_at) { now } else { now + AGAIN };
        self.plan(config, last, now, least);
    }

    /// Plans a retry of the sources that `last` deferred. If there are none, a retry that is already planned is kept.
    /// Without a planned full run, no retry is planned.
    pub fn retry(&self, last: &RunHistory) {
        let mut inner = self.lock();
        if last.retry.is_some() && inner.next.is_some() {
            inner.retry.clone_from(&last.retry);
        }
    }

    /// Whether a run is in progress.
    pub fn is_running(&self) -> bool {
        self.lock().running
    }

    pub fn set_running(&self, running: bool) {
        self.lock().running = running;
    }

    pub fn put_off(&self, until: DateTime<Utc>) {
        self.lock().next = Some(until);
    }

    fn lock(&self) -> MutexGuard<'_, ClockState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the next run is due, without jitter; `None` if `timetable` plans no run. `runs` are the recorded runs, newest
/// first, and `now` is the current time.
pub fn due(timetable: &Timetable, runs: &[RunRecord], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    timetable.due(RunHistory::of(runs, now).counted, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::run::{FetchOutcome, SourceResult};

    fn only(ids: &[&str]) -> RunScope {
        RunScope::Only(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn daily() -> Config {
        crate::config::load(&crate::config::ConfigOverrides::default()).unwrap()
    }

    #[test]
    fn requests_during_a_run_are_merged_into_one_run_after_it() {
        let (clock, now) = (RefreshClock::default(), Utc::now());
        let timetable = &daily().timetable;
        assert_eq!(clock.due(timetable, now), None);
        assert_eq!(clock.ask_for(only(&["b"])), RefreshStart::Begins);
        clock.set_running(true);
        assert_eq!(clock.ask_for(only(&["a"])), RefreshStart::Follows);
        assert_eq!(clock.due(timetable, now), Some(only(&["a", "b"])));
        clock.ask_for(only(&["a"]));
        clock.ask_for(RunScope::All);
        assert_eq!(clock.due(timetable, now), Some(RunScope::All));
        assert_eq!(clock.due(timetable, now), None);
    }

    #[test]
    fn a_damaged_index_is_rebuilt_before_anything_is_fetched_and_once_per_delay() {
        let config = daily();
        let (clock, timetable, now) = (RefreshClock::default(), &config.timetable, Utc::now());
        clock.put_off(now);
        clock.ask_for_rebuild(now);
        assert_eq!(clock.due(timetable, now), Some(RunScope::Stored));
        clock.put_off(now + AGAIN * 9);
        clock.ask_for_rebuild(now);
        assert_eq!(clock.due(timetable, now), None, "it was requested a moment ago");
        clock.ask_for_rebuild(now + AGAIN);
        assert_eq!(clock.due(timetable, now + AGAIN), Some(RunScope::Stored));
    }

    #[test]
    fn deferred_sources_are_retried_when_their_host_allows() {
        let result = |source: &str, outcome| SourceResult {
            source: source.to_owned(),
            outcome,
            ..SourceResult::default()
        };
        let run = RunRecord {
            complete: true,
            ended_at: "2026-03-01T10:00:00Z".into(),
            retry_at: Some("2026-03-01T11:00:00Z".into()),
            sources: vec![
                result("a", FetchOutcome::Unchanged),
                result("b", FetchOutcome::Deferred),
            ],
            ..RunRecord::default()
        };
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let last = RunHistory::of(&[run], now);
        let at: DateTime<Utc> = "2026-03-01T11:00:00Z".parse().unwrap();
        assert_eq!(last.retry, Some((at, BTreeSet::from(["b".to_owned()]))));
        let config = daily();
        let (clock, timetable) = (RefreshClock::default(), &config.timetable);
        clock.plan(&config, &last, now, now);
        assert_eq!(clock.next_run().unwrap(), "2026-03-01T11:00:00Z");
        assert_eq!(clock.due(timetable, now), None);
        assert_eq!(clock.due(timetable, at), Some(only(&["b"])));
        let tomorrow = clock.lock().next.unwrap() - now;
        assert!(tomorrow >= chrono::Duration::hours(24), "{tomorrow}");
        assert!(tomorrow <= chrono::Duration::minutes(24 * 60 + 10), "{tomorrow}");
    }

    #[test]
    fn a_schedule_of_every_minute_is_followed_after_a_full_run() {
        let (mut config, clock, now) = (daily(), RefreshClock::default(), Utc::now());
        config.timetable = Timetable::read(Some("1m"), None, None, Some("0s")).unwrap();
        let second = chrono::Duration::seconds(1);
        let last = RunHistory { counted: Some(now), retry: None };
        clock.plan_after(&config, &last, now - second * 9, now);
        assert_eq!(clock.due(&config.timetable, now + second * 59), None);
        assert_eq!(clock.due(&config.timetable, now + second * 60), Some(RunScope::All));
        // Only an earlier run counts: the run that has just ended reached no host, or left no record.
        let last = RunHistory { counted: Some(now - second * 90), retry: None };
        clock.plan_after(&config, &last, now - second * 9, now);
        assert_eq!(clock.due(&config.timetable, now + AGAIN - second), None);
        assert_eq!(clock.due(&config.timetable, now + AGAIN), Some(RunScope::All));
    }

    #[test]
    fn a_machine_that_slept_catches_up_at_once() {
        let config = daily();
        let (clock, timetable, now) = (RefreshClock::default(), &config.timetable, Utc::now());
        let last = RunHistory { counted: Some(now - chrono::Duration::days(3)), retry: None };
        clock.plan(&config, &last, now, now);
        assert_eq!(clock.due(timetable, now), Some(RunScope::All));
    }

    #[test]
    fn a_run_that_a_clock_ten_years_ahead_recorded_does_not_count() {
        let run = |ended_at: &str| RunRecord {
            complete: true,
            ended_at: ended_at.into(),
            ..RunRecord::default()
        };
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let ahead = run("2036-03-01T09:00:00Z");
        let last = RunHistory::of(&[ahead.clone(), run("2026-02-28T22:00:00Z")], now);
        assert_eq!(last.counted, Some("2026-02-28T22:00:00Z".parse().unwrap()), "the one before");
        // A server plans from the record each time it starts. A recorded run in the future must not delay the next run
        // each time.
        let (config, clock) = (daily(), RefreshClock::default());
        clock.plan(&config, &RunHistory::of(&[ahead], now), now, now);
        assert_eq!(clock.due(&config.timetable, now), Some(RunScope::All));
    }

    #[test]
    fn a_run_planned_before_the_clock_was_set_back_is_a_period_away_at_most() {
        let (config, clock) = (daily(), RefreshClock::default());
        let timetable = &config.timetable;
        let ahead: DateTime<Utc> = "2036-03-01T10:00:00Z".parse().unwrap();
        let last = RunHistory { counted: Some(ahead), retry: None };
        clock.plan(&config, &last, ahead, ahead);
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        assert_eq!(clock.due(timetable, now), None);
        let next: DateTime<Utc> = clock.next_run().unwrap().parse().unwrap();
        assert!(next - now <= chrono::Duration::minutes(24 * 60 + 10), "{next}");
        assert_eq!(clock.due(timetable, next), Some(RunScope::All));
    }
}
