//! Starts refreshes, each in a child of the program, and opens the generations that they make.
//!
//! The clock on the wall is looked at every second, so that a machine that slept catches up at once. A run never
//! overlaps another: what is asked for while one goes on follows it. Besides the timetable, a run is started by
//! SIGHUP, by the admin endpoint, by a change in a local folder ([`super::watch`]), by damage to the index, and, for
//! what a run had to defer, when the host wants to be asked again ([`super::clock`]).

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::process::Child;

use super::clock::{AGAIN, Last, Wanted};
use super::watch::Watch;
use super::{Refreshing, ServerState};
use crate::config::{Config, Sources, Trust};
use crate::generation::runs;

/// How often the clock and the index are looked at.
const TICK: Duration = Duration::from_secs(1);
/// How long a run may take to end when the server does; it needs less than two seconds.
const FAREWELL: Duration = Duration::from_secs(3);

/// A refresh that runs in a child process.
struct Running {
    child: Child,
    wanted: Wanted,
    started_at: DateTime<Utc>,
}

/// Opens new generations as they come and starts a refresh whenever one is due, until it is
/// dropped.
pub(super) async fn keep(state: Arc<ServerState>) {
    let now = Utc::now();
    let last = Last::of(&runs::read(&state.config.index), now);
    state.clock.plan(&state.config, &last, now, now);
    let mut watch = Watch::new(Arc::clone(&state));
    let mut running: Option<Running> = None;
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = state.stopping.cancelled() => break,
        }
        watch.renew();
        watch.ask();
        let renewed = Arc::clone(&state);
        // Opening reads the graph: not on the threads that answer.
        let _ = tokio::task::spawn_blocking(move || renewed.renew()).await;
        if state.shelf.wants_rebuild() {
            state.clock.ask_for_rebuild(Utc::now());
        }
        if running.is_none()
            && state.refreshing == Refreshing::Scheduled
            && let Some(wanted) = state.clock.due(&state.config.timetable, Utc::now())
        {
            running = start(&state.config, wanted);
            state.clock.set_running(running.is_some());
            if running.is_none() {
                state.clock.put_off(Utc::now() + AGAIN);
            }
        }
        let Some(run) = &mut running else { continue };
        let ended = run.child.try_wait();
        if let Ok(Some(_)) | Err(_) = ended {
            tracing::info!(?ended, "the refresh ended");
            let now = Utc::now();
            let last = Last::of(&runs::read(&state.config.index), now);
            match &run.wanted {
                Wanted::All => state.clock.plan_after(&state.config, &last, run.started_at, now),
                // A run over some sources, or none, leaves the whole run's time as it is.
                Wanted::Only(_) | Wanted::Stored => state.clock.retry(&last),
            }
            state.clock.set_running(false);
            running = None;
        }
    }
    if let Some(run) = running {
        end(run.child).await;
    }
}

/// Starts `cairn refresh` with the same settings, as much trusted.
fn start(config: &Config, wanted: Wanted) -> Option<Running> {
    let program = std::env::current_exe()
        .map_err(|error| tracing::error!(%error, "the program's own file is not known"))
        .ok()?;
    let mut command = tokio::process::Command::new(program);
    command.args(["refresh", "--background", "--index"]).arg(&config.index);
    if let Some(folder) = config.sources.folder() {
        command.arg("--sources").arg(folder);
    }
    // Named like this, what was found would pass for the user's word.
    if config.index_trust == Trust::Found {
        command.args(["--found", "index"]);
    }
    if matches!(config.sources, Sources::Found { .. }) {
        command.args(["--found", "sources"]);
    }
    if let Some(file) = &config.file {
        command.arg("--config").arg(file);
    }
    match &wanted {
        Wanted::All => {}
        Wanted::Stored => drop(command.arg("--offline")),
        Wanted::Only(sources) => drop(command.arg("--").args(sources)),
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    tracing::info!(?wanted, "a refresh begins");
    let started_at = Utc::now();
    let child = command
        .spawn()
        .map_err(|error| tracing::error!(%error, "the refresh could not be started"))
        .ok()?;
    Some(Running { child, wanted, started_at })
}

/// Asks the run to end, and waits for it.
async fn end(mut child: Child) {
    #[cfg(unix)]
    if let Some(id) = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
    if tokio::time::timeout(FAREWELL, child.wait()).await.is_err() {
        tracing::warn!("the refresh did not end when asked; it is killed");
    }
}
