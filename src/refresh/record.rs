//! Records runs that ended before they could record themselves.

use std::time::Instant;

use super::build::outcome::time;
use crate::config::Config;
use crate::generation::run::RunRecord;
use crate::generation::{lock, runs};
use crate::problem::chain;

/// Records a run that started at `started_at` and was stopped in the middle of a step, because its process is about to
/// end. Writes `runs.json`; `Err` if that fails.
pub fn record_stopped(
    config: &Config,
    started_at: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<()> {
    let mut run = RunRecord { started_at: time(started_at), stopped: true, ..RunRecord::default() };
    run.end(Instant::now());
    run.seconds = (chrono::Utc::now() - started_at).as_seconds_f64();
    runs::append(&config.index, &run)
}

/// Records that `error` ended the run that began at `started_at`. Does nothing if there is no index yet, if it can't be
/// written, or if another run holds its lock.
pub(super) fn record_failed(
    config: &Config,
    started_at: chrono::DateTime<chrono::Utc>,
    error: &anyhow::Error,
) {
    if !config.index.is_dir() {
        return;
    }
    let mut run = RunRecord {
        started_at: time(started_at),
        error: Some(chain(error)),
        ..RunRecord::default()
    };
    run.end(Instant::now());
    run.seconds = (chrono::Utc::now() - started_at).as_seconds_f64();
    let recorded = lock::take(&config.index).and_then(|_lock| runs::append(&config.index, &run));
    if let Err(cause) = recorded {
        tracing::debug!("the failed run is not recorded: {cause:#}");
    }
}
