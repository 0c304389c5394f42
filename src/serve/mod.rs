//! The server: JSON API and pages over the library, and the schedule that keeps it fresh.
//!
//! [`router`] is a function of its state, so that tests call it without a socket. Handlers only
//! format what the library answers; a search runs on the blocking pool, so that a slow one holds
//! up nobody else. [`schedule`] runs refreshes in a child of the program: what a crawl may eat or
//! break is not the server's.

mod admin;
mod api;
mod assets;
mod cache;
mod connections;
mod downloads;
mod error;
mod feed;
mod home;
mod hosts;
mod limits;
mod listen;
mod metrics;
mod pages;
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
use crate::library::view::StatusView;
use crate::library::{Library, Shelf};
use crate::problem::Faults;
use crate::refresh::manifest::FORMAT;
use crate::refresh::{self, Network, Options, Stop, generation};
use crate::search::SearchError;
use connections::Connections;
use error::Failure;
use hosts::Hosts;
use limits::Limits;
use metrics::Metrics;
use schedule::{Clock, Wanted};
use signals::Signals;

/// A request that takes longer is answered with 503.
const LONGEST: Duration = Duration::from_secs(10);

/// Whether a server runs refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// As the configuration says, and when asked to.
    Scheduled,
    /// Not even when asked to: another process does.
    Never,
}

/// What handlers share.
pub struct State {
    config: Config,
    shelf: Shelf,
    clock: Clock,
    /// Whether refreshes are run here at all.
    refreshes: bool,
    hosts: Hosts,
    limits: Limits,
    metrics: Metrics,
    /// When this server began, RFC 3339 with nanoseconds: another may answer otherwise.
    started: String,
    /// Cancelled when the server ends.
    stopping: Stop,
}

impl State {
    /// The state of a server over `config`'s index, which need not hold a generation yet.
    pub fn new(config: Config, refreshing: Refreshing) -> anyhow::Result<State> {
        let shelf = Shelf::new(config.clone())?;
        let refreshes = refreshing == Refreshing::Scheduled;
        Ok(State {
            shelf,
            clock: Clock::default(),
            refreshes,
            hosts: Hosts::new(&config),
            limits: Limits::new(config.requests_per_second),
            metrics: Metrics::new(),
            started: chrono::Utc::now().to_rfc3339(),
            stopping: Stop::new(),
            config,
        })
    }

    /// The library, or the answer that says that there is none yet.
    fn library(&self) -> Result<Arc<Library>, Failure> {
        self.shelf.library().ok_or_else(Failure::not_ready)
    }

    /// What `question` finds in the library, asked on the blocking pool.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let library = self.library()?;
        Ok(tokio::task::spawn_blocking(move || question(&library)).await??)
    }

    /// What `library` holds, how the last refresh went and when the next one starts.
    fn status(&self, library: &Library) -> StatusView {
        library.status(&self.shelf.standing(), self.clock.next_run())
    }

    /// Opens the newest generation, if there is a newer one.
    pub fn renew(&self) {
        self.shelf.renew();
    }
}

/// All routes over `state`.
pub fn router(state: Arc<State>) -> Router {
    let shared = || Arc::clone(&state);
    let is_owned = state.config.admin_token.is_some();
    let cached = Router::new()
        .merge(pages::routes())
        .merge(downloads::routes())
        .nest("/api/v1", api::routes(is_owned))
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
/// On the first start, and on the first of a version with another format, what is on this machine (own
/// notes, vocabulary, what was fetched before) is indexed before the first request is answered. `Err` if the
/// address is taken or the index can't be read or written.
pub fn serve(mut config: Config, refreshing: Refreshing) -> anyhow::Result<()> {
    if refreshing == Refreshing::Never {
        config.timetable.schedule = Schedule::Never;
    }
    if !has_readable(&config) {
        first_start(&config)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        may_listen(&config).await?;
        let listener = tokio::net::TcpListener::bind(&config.listen)
            .await
            .with_context(|| format!("cannot listen on {}; try --listen", config.listen))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(config, refreshing)?);
        // Before anybody is told that the server is there, and may signal to it.
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
        anyhow::Ok(())
    })
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

/// Whether `config`'s index holds a generation that this version of the program reads.
fn has_readable(config: &Config) -> bool {
    generation::current(&config.index)
        .and_then(|number| generation::manifest(&config.index, number).ok())
        .is_some_and(|manifest| manifest.format == FORMAT)
}

/// Starts a refresh at each SIGHUP.
async fn hear(mut hang_ups: Signals, state: Arc<State>) {
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
        Ok(_) => Ok(()),
    }
}
