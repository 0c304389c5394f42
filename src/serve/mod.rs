//! The server: JSON API and pages over the library, and the schedule that keeps it fresh.
//!
//! [`router`] is a function of its state, so that tests call it without a socket. Handlers only
//! format what the library answers; a search runs on the blocking pool, so that a slow one holds
//! up nobody else. [`schedule`] runs refreshes in a child of the program: what a crawl may eat or
//! break is not the server's.

mod api;
mod assets;
mod error;
mod pages;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::{Config, Schedule};
use crate::library::view::StatusView;
use crate::library::{Library, Shelf};
use crate::problem::Faults;
use crate::refresh::{self, Network, Options, generation};
use crate::search::SearchError;
use error::Failure;
use schedule::Clock;

/// A request that takes longer is answered with 503.
const LONGEST: Duration = Duration::from_secs(10);

/// Whether a server starts refreshes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// As the configuration says.
    Scheduled,
    Never,
}

/// What handlers share.
pub struct State {
    config: Config,
    shelf: Shelf,
    clock: Clock,
}

impl State {
    /// The state of a server over `config`'s index, which need not hold a generation yet.
    pub fn new(config: Config) -> anyhow::Result<State> {
        let shelf = Shelf::new(config.clone())?;
        Ok(State { config, shelf, clock: Clock::default() })
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
        library.status(self.shelf.last_run(), self.clock.next_run())
    }

    /// Opens the newest generation, if there is a newer one.
    pub fn renew(&self) {
        self.shelf.renew();
    }
}

/// All routes over `state`.
pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .merge(pages::routes())
        .nest("/api/v1", api::routes())
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(api::ready))
        .fallback(pages::not_found)
        .with_state(state)
        .layer(from_fn(secure))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
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
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Serves `config` at its address until Ctrl-C or SIGTERM.
///
/// On the first start, what is on this machine (own notes, vocabulary) is indexed before the first
/// request is answered. `Err` if the address is taken or the index can't be read or written.
pub fn serve(mut config: Config, refreshing: Refreshing) -> anyhow::Result<()> {
    if refreshing == Refreshing::Never {
        config.schedule = Schedule::Never;
    }
    if generation::current(&config.index).is_none() {
        first_start(&config)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(&config.listen)
            .await
            .with_context(|| format!("cannot listen on {}; try --listen", config.listen))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(config)?);
        let keeper = tokio::spawn(schedule::keep(Arc::clone(&state)));
        eprintln!("Cairn is at http://{address}/");
        axum::serve(listener, router(state)).with_graceful_shutdown(stopped()).await?;
        keeper.abort();
        anyhow::Ok(())
    })
}

/// Indexes what is on this machine: in a second there is something to read.
///
/// `Err` only for faults in the data files, which the user has to mend. Where another refresh is
/// under way already, its generation is opened when it comes.
fn first_start(config: &Config) -> anyhow::Result<()> {
    tracing::info!("first start: indexing what is on this machine");
    let options = Options { network: Network::FoldersOnly, ..Options::default() };
    match refresh::run(config, &options, &mut |_| {}) {
        Err(error) if error.is::<Faults>() => Err(error),
        Err(error) => {
            tracing::warn!("the first index is not built yet: {error:#}");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Ends when the process is asked to stop.
async fn stopped() {
    let interrupt = async {
        // Without a handler the signal ends the process by itself.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
