//! The server: JSON API and pages over the library, and the schedule that keeps it fresh.
//!
//! [`router`] is a function of its state, so that tests call it without a socket. Handlers only
//! format what the library answers; a search runs on a thread of its own behind a bounded [`queue`], so that
//! slow ones hold up nobody else. [`schedule`] runs refreshes in a child of the program: what a crawl may eat or
//! break is not the server's.

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
use crate::refresh::{self, Network, Options, Stop};
use crate::search::{Budget, SearchError};
use api::AdminRoutes;
use clock::{Clock, Wanted};
use connections::Connections;
use error::Failure;
use exposure::Exposure;
use hosts::Hosts;
use limits::Limits;
use metrics::Metrics;
use queue::Queue;
use signals::Signals;

/// Threads on which pages and answers are made. They compute, so that more would only hold memory: each keeps what its
/// largest page took.
const MOST_THREADS: usize = 16;
/// A request that takes longer is answered with 503.
const LONGEST: Duration = Duration::from_secs(10);

/// How long a thread has to end when the server does; searches are cancelled by then.
const FAREWELL: Duration = Duration::from_secs(1);

/// Whether a server runs refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// As the configuration says, and when asked to.
    Scheduled,
    /// Not even when asked to: another process does.
    Never,
}

/// What handlers share.
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
    /// When this server began, RFC 3339 with nanoseconds: another may answer otherwise.
    started: String,
    /// Cancelled when the server ends.
    stopping: Stop,
}

impl ServerState {
    /// The state of a server over `config`'s index, which need not hold a generation yet.
    pub fn new(config: Config, refreshing: Refreshing) -> anyhow::Result<ServerState> {
        let shelf = Shelf::new(config.clone());
        let stopping = Stop::new();
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

    /// The library, or the answer that says that there is none yet.
    fn library(&self) -> Result<Arc<Library>, Failure> {
        self.shelf.library().ok_or_else(Failure::not_ready)
    }

    /// What `question` finds in the library by a search, through the queue of searches.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library, &Budget) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let library = self.library()?;
        self.searches.run(move |budget| question(&library, budget)).await
    }

    /// What `question` reads from the library without a search, on the blocking pool.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let library = self.library()?;
        Ok(tokio::task::spawn_blocking(move || question(&library)).await??)
    }

    /// What `library` holds, how the last refresh went and when the next one starts.
    fn status(&self, library: &Library) -> StatusView {
        let mut status = library.status(&self.shelf.standing(), self.clock.next_run());
        if let Some(damage) = self.shelf.damage() {
            let shown = library.manifest.generation;
            let message = format!("{damage}; generation {shown} is shown");
            status.problems.insert(0, Problem::new(Stage::Search, message));
        }
        status
    }

    /// Opens the newest generation, if there is a newer one.
    pub fn renew(&self) {
        self.shelf.renew();
        let private = self.shelf.library().map_or(0, |library| library.private_sources());
        self.exposure.look(private);
    }

    /// Who feeds and downloads are for.
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
        // Outside the limits: what is refused is counted too.
        .layer(from_fn_with_state(shared(), metrics::count))
        .with_state(shared())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(from_fn(secure))
}

/// Headers that every answer carries: nothing but our own files is loaded, nothing frames us.
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
/// On the first start, what is on this machine (own notes, vocabulary, what was fetched before) is indexed before
/// the first request is answered. A generation of the previous format is served until a refresh has made the
/// next; of a damaged one the newest that is whole is served, and a refresh rebuilds it. An index that can't be
/// written is only read. `Err` if the address is taken or the data files have faults.
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
    // What is damaged the schedule rebuilds, where there is one, while requests are answered.
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
    // A runtime that is dropped waits for its threads as long as they like.
    runtime.shutdown_timeout(FAREWELL);
    served
}

/// Answers requests at the configured address and refreshes on schedule, until a signal to stop.
async fn answer(state: Arc<ServerState>) -> anyhow::Result<()> {
    may_listen(&state.config).await?;
    let listen = &state.config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; try --listen"))?;
    let address = listener.local_addr()?;
    state.exposure.listens(address.ip());
    // Before the address is printed, since a client may send a signal as soon as it reads that.
    let (mut stops, hang_ups) = (Signals::to_stop(), Signals::to_look_again());
    let keeper = tokio::spawn(schedule::keep(Arc::clone(&state)));
    let hearer = tokio::spawn(hear(hang_ups, Arc::clone(&state)));
    eprintln!("Cairn is at http://{address}/");
    let stopping = state.stopping.clone();
    let stopped = async move {
        stops.next().await;
        stopping.cancel();
    };
    let connections = Connections::new(state.config.connections_per_address);
    listen::listen(listener, router(Arc::clone(&state)), connections, stopped).await;
    hearer.abort();
    keeper.await?;
    Ok(())
}

/// `Err` if other machines could reach the address without that being asked for.
async fn may_listen(config: &Config) -> anyhow::Result<()> {
    let address = &config.listen;
    let mut found = tokio::net::lookup_host(address).await.with_context(|| {
        format!("{address:?} is no address to listen on, such as 127.0.0.1:7878")
    })?;
    if !config.public && found.any(|found| !found.ip().to_canonical().is_loopback()) {
        bail!(
            "{address} can be reached from other machines; if that is wanted, add --public (or public = true under [serve])"
        );
    }
    Ok(())
}

/// Starts a refresh at each SIGHUP.
async fn hear(mut hang_ups: Signals, state: Arc<ServerState>) {
    loop {
        hang_ups.next().await;
        tracing::info!("SIGHUP: a refresh is asked for");
        state.clock.ask_for(Wanted::All);
    }
}

/// Indexes what is on this machine: in a second there is something to read.
///
/// `Err` only for faults in the data files, which the user has to mend. Where another refresh is
/// under way already, its generation is opened when it comes.
fn first_start(config: &Config) -> anyhow::Result<()> {
    tracing::info!("no index that this version reads: indexing what is on this machine");
    let options = Options { network: Network::FoldersOnly, ..Options::default() };
    match refresh::run(config, &options, &Stop::new(), &mut |_| {}) {
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
