//! Starts and stops a server: the first index, the listener, the schedule of refreshes, and signals.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};

use super::clock::RunScope;
use super::connections::Connections;
use super::routes::router;
use super::signals::ProcessSignals;
use super::state::{RefreshPolicy, ServerState};
use super::{listen, schedule};
use crate::config::{Config, CorsPolicy, Schedule};
use crate::disk;
use crate::generation::replica::ReplicaMark;
use crate::printable::log;
use crate::problem::Faults;
use crate::refresh::{self, FetchMode, RefreshOptions, RefreshStop};

/// The maximum number of threads that run searches and render pages and API responses. The work is CPU-bound, so more
/// threads would only use more memory: each thread keeps the memory of its largest page.
const MOST_THREADS: usize = 16;

/// How long threads may take to end when the server stops. Searches have already been cancelled.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves `config` at its address until Ctrl-C or SIGTERM.
///
/// On the first start, local content (own notes, vocabulary, stored files) is indexed before the first request is
/// served. A generation of the previous format is served until a refresh has built the next one. If the current
/// generation is damaged, the newest intact one is served and a refresh rebuilds the index. An index that can't be
/// written is served without refreshes. `Err` if the address is in use, if other machines could reach it although the
/// configuration doesn't allow that, or if the data files have faults.
pub fn serve(mut config: Config, mut refreshing: RefreshPolicy) -> anyhow::Result<()> {
    if config.index.exists() && !disk::is_writable(&config.index) {
        tracing::warn!(
            "{} can't be written: it is served and never refreshed",
            config.index.display()
        );
        refreshing = RefreshPolicy::Never;
    }
    let replica = ReplicaMark::read(&config.index)?;
    if let Some(ReplicaMark { source, .. }) = &replica {
        tracing::info!(
            "{} is a replica of {source}: it is served and never refreshed; `cairn pull --every 1m` keeps it up to date",
            config.index.display()
        );
        refreshing = RefreshPolicy::Never;
    }
    if refreshing == RefreshPolicy::Never {
        config.timetable.schedule = Schedule::Never;
    }
    if config.cors == CorsPolicy::Everyone {
        tracing::warn!(
            "[serve] cors = \"*\": whatever site somebody visits who reaches this server can read the whole index"
        );
    }
    let state = Arc::new(ServerState::new(config, refreshing)?);
    // If refreshes are scheduled, the schedule rebuilds a damaged index while requests are served.
    let is_rebuilt_later =
        state.refreshing == RefreshPolicy::Scheduled && state.shelf.damage().is_some();
    if state.shelf.library().is_none() && !is_rebuilt_later && replica.is_none() {
        first_start(&state.config)?;
        state.renew();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(MOST_THREADS)
        .build()?;
    let served = runtime.block_on(answer(state));
    // Dropping a runtime would wait for its threads without a limit.
    runtime.shutdown_timeout(STOP_TIMEOUT);
    served
}

/// Serves requests at the configured address and refreshes on schedule, until a signal to stop.
async fn answer(state: Arc<ServerState>) -> anyhow::Result<()> {
    may_listen(&state.config).await?;
    let listen = &state.config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} (--listen names another address)"))?;
    let address = listener.local_addr()?;
    state.exposure.listens(address.ip());
    // Signals are received before the address is printed, because a client may send one as soon as it has read the
    // address.
    let (mut stops, hang_ups) = (ProcessSignals::to_stop(), ProcessSignals::to_reload());
    let schedule_task = tokio::spawn(schedule::keep(Arc::clone(&state)));
    let hang_up_task = tokio::spawn(refresh_on_hang_up(hang_ups, Arc::clone(&state)));
    log::notice(&format!("Cairn is at http://{address}/"));
    let stopping = state.stopping.clone();
    let stopped = async move {
        stops.next().await;
        stopping.cancel();
    };
    let (set, proxies) =
        (state.config.connections_per_address, state.config.trusted_proxies.clone());
    let connections = Connections::new(set, proxies);
    listen::listen(listener, router(Arc::clone(&state)), connections, stopped).await;
    hang_up_task.abort();
    schedule_task.await?;
    Ok(())
}

/// `Err` if other machines could reach the address and the configuration doesn't allow that.
async fn may_listen(config: &Config) -> anyhow::Result<()> {
    let address = &config.listen;
    let mut found = tokio::net::lookup_host(address).await.with_context(|| {
        format!("{address:?} is not a valid address to listen on; an example is 127.0.0.1:7878")
    })?;
    if !config.public && found.any(|found| !found.ip().to_canonical().is_loopback()) {
        bail!(
            "{address} can be reached from other machines; if that is wanted, add --public (or public = true under [serve])"
        );
    }
    Ok(())
}

/// Requests a refresh at each SIGHUP.
async fn refresh_on_hang_up(mut hang_ups: ProcessSignals, state: Arc<ServerState>) {
    loop {
        hang_ups.next().await;
        if state.refreshing == RefreshPolicy::Never {
            tracing::warn!("SIGHUP: this server runs no refreshes; `cairn refresh` runs one");
            continue;
        }
        tracing::info!("SIGHUP: a refresh was requested");
        state.clock.ask_for(RunScope::All);
    }
}

/// Indexes local content, which takes about a second.
///
/// `Err` only for faults in the data files, which the user must correct. If another refresh is running, its
/// generation is opened when it is ready.
pub(super) fn first_start(config: &Config) -> anyhow::Result<()> {
    tracing::info!("no index yet that this version can show; indexing local content");
    let options = RefreshOptions { network: FetchMode::FoldersOnly, ..RefreshOptions::default() };
    match refresh::run(config, &options, &RefreshStop::new(), &mut |_| {}) {
        Err(error) if error.is::<Faults>() => Err(error),
        Err(error) => {
            tracing::warn!("the first index is not built yet: {error:#}");
            Ok(())
        }
        Ok(summary) => {
            if let Some(loss) = summary.run.refused {
                tracing::warn!("the first index is not built yet: {}", loss.refused());
            }
            if let Some(excess) = summary.run.over_budget {
                tracing::warn!("the first index is not built yet: {}", excess.refused());
            }
            Ok(())
        }
    }
}
