//! Runs refreshes in child processes and opens the generations that they make.
//!
//! The system clock is read every second, so that a machine that slept catches up at once. Runs never overlap: a run
//! that is requested during another follows it. Besides the timetable, a run is started by SIGHUP, the admin
//! endpoint, a change in a local folder ([`super::watch`]) and damage to the index. Deferred sources are retried when
//! their host allows it ([`super::clock`]).

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::process::Child;

use super::clock::{AGAIN, RunScope};
use super::history::RunHistory;
use super::state::{RefreshPolicy, ServerState};
use super::watch::FolderWatch;
use crate::config::{DataFiles, PathTrust};
use crate::generation::runs;
use crate::printable::log;

/// Interval at which clock and index are checked.
const TICK: Duration = Duration::from_secs(1);
/// How long a run may take to end when the server stops; it needs less than two seconds.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// A refresh that runs in a child process.
struct RunningRefresh {
    child: Child,
    scope: RunScope,
    started_at: DateTime<Utc>,
}

/// Opens new generations and starts a refresh whenever one is due, until the server stops.
pub(super) async fn keep(state: Arc<ServerState>) {
    let now = Utc::now();
    let last = RunHistory::of(&runs::read(&state.config.index), now);
    state.clock.plan(&state.config, &last, now, now);
    let mut watch = FolderWatch::new(Arc::clone(&state));
    let mut running: Option<RunningRefresh> = None;
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = state.stopping.cancelled() => break,
        }
        watch.renew();
        watch.ask();
        renew(&state).await;
        if state.shelf.wants_rebuild() {
            state.clock.ask_for_rebuild(Utc::now());
        }
        if running.is_none()
            && state.refreshing == RefreshPolicy::Scheduled
            && let Some(wanted) = state.clock.due(&state.config.timetable, Utc::now())
        {
            let now = Utc::now();
            state.attempts.began(now);
            running = start(&state, wanted);
            state.clock.set_running(running.is_some());
            if running.is_none() {
                state.attempts.ended(now, &[]);
                state.clock.put_off(Utc::now() + AGAIN);
            }
        }
        let Some(run) = &mut running else { continue };
        let ended = run.child.try_wait();
        if let Ok(Some(_)) | Err(_) = ended {
            plan_after(&state, run);
            state.clock.set_running(false);
            report(&state, run, &ended);
            running = None;
        }
    }
    if let Some(run) = running {
        end(run.child).await;
    }
    let _ = tokio::task::spawn_blocking(move || state.asked.save()).await;
}

/// Opens a new generation, if there is one, and writes the counted queries from time to time. Opening a generation reads its
/// graph. That would block a thread that serves requests, so another thread does it.
async fn renew(state: &Arc<ServerState>) {
    let renewed = Arc::clone(state);
    let renew = move || {
        renewed.renew();
        renewed.asked.keep();
    };
    let _ = tokio::task::spawn_blocking(renew).await;
}

/// Logs how `run` has ended, with the `status` of its process, and when the next one starts.
fn report(state: &ServerState, run: &RunningRefresh, status: &std::io::Result<Option<ExitStatus>>) {
    let next = state.clock.next_run().map(|at| format!("; the next starts at {at}"));
    let next = next.unwrap_or_default();
    let record = runs::read(&state.config.index).into_iter().next();
    let record = record.filter(|record| {
        let started = DateTime::parse_from_rfc3339(&record.started_at);
        started.is_ok_and(|started| started.timestamp() >= run.started_at.timestamp())
    });
    let Some(record) = record else {
        tracing::warn!(?status, "the refresh has ended without a result{next}");
        return;
    };
    if let Some(down) = record.no_network() {
        tracing::warn!(
            "{down}; what is indexed can be used meanwhile{next}; `cairn status` has the details"
        );
        return;
    }
    let failed = record.failed().count() + record.deferred().count();
    let (seconds, documents) = (record.seconds, record.documents);
    tracing::info!(
        "the refresh has ended after {seconds:.0} s: {documents} documents, {failed} sources failed or deferred{next}"
    );
}

/// Plans the next runs after `run`, which has ended.
fn plan_after(state: &ServerState, run: &RunningRefresh) {
    let now = Utc::now();
    let runs = runs::read(&state.config.index);
    state.attempts.ended(run.started_at, &runs);
    let last = RunHistory::of(&runs, now);
    match &run.scope {
        RunScope::All => state.clock.plan_after(&state.config, &last, run.started_at, now),
        // A run over some or no sources doesn't change the time of the next full run.
        RunScope::Only(_) | RunScope::Stored => state.clock.retry(&last),
    }
}

/// Starts `cairn refresh` with the settings of this server. The index and sources folders keep the trust that they have in
/// this server ([`PathTrust`]). `None` if the child can't be started.
fn start(state: &ServerState, scope: RunScope) -> Option<RunningRefresh> {
    let config = &state.config;
    let program = std::env::current_exe()
        .map_err(|error| tracing::error!(%error, "the path of this program is unknown"))
        .ok()?;
    let mut command = tokio::process::Command::new(program);
    command.args(["refresh", "--background"]).args(log::options());
    command.arg("--index").arg(&config.index);
    if let Some(folder) = config.sources.folder() {
        command.arg("--sources").arg(folder);
    }
    // A path on the command line counts as the user's choice. `--found` marks a path that was found in the current
    // folder instead.
    if config.index_trust == PathTrust::Found {
        command.args(["--found", "index"]);
    }
    if matches!(config.sources, DataFiles::Found { .. }) {
        command.args(["--found", "sources"]);
    }
    if let Some(file) = &config.file {
        command.arg("--config").arg(file);
    }
    match &scope {
        RunScope::All => {}
        RunScope::Stored => drop(command.arg("--offline")),
        RunScope::Only(sources) => drop(command.arg("--").args(sources)),
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let library = state.shelf.library();
    if scope == RunScope::All && library.is_some_and(|library| library.lacks_remote_sources()) {
        tracing::info!(
            "first refresh: every source is fetched once, which takes a few minutes; until then, Cairn's own notes and \
             topics can be used; the lines below show the progress"
        );
    } else {
        tracing::info!("starting a refresh of {scope}");
    }
    let started_at = Utc::now();
    let child = command
        .spawn()
        .map_err(|error| tracing::error!(%error, "the refresh can't be started"))
        .ok()?;
    Some(RunningRefresh { child, scope, started_at })
}

/// Asks the run in the process `child` to stop, waits until it ends, and kills it after [`STOP_TIMEOUT`].
async fn end(mut child: Child) {
    #[cfg(unix)]
    if let Some(id) = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
    if tokio::time::timeout(STOP_TIMEOUT, child.wait()).await.is_err() {
        tracing::warn!("the refresh did not end when asked; it is killed");
    }
}
