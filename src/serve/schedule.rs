//! When the next refresh starts, and the child of the program that runs it.
//!
//! The clock on the wall is looked at every second, so that a machine that slept catches up at
//! once. A run never overlaps another: the next one is planned when the last has ended.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Local, Utc};

use super::State;
use crate::config::{Config, Schedule, Sources};
use crate::refresh::runs;

/// How often the clock and the index are looked at.
const TICK: Duration = Duration::from_secs(1);
/// How long after a run that could not start, or reached nobody, the next one is tried.
const AGAIN: chrono::Duration = chrono::Duration::minutes(5);

/// When the next run starts.
#[derive(Default)]
pub(super) struct Clock {
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Clock {
    /// The next run's time, RFC 3339, if one is planned.
    pub fn next_run(&self) -> Option<String> {
        self.next().map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    fn next(&self) -> Option<DateTime<Utc>> {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, next: Option<DateTime<Utc>>) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

/// Opens new generations as they come and starts a refresh whenever one is due, for ever.
pub(super) async fn keep(state: Arc<State>) {
    state.clock.set(due(&state.config.schedule, last_run(&state.config), Utc::now()));
    let mut running = None;
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let renewed = Arc::clone(&state);
        // Opening reads the graph: not on the threads that answer.
        let _ = tokio::task::spawn_blocking(move || renewed.renew()).await;
        if running.is_none() && state.clock.next().is_some_and(|next| next <= Utc::now()) {
            running = start(&state.config);
            if running.is_none() {
                state.clock.set(Some(Utc::now() + AGAIN));
            }
        }
        let ended = match &mut running {
            Some(child) => child.try_wait(),
            None => continue,
        };
        match ended {
            Ok(None) => {}
            Ok(Some(status)) => {
                tracing::info!(%status, "the refresh ended");
                running = None;
                // A run that reached nobody does not count; the next one follows soon.
                let next = due(&state.config.schedule, last_run(&state.config), Utc::now());
                state.clock.set(next.map(|next| next.max(Utc::now() + AGAIN)));
            }
            Err(error) => {
                tracing::error!(%error, "the refresh was lost");
                running = None;
                state.clock.set(Some(Utc::now() + AGAIN));
            }
        }
    }
}

/// When the last run over the whole catalogue ended that reached anybody.
fn last_run(config: &Config) -> Option<DateTime<Utc>> {
    let runs = runs::read(&config.index);
    let run = runs.iter().find(|run| run.complete && !run.reached_nothing())?;
    Some(DateTime::parse_from_rfc3339(&run.ended_at).ok()?.to_utc())
}

/// When the run after one that ended at `last` is due.
fn due(
    schedule: &Schedule,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match (schedule, last) {
        (Schedule::Never, _) => None,
        (Schedule::Every(_) | Schedule::Cron(_), None) => Some(now),
        (Schedule::Every(period), Some(last)) => {
            Some(last + chrono::Duration::from_std(*period).unwrap_or(chrono::Duration::days(1)))
        }
        (Schedule::Cron(line), Some(last)) => {
            let cron: croner::Cron = line.parse().ok()?;
            let next = cron.find_next_occurrence(&last.with_timezone(&Local), false).ok()?;
            Some(next.to_utc())
        }
    }
}

/// Starts `cairn refresh` with the same settings; it ends with the server.
fn start(config: &Config) -> Option<tokio::process::Child> {
    let program = std::env::current_exe()
        .map_err(|error| tracing::error!(%error, "the program's own file is not known"))
        .ok()?;
    let mut command = tokio::process::Command::new(program);
    command.arg("refresh").arg("--index").arg(&config.index);
    if let Sources::Disk(folder) = &config.sources {
        command.arg("--sources").arg(folder);
    }
    if let Some(file) = &config.file {
        command.arg("--config").arg(file);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    tracing::info!("a refresh begins");
    command
        .spawn()
        .map_err(|error| tracing::error!(%error, "the refresh could not be started"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_follows_the_last() {
        let now: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let hour = Schedule::Every(Duration::from_secs(3600));
        assert_eq!(due(&Schedule::Never, None, now), None);
        assert_eq!(due(&hour, None, now), Some(now), "what never ran runs at once");
        let last = now - chrono::Duration::hours(5);
        assert!(due(&hour, Some(last), now).unwrap() < now, "what was missed is due");
        let cron = Schedule::Cron("30 * * * *".into());
        let next = due(&cron, Some(now), now).unwrap();
        assert_eq!(next.to_rfc3339(), "2026-03-01T10:30:00+00:00");
    }
}
