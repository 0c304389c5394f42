//! The server: JSON API and pages over the library, and the schedule of refreshes.
//!
//! [`router`] is a function of its state, so that tests can call it without a socket. Handlers only format what the
//! library returns. Each search runs on its own thread behind a bounded [`queue`], so that slow searches don't block
//! other requests. [`schedule`] runs refreshes in a child process, so that a crawl can neither exhaust nor crash the
//! server.

mod admin;
mod api;
mod assets;
mod cache;
pub mod clock;
mod connections;
mod downloads;
mod error;
mod exposure;
mod feed;
mod home;
mod hosts;
mod limits;
mod listen;
mod metrics;
mod pages;
mod queue;
mod schedule;
pub mod signals;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::{Config, Schedule};
use crate::disk;
use crate::library::view::StatusView;
use crate::library::{Audience, Library, Shelf};
use crate::problem::{Faults, Problem, Stage};
use crate::refresh::{self, FetchMode, RefreshOptions, RefreshStop};
use crate::search::{Budget, SearchError};
use api::AdminRoutes;
use clock::{Clock, RunScope};
use connections::Connections;
use error::Failure;
use exposure::Exposure;
use hosts::Hosts;
use limits::Limits;
use metrics::Metrics;
use queue::Queue;
use signals::Signals;

/// Threads that render pages and API responses. The work is CPU-bound, so more threads would only use more memory:
/// each keeps the memory of its largest page.
const MOST_THREADS: usize = 16;
/// Requests that take longer get 503.
const LONGEST: Duration = Duration::from_secs(10);

/// How long threads may take to end when the server stops; searches are cancelled by then.
const FAREWELL: Duration = Duration::from_secs(1);

/// Whether a server runs refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// On schedule and on request.
    Scheduled,
    /// Never: another process refreshes the index.
    Never,
}

/// The state that handlers share.
pub struct ServerState {
    config: Config,
    shelf: Shelf,
    clock: Clock,
    refreshing: Refreshing,
    hosts: Hosts,
    exposure: Exposure,
    limits: Limits,
    searches: Queue,
    metrics: Metrics,
    /// When this process started, RFC 3339 with nanoseconds. Part of ETags, since another version may respond
    /// differently.
    started: String,
    /// Cancelled when the server stops.
    stopping: RefreshStop,
}

impl ServerState {
    /// The state of a server over `config`'s index, which may not have a generation yet.
    pub fn new(config: Config, refreshing: Refreshing) -> anyhow::Result<ServerState> {
        let shelf = Shelf::new(config.clone());
        let stopping = RefreshStop::new();
        Ok(ServerState {
            shelf,
            clock: Clock::default(),
            refreshing,
            hosts: Hosts::new(&config),
            exposure: Exposure::default(),
            limits: Limits::new(config.requests_per_second),
            searches: Queue::new(stopping.clone()),
            metrics: Metrics::new(),
            started: chrono::Utc::now().to_rfc3339(),
            stopping,
            config,
        })
    }

    /// The open library, or the error response if there is none yet.
    fn library(&self) -> Result<Arc<Library>, Failure> {
        self.shelf.library().ok_or_else(Failure::not_ready)
    }

    /// Runs the search `question` on the library, through the queue of searches.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library, &Budget) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let library = self.library()?;
        self.searches.run(move |budget| question(&library, budget)).await
    }

    /// Runs `question`, which needs no search, on the blocking pool.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let library = self.library()?;
        Ok(tokio::task::spawn_blocking(move || question(&library)).await??)
    }

    /// The status of `library`, with the last refresh and the time of the next one.
    fn status(&self, library: &Library) -> StatusView {
        let mut status = library.status(&self.shelf.standing(), self.clock.next_run());
        if let Some(damage) = self.shelf.damage() {
            let shown = library.manifest.generation;
            let message = format!("{damage}; generation {shown} is shown");
            status.problems.insert(0, Problem::new(Stage::Search, message));
        }
        status
    }

    /// Opens the newest generation, if it is newer than the open one.
    pub fn renew(&self) {
        self.shelf.renew();
        let private = self.shelf.library().map_or(0, |library| library.private_sources());
        self.exposure.look(private);
    }

    /// The audience of feeds and downloads.
    fn audience(&self) -> Audience {
        Audience::with_private(self.config.share_private)
    }
}

/// All routes over `state`.
pub fn router(state: Arc<ServerState>) -> Router {
    let shared = || Arc::clone(&state);
    let admin = AdminRoutes::of(&state.config);
    let cached = Router::new()
        .merge(pages::routes())
        .merge(downloads::routes())
        .nest("/api/v1", api::routes(admin))
        .route("/openapi.json", get(api::openapi))
        .route("/feed.atom", get(feed::feed))
        .route("/opensearch.xml", get(feed::opensearch))
        .layer(from_fn_with_state(shared(), cache::validate));
    Router::new()
        .merge(cached)
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(api::ready))
        .route("/metrics", get(metrics::metrics))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(shared(), hosts::check))
        .layer(from_fn_with_state(shared(), limits::limit))
        // Outside the limits, so that refused requests are counted too.
        .layer(from_fn_with_state(shared(), metrics::count))
        .with_state(shared())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(from_fn(secure))
}

/// Security headers of every response: only our own files may be loaded, and no site may frame a page.
async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                  connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Serves `config` at its address until Ctrl-C or SIGTERM.
///
/// On the first start, local content (own notes, vocabulary, stored files) is indexed before the first request is
/// served. A generation of the previous format is served until a refresh has built the next one. If the current
/// generation is damaged, the newest intact one is served and a refresh rebuilds the index. An index that can't be
/// written is served without refreshes. `Err` if the address is in use or the data files have faults.
pub fn serve(mut config: Config, mut refreshing: Refreshing) -> anyhow::Result<()> {
    if config.index.exists() && !disk::is_writable(&config.index) {
        tracing::warn!(
            "{} can't be written: it is served and never refreshed",
            config.index.display()
        );
        refreshing = Refreshing::Never;
    }
    if refreshing == Refreshing::Never {
        config.timetable.schedule = Schedule::Never;
    }
    let state = Arc::new(ServerState::new(config, refreshing)?);
    // If refreshes are scheduled, the schedule rebuilds a damaged index while requests are served.
    let is_rebuilt_later =
        state.refreshing == Refreshing::Scheduled && state.shelf.damage().is_some();
    if state.shelf.library().is_none() && !is_rebuilt_later {
        first_start(&state.config)?;
        state.renew();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(MOST_THREADS)
        .build()?;
    let served = runtime.block_on(answer(state));
    // Dropping a runtime would wait for its threads without a limit.
    runtime.shutdown_timeout(FAREWELL);
    served
}

/// Serves requests at the configured address and refreshes on schedule, until a signal to stop.
async fn answer(state: Arc<ServerState>) -> anyhow::Result<()> {
    may_listen(&state.config).await?;
    let listen = &state.config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; try --listen"))?;
    let address = listener.local_addr()?;
    state.exposure.listens(address.ip());
    // Before the address is printed: a client may send a signal as soon as it has read the address.
    let (mut stops, hang_ups) = (Signals::to_stop(), Signals::to_look_again());
    let schedule_task = tokio::spawn(schedule::keep(Arc::clone(&state)));
    let hang_up_task = tokio::spawn(refresh_on_hang_up(hang_ups, Arc::clone(&state)));
    eprintln!("Cairn is at http://{address}/");
    let stopping = state.stopping.clone();
    let stopped = async move {
        stops.next().await;
        stopping.cancel();
    };
    let connections = Connections::new(state.config.connections_per_address);
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
async fn refresh_on_hang_up(mut hang_ups: Signals, state: Arc<ServerState>) {
    loop {
        hang_ups.next().await;
        tracing::info!("SIGHUP: a refresh was requested");
        state.clock.ask_for(RunScope::All);
    }
}

/// Indexes local content, which takes about a second.
///
/// `Err` only for faults in the data files, which the user must correct. If another refresh is running, its
/// generation is opened when it is ready.
fn first_start(config: &Config) -> anyhow::Result<()> {
    tracing::info!("no index that this version reads: indexing what is on this machine");
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
            Ok(())
        }
    }
}
