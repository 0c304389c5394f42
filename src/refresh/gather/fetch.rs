//! Fetches the chosen sources concurrently and writes their files to the store.
//!
//! Fetching is asynchronous, the store is not: files are sent through one bounded channel to the only thread that
//! writes. The files of a source replace the old ones only after all have arrived.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use tokio::sync::mpsc;

use super::context::{FetchNetwork, FetchRun};
use super::incoming::{IncomingFiles, result};
use super::metadata;
use super::store_result::store_result;
use super::tasks::{self, TaskMessage};
use super::threads::fetch as threads;
use crate::catalogue::SourceId;
use crate::crawl::{ApiQuota, CrawlError, Crawler, FetchMessage, MemoryShare, RawFile, Traffic};
use crate::generation::run::{FetchOutcome, SourceResult, ThreadsResult};
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::options::{FetchMode, RefreshEvent};
use crate::store::Store;

/// Received files are written as soon as they have this many bytes together.
const BATCH_BYTES: usize = 4_000_000;

/// The results of fetching.
#[derive(Default)]
pub(in crate::refresh) struct FetchResults {
    /// One result for each source of the catalogue, in the catalogue's order.
    pub results: Vec<SourceResult>,
    /// The traffic that belongs to no single source.
    pub shared: Traffic,
    pub quota: Option<ApiQuota>,
    /// The latest time (Unix, seconds) at which a host that deferred requests allows them again; `None` if no host
    /// named a time.
    pub retry_at: Option<i64>,
    /// Problems of the run as a whole.
    pub notes: Vec<Problem>,
}

/// Fetches the chosen sources of `run` into `store`, until all are fetched or the run is stopped. Then fetches their
/// metadata and threads from GitHub's API, unless only folders are fetched.
pub(in crate::refresh) fn fetch(
    run: FetchRun,
    store: &mut Store,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<FetchResults> {
    let mut collected = CollectedResults::default();
    if !run.chosen.is_empty() {
        on_event(RefreshEvent::Fetching(run.chosen.len()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("cannot start the network runtime")?;
        let crawler = Crawler::new(run.config, run.inputs.policy.limits)?;
        let network = FetchNetwork { runtime: &runtime, crawler: &crawler };
        let receiver = tasks::start(run, network, store)?;
        receive(receiver, run, store, &mut |result, retry_at| {
            on_event(RefreshEvent::Fetched(&result));
            collected.add(result, retry_at);
        })?;
        if run.options.network != FetchMode::FoldersOnly {
            request_api(run, network, store, &mut collected, on_event)?;
        }
        collected.whole.quota = crawler.quota();
        collected.whole.notes.extend(crawler.token_refused().then(refused_token));
        runtime.shutdown_background();
    }
    Ok(collected.finish(run))
}

/// Fetches the metadata and threads of the chosen sources from GitHub's API, and adds their traffic and results to
/// `collected`.
fn request_api(
    run: FetchRun,
    network: FetchNetwork,
    store: &mut Store,
    collected: &mut CollectedResults,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<()> {
    metadata::renew(run, network, store, &mut |id, traffic| collected.add_traffic(id, traffic))?;
    let lists = threads::lists(run.chosen, network.crawler);
    if lists > 0 {
        on_event(RefreshEvent::Listing(lists));
    }
    let note = threads::fetch(run, network, store, &mut |id, threads, retry_at| {
        on_event(RefreshEvent::Listed(id));
        collected.add_threads(id, threads, retry_at);
    })?;
    collected.whole.notes.extend(note);
    Ok(())
}

fn refused_token() -> Problem {
    let message = "GitHub refuses the token (401); this run continued without it";
    Problem::new(Stage::Crawl, message).hint("renew GITHUB_TOKEN or token_file, or remove it")
}

/// The results that were collected so far.
#[derive(Default)]
struct CollectedResults {
    by_source: HashMap<String, SourceResult>,
    /// Everything except the results of single sources.
    whole: FetchResults,
}

impl CollectedResults {
    /// Adds the result of one source. If its host deferred it and named a time, `retry_at` is when the host allows the
    /// next request (Unix time in seconds).
    fn add(&mut self, result: SourceResult, retry_at: Option<i64>) {
        self.whole.retry_at = self.whole.retry_at.max(retry_at);
        self.by_source.insert(result.source.clone(), result);
    }

    /// Adds `traffic` to the result of the source `id`. If no source with this id was fetched, adds it to the shared
    /// traffic.
    fn add_traffic(&mut self, id: &str, traffic: Traffic) {
        match self.by_source.get_mut(id) {
            Some(result) => result.traffic += traffic,
            None => self.whole.shared += traffic,
        }
    }

    /// Adds the result of one list of threads of the source `id`.
    fn add_threads(&mut self, id: &str, threads: ThreadsResult, retry_at: Option<i64>) {
        self.whole.retry_at = self.whole.retry_at.max(retry_at);
        if let Some(result) = self.by_source.get_mut(id) {
            result.traffic += threads.traffic;
            result.threads.push(threads);
        }
    }

    /// The results, with one for each source of the catalogue.
    fn finish(mut self, run: FetchRun) -> FetchResults {
        let chosen: HashSet<&SourceId> = run.chosen.iter().map(|source| &source.id).collect();
        for source in &run.inputs.catalogue.sources {
            let was_chosen = chosen.contains(&source.id);
            // If a chosen source has no result although the run was not stopped, its task ended without a report.
            let (outcome, error) = match was_chosen && !run.stop.is_cancelled() {
                true => (FetchOutcome::Failed, Some(CrawlError::Ended)),
                false => (FetchOutcome::Skipped, None),
            };
            let known = self.by_source.remove(&source.id.0);
            let result = known.unwrap_or_else(|| result(&source.id.0, outcome, error, 0.0));
            self.whole.results.push(result);
        }
        self.whole
    }
}

/// Writes received files to `store` until every task has ended. Calls `done` with the result of each source. If the
/// host of the source deferred the fetch and named a time, the second argument is when the host allows the next request
/// (Unix time in seconds), else `None`.
fn receive(
    mut receiver: mpsc::Receiver<TaskMessage>,
    run: FetchRun,
    store: &mut Store,
    done: &mut dyn FnMut(SourceResult, Option<i64>),
) -> anyhow::Result<()> {
    let mut incoming: HashMap<usize, IncomingFiles> = HashMap::new();
    let mut batch = BlobBatch::default();
    while let Some(message) = receiver.blocking_recv() {
        match message {
            TaskMessage::Sent(at, FetchMessage::Restarted) => {
                incoming.remove(&at);
            }
            TaskMessage::Sent(at, FetchMessage::File(file, room)) => {
                let source = incoming.entry(at).or_default();
                source.licences.add(&file.path, &file.bytes);
                source.files.push((file.path.clone(), file.blob.clone()));
                batch.add(file, room, store)?;
            }
            TaskMessage::Done(at, report, seconds) => {
                batch.write(store)?;
                let files = incoming.remove(&at).unwrap_or_default();
                let retry_at = match &report.result {
                    Err(CrawlError::Deferred { until, .. }) => *until,
                    _ => None,
                };
                done(store_result(run, run.chosen[at], report, seconds, files, store)?, retry_at);
            }
        }
    }
    Ok(())
}

/// Files that are written in one transaction.
#[derive(Default)]
struct BlobBatch {
    files: Vec<RawFile>,
    rooms: Vec<MemoryShare>,
    bytes: usize,
}

impl BlobBatch {
    /// Adds `file`. Keeps `room`, its share of the memory limit, until the file is written. Writes the batch if it is
    /// full.
    fn add(&mut self, file: RawFile, room: MemoryShare, store: &mut Store) -> anyhow::Result<()> {
        self.bytes += file.bytes.len();
        self.files.push(file);
        self.rooms.push(room);
        if self.bytes >= BATCH_BYTES { self.write(store) } else { Ok(()) }
    }

    fn write(&mut self, store: &mut Store) -> anyhow::Result<()> {
        store.put_blobs(&self.files)?;
        *self = BlobBatch::default();
        Ok(())
    }
}
