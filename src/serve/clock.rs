//! When the next refresh starts: planned times, what was asked for meanwhile, and what the recorded runs say.
//!
//! Times of the future, recorded or planned, are not believed, so that a machine whose clock is set back waits no
//! longer than the timetable's period.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::config::{Config, Timetable};
use crate::generation::run::Run;
use crate::printable::time;

/// How long after a run that could not start, or reached nobody, the next one is tried.
pub(super) const AGAIN: chrono::Duration = chrono::Duration::minutes(5);

/// What a run is to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Every source of the catalogue.
    All,
    /// These.
    Only(BTreeSet<String>),
    /// None: what is stored is put together again.
    Stored,
}

/// When the next run starts, and what was asked for meanwhile.
#[derive(Default)]
pub(super) struct Clock {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: Option<DateTime<Utc>>,
    /// Sources that were deferred, and when they may be asked again.
    retry: Option<(DateTime<Utc>, BTreeSet<String>)>,
    wanted: Option<Wanted>,
    /// When a damaged index was last asked to be rebuilt, and whether that is still to be done.
    rebuild: Option<(DateTime<Utc>, bool)>,
    running: bool,
}

impl Clock {
    /// The next run's time, RFC 3339, if one is planned.
    pub fn next_run(&self) -> Option<String> {
        let inner = self.lock();
        let retry = inner.retry.as_ref().map(|(at, _)| *at);
        let next = [inner.next, retry].into_iter().flatten().min();
        next.map(time::rfc3339)
    }

    /// Asks for a run as soon as none is under way; whether one is.
    pub fn ask_for(&self, wanted: Wanted) -> bool {
        let mut inner = self.lock();
        inner.wanted = Some(match (inner.wanted.take(), wanted) {
            (Some(Wanted::Only(mut one)), Wanted::Only(other)) => {
                one.extend(other);
                Wanted::Only(one)
            }
            (None, wanted) => wanted,
            _ => Wanted::All,
        });
        inner.running
    }

    /// Asks for the index to be rebuilt from what is stored; not again within [`AGAIN`], should that not help.
    pub fn ask_for_rebuild(&self, now: DateTime<Utc>) {
        let mut inner = self.lock();
        if inner.rebuild.is_none_or(|(at, _)| at + AGAIN <= now) {
            inner.rebuild = Some((now, true));
        }
    }

    /// What is to be run now, if anything is.
    pub fn due(&self, timetable: &Timetable, now: DateTime<Utc>) -> Option<Wanted> {
        let mut inner = self.lock();
        if let Some((_, is_due @ true)) = &mut inner.rebuild {
            *is_due = false;
            return Some(Wanted::Stored);
        }
        if let (Some(next), Some(due)) = (inner.next, timetable.due(Some(now), now)) {
            // Planned before the clock was set back.
            inner.next = Some(next.min((due + timetable.jitter).max(now + AGAIN)));
        }
        if inner.next.is_some_and(|next| next <= now) {
            inner.wanted = None;
            inner.retry = None;
            return Some(Wanted::All);
        }
        if let Some((_, sources)) = inner.retry.take_if(|(at, _)| *at <= now) {
            return Some(Wanted::Only(sources));
        }
        inner.wanted.take()
    }

    /// Plans what follows the runs `last` (the newest, and the newest that counts).
    pub fn plan(&self, config: &Config, last: &Last, now: DateTime<Utc>, least: DateTime<Utc>) {
        let timetable = &config.timetable;
        let due = timetable.due(last.counted, now).map(|due| {
            let jitter = timetable.jitter.mul_f64(fastrand::f64());
            // What never ran, and what was missed, starts at once.
            let due = if due <= now { due } else { due + jitter };
            due.max(least)
        });
        self.lock().next = due;
        self.retry(last);
    }

    /// Plans what `last` had to defer; what was planned stays where it deferred nothing.
    pub fn retry(&self, last: &Last) {
        let mut inner = self.lock();
        if last.retry.is_some() && inner.next.is_some() {
            inner.retry.clone_from(&last.retry);
        }
    }

    pub fn set_running(&self, running: bool) {
        self.lock().running = running;
    }

    pub fn put_off(&self, until: DateTime<Utc>) {
        self.lock().next = Some(until);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the next run is due by `timetable` after `runs`, newest first, seen from `now`; without jitter, and `None`
/// where none is planned.
pub fn due(timetable: &Timetable, runs: &[Run], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    timetable.due(Last::of(runs, now).counted, now)
}

/// What the recorded runs say of the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Last {
    /// When the last run over the whole catalogue ended that reached anybody, by a clock that was not
    /// ahead.
    counted: Option<DateTime<Utc>>,
    /// What the newest run deferred, and until when.
    retry: Option<(DateTime<Utc>, BTreeSet<String>)>,
}

impl Last {
    /// What `runs`, newest first, say at `now`; those of the future say nothing.
    pub fn of(runs: &[Run], now: DateTime<Utc>) -> Last {
        let time = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
        let counts =
            |run: &&Run| run.complete && !run.reached_nothing() && !run.is_of_the_future(now);
        let counted = runs.iter().find(counts);
        let retry = runs.first().and_then(|run| {
            let at = time(run.retry_at.as_deref()?)?;
            let deferred: BTreeSet<_> =
                run.deferred().map(|result| result.source.clone()).collect();
            (!deferred.is_empty()).then_some((at, deferred))
        });
        Last { counted: counted.and_then(|run| time(&run.ended_at)), retry }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::run::{Outcome, SourceResult};

    fn only(ids: &[&str]) -> Wanted {
        Wanted::Only(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn daily() -> Config {
        crate::config::load(&crate::config::Overrides::default()).unwrap()
    }

    #[test]
    fn what_is_asked_for_during_a_run_follows_it_once() {
        let (clock, now) = (Clock::default(), Utc::now());
        let timetable = &daily().timetable;
        assert_eq!(clock.due(timetable, now), None);
        assert!(!clock.ask_for(only(&["b"])));
        clock.set_running(true);
        assert!(clock.ask_for(only(&["a"])), "one is under way");
        assert_eq!(clock.due(timetable, now), Some(only(&["a", "b"])));
        clock.ask_for(only(&["a"]));
        clock.ask_for(Wanted::All);
        assert_eq!(clock.due(timetable, now), Some(Wanted::All));
        assert_eq!(clock.due(timetable, now), None);
    }

    #[test]
    fn a_damaged_index_is_rebuilt_before_anything_is_fetched_and_not_again_and_again() {
        let config = daily();
        let (clock, timetable, now) = (Clock::default(), &config.timetable, Utc::now());
        clock.put_off(now);
        clock.ask_for_rebuild(now);
        assert_eq!(clock.due(timetable, now), Some(Wanted::Stored));
        clock.put_off(now + AGAIN * 9);
        clock.ask_for_rebuild(now);
        assert_eq!(clock.due(timetable, now), None, "it was tried this instant");
        clock.ask_for_rebuild(now + AGAIN);
        assert_eq!(clock.due(timetable, now + AGAIN), Some(Wanted::Stored));
    }

    #[test]
    fn what_was_deferred_is_asked_when_its_host_allows() {
        let result = |source: &str, outcome| SourceResult {
            source: source.to_owned(),
            outcome,
            ..SourceResult::default()
        };
        let run = Run {
            complete: true,
            ended_at: "2026-03-01T10:00:00Z".into(),
            retry_at: Some("2026-03-01T11:00:00Z".into()),
            sources: vec![result("a", Outcome::Unchanged), result("b", Outcome::Deferred)],
            ..Run::default()
        };
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let last = Last::of(&[run], now);
        let at: DateTime<Utc> = "2026-03-01T11:00:00Z".parse().unwrap();
        assert_eq!(last.retry, Some((at, BTreeSet::from(["b".to_owned()]))));
        let config = daily();
        let (clock, timetable) = (Clock::default(), &config.timetable);
        clock.plan(&config, &last, now, now);
        assert_eq!(clock.next_run().unwrap(), "2026-03-01T11:00:00Z");
        assert_eq!(clock.due(timetable, now), None);
        assert_eq!(clock.due(timetable, at), Some(only(&["b"])));
        let tomorrow = clock.lock().next.unwrap() - now;
        assert!(tomorrow >= chrono::Duration::hours(24), "{tomorrow}");
        assert!(tomorrow <= chrono::Duration::minutes(24 * 60 + 10), "{tomorrow}");
    }

    #[test]
    fn a_machine_that_slept_catches_up_at_once() {
        let config = daily();
        let (clock, timetable, now) = (Clock::default(), &config.timetable, Utc::now());
        let last = Last { counted: Some(now - chrono::Duration::days(3)), retry: None };
        clock.plan(&config, &last, now, now);
        assert_eq!(clock.due(timetable, now), Some(Wanted::All));
    }

    #[test]
    fn a_run_that_a_clock_ten_years_ahead_recorded_does_not_count() {
        let run =
            |ended_at: &str| Run { complete: true, ended_at: ended_at.into(), ..Run::default() };
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let ahead = run("2036-03-01T09:00:00Z");
        let last = Last::of(&[ahead.clone(), run("2026-02-28T22:00:00Z")], now);
        assert_eq!(last.counted, Some("2026-02-28T22:00:00Z".parse().unwrap()), "the one before");
        // Each start of a server plans by the record: a run of the future must not put the next one
        // off from start to start.
        let (config, clock) = (daily(), Clock::default());
        clock.plan(&config, &Last::of(&[ahead], now), now, now);
        assert_eq!(clock.due(&config.timetable, now), Some(Wanted::All));
    }

    #[test]
    fn a_run_planned_before_the_clock_was_set_back_is_a_period_away_at_most() {
        let (config, clock) = (daily(), Clock::default());
        let timetable = &config.timetable;
        let ahead: DateTime<Utc> = "2036-03-01T10:00:00Z".parse().unwrap();
        let last = Last { counted: Some(ahead), retry: None };
        clock.plan(&config, &last, ahead, ahead);
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        assert_eq!(clock.due(timetable, now), None);
        let next: DateTime<Utc> = clock.next_run().unwrap().parse().unwrap();
        assert!(next - now <= chrono::Duration::minutes(24 * 60 + 10), "{next}");
        assert_eq!(clock.due(timetable, next), Some(Wanted::All));
    }
}
