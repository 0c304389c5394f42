//! The state of a server, which handlers and middleware share.

use std::sync::Arc;

use super::asked::AskedQueries;
use super::attempts::RefreshAttempts;
use super::base_path::BasePath;
use super::clock::RefreshClock;
use super::error::RequestFailure;
use super::exposure::Exposure;
use super::hosts::ServedHosts;
use super::limits::RequestLimits;
use super::metrics::Metrics;
use super::queue::SearchQueue;
use super::reading::ReadingRoom;
use crate::config::Config;
use crate::generation::outcome::RunOutcome;
use crate::generation::run::RunRecord;
use crate::generation::usage::UsageMeter;
use crate::library::view::StatusView;
use crate::library::{Audience, Library, Shelf};
use crate::problem::{Problem, Stage};
use crate::refresh::RefreshStop;
use crate::search::{Budget, SearchError};

/// Whether a server runs refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshPolicy {
    /// On schedule and on request.
    Scheduled,
    /// Never: another process refreshes the index.
    Never,
}

/// The state that handlers share.
pub struct ServerState {
    pub(super) config: Config,
    pub(super) shelf: Shelf,
    pub(super) clock: RefreshClock,
    pub(super) attempts: RefreshAttempts,
    pub(super) asked: AskedQueries,
    pub(super) usage: UsageMeter,
    pub(super) refreshing: RefreshPolicy,
    pub(super) hosts: ServedHosts,
    pub(super) base: BasePath,
    pub(super) exposure: Exposure,
    pub(super) limits: RequestLimits,
    pub(super) searches: SearchQueue,
    pub(super) metrics: Metrics,
    pub(super) reading: Arc<ReadingRoom>,
    /// When this process started (RFC 3339 with nanoseconds). It is part of each ETag, because another version of the
    /// program may respond differently.
    pub(super) started: String,
    /// Cancelled when the server stops.
    pub(super) stopping: RefreshStop,
}

impl ServerState {
    /// The state of a server over `config`'s index, which may not have a generation yet. `Err` if `[serve] url` is no
    /// address at which a server can be.
    pub fn new(config: Config, refreshing: RefreshPolicy) -> anyhow::Result<ServerState> {
        let shelf = Shelf::new(config.clone());
        let stopping = RefreshStop::new();
        let now = chrono::Utc::now();
        let metrics = Metrics::new(shelf.cluster(), now.timestamp() as f64);
        Ok(ServerState {
            shelf,
            clock: RefreshClock::default(),
            attempts: RefreshAttempts::default(),
            asked: AskedQueries::of(&config),
            usage: UsageMeter::new(&config.index),
            refreshing,
            hosts: ServedHosts::new(&config),
            base: BasePath::of(config.url.as_deref())?,
            exposure: Exposure::default(),
            limits: RequestLimits::new(config.requests_per_second),
            searches: SearchQueue::new(stopping.clone()),
            metrics,
            reading: Arc::default(),
            started: now.to_rfc3339(),
            stopping,
            config,
        })
    }

    /// The open library, or the error response if there is none yet.
    pub(super) fn library(&self) -> Result<Arc<Library>, RequestFailure> {
        self.shelf.library().ok_or_else(|| {
            if self.shelf.is_outdated() {
                return RequestFailure::outdated(self.refreshing == RefreshPolicy::Scheduled);
            }
            match self.shelf.standing().last_run.as_ref().map(RunRecord::outcome) {
                Some(RunOutcome::Refused) => RequestFailure::unpublished(),
                _ => RequestFailure::not_ready(),
            }
        })
    }

    /// Runs the search `question` on the library, through the queue of searches.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library, &Budget) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, RequestFailure> {
        let library = self.library()?;
        self.searches.run(move |budget| question(&library, budget)).await
    }

    /// Runs `question` on the library, on a thread of the blocking pool. Only for questions that need no search.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, RequestFailure> {
        let library = self.library()?;
        Ok(tokio::task::spawn_blocking(move || question(&library)).await??)
    }

    /// The failure when no topic has the name `name`, with similar names.
    pub(super) fn unknown_topic(&self, name: &str) -> RequestFailure {
        let near = self.shelf.library().map(|library| library.topics_like(name));
        RequestFailure::unknown_topic(name).near(near.unwrap_or_default())
    }

    /// The failure when no case study has the name `name`, with similar names.
    pub(super) fn unknown_case(&self, name: &str) -> RequestFailure {
        let near = self.shelf.library().map(|library| library.cases_like(name));
        RequestFailure::unknown_case(name).near(near.unwrap_or_default())
    }

    /// The status of `library`, with the last refresh and the time of the next one.
    pub(super) fn status(&self, library: &Library) -> StatusView {
        let mut status = library.status(&self.shelf.standing(), self.clock.next_run());
        if let Some(damage) = self.shelf.damage() {
            let shown = library.manifest.generation;
            let message = format!("{damage}; generation {shown} is shown");
            status.add_first(Problem::new(Stage::Search, message));
        }
        status
    }

    /// Opens the newest generation, if it is newer than the open one. Logs a warning if other machines can now read
    /// more private sources than before.
    pub fn renew(&self) {
        self.shelf.renew();
        let private = self.shelf.library().map_or(0, |library| library.private_sources());
        self.exposure.look(private);
    }

    /// The audience of feeds and downloads.
    pub(super) fn audience(&self) -> Audience {
        Audience::with_private(self.config.share_private)
    }
}
