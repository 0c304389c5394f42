//! Fetches the chosen sources, some at once, and puts what comes into the store.
//!
//! Fetching is asynchronous, the store is not: files come through one bounded channel to the one
//! thread that writes. A source's files replace the old ones only when all have come.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::{Semaphore, mpsc};

use super::{Event, Inputs, Network, Options, Outcome, SourceResult, renew, selection};
use crate::annotate::licence;
use crate::catalogue::{Selection, Source};
use crate::config::Config;
use crate::crawl::{BlobId, CrawlError, Crawler, Fetched, RawFile, Report, Snapshot, Traffic};
use crate::problem::{Problem, Stage};
use crate::store::{SourceRow, State, Store};

/// Files on their way from the network to the store.
const CHANNEL: usize = 16;
/// Bytes that are gathered before they are written.
const BATCH_BYTES: usize = 4_000_000;

enum Message {
    File(usize, RawFile),
    Done(usize, Report, f64),
}

/// What has come of a source so far.
#[derive(Default)]
struct Incoming {
    files: Vec<(String, BlobId)>,
    /// Text of the LICENSE file at its top.
    licence: Option<String>,
}

/// Fetches `chosen` into `store`; one result for each source of the catalogue, and the traffic
/// that is no source's own.
pub(super) fn fetch(
    config: &Config,
    inputs: &Inputs,
    options: &Options,
    chosen: &[&Source],
    store: &mut Store,
    told: &mut dyn FnMut(Event),
) -> anyhow::Result<(Vec<SourceResult>, Traffic)> {
    let mut shared = Traffic::default();
    let mut results: HashMap<String, SourceResult> = HashMap::new();
    if !chosen.is_empty() {
        told(Event::Fetching(chosen.len()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("cannot start the network runtime")?;
        let receiver = start(&runtime, config, inputs, options, chosen, store)?;
        receive(receiver, chosen, inputs, store, &mut |result| {
            told(Event::Fetched(&result));
            results.insert(result.source.clone(), result);
        })?;
        if options.network != Network::FoldersOnly {
            let asked = renew::renew(&runtime, config, chosen, store, &mut shared)?;
            for id in asked {
                if let Some(result) = results.get_mut(&id) {
                    result.traffic.requests += 1;
                }
            }
        }
        runtime.shutdown_background();
    }
    let sources = inputs.catalogue.sources.iter();
    let results = sources
        .map(|source| {
            let was_chosen = chosen.iter().any(|chosen| chosen.id == source.id);
            // A chosen source without a result: its task ended without a word.
            let (outcome, error) = match was_chosen {
                true => (Outcome::Failed, Some(CrawlError::Ended)),
                false => (Outcome::Skipped, None),
            };
            results
                .remove(&source.id.0)
                .unwrap_or_else(|| result(&source.id.0, outcome, error, 0.0))
        })
        .collect();
    Ok((results, shared))
}

/// Starts a task for each source, as many at once as the settings say.
fn start(
    runtime: &tokio::runtime::Runtime,
    config: &Config,
    inputs: &Inputs,
    options: &Options,
    chosen: &[&Source],
    store: &Store,
) -> anyhow::Result<mpsc::Receiver<Message>> {
    let crawler = Crawler::new(config, inputs.policy.limits)?;
    let permits = Arc::new(Semaphore::new(options.jobs.unwrap_or(config.jobs)));
    let (sender, receiver) = mpsc::channel(CHANNEL);
    for (at, source) in chosen.iter().enumerate() {
        let known = store.source(&source.id)?.snapshot;
        let known = known.filter(|_| options.network != Network::Full);
        let task = Task {
            at,
            crawler: crawler.clone(),
            source: (*source).clone(),
            selection: selection(inputs, source),
            known,
            sender: sender.clone(),
            permits: Arc::clone(&permits),
        };
        runtime.spawn(task.run());
    }
    Ok(receiver)
}

struct Task {
    at: usize,
    crawler: Crawler,
    source: Source,
    selection: Selection,
    known: Option<Snapshot>,
    sender: mpsc::Sender<Message>,
    permits: Arc<Semaphore>,
}

impl Task {
    async fn run(self) {
        let Ok(_permit) = self.permits.acquire().await else { return };
        let started = Instant::now();
        let (files, mut incoming) = mpsc::channel(2);
        let fetch = self.crawler.fetch(&self.source, &self.selection, self.known.as_ref(), files);
        let forward = async {
            while let Some(file) = incoming.recv().await {
                // The receiver is gone only when the run has failed: nobody is left to tell.
                if self.sender.send(Message::File(self.at, file)).await.is_err() {
                    break;
                }
            }
        };
        let (report, ()) = tokio::join!(fetch, forward);
        let done = Message::Done(self.at, report, started.elapsed().as_secs_f64());
        let _ = self.sender.send(done).await;
    }
}

/// Writes what comes until every task has ended.
fn receive(
    mut receiver: mpsc::Receiver<Message>,
    chosen: &[&Source],
    inputs: &Inputs,
    store: &mut Store,
    done: &mut dyn FnMut(SourceResult),
) -> anyhow::Result<()> {
    let mut incoming: HashMap<usize, Incoming> = HashMap::new();
    let mut batch: Vec<RawFile> = Vec::new();
    let mut batch_bytes = 0;
    while let Some(message) = receiver.blocking_recv() {
        match message {
            Message::File(at, file) => {
                let source = incoming.entry(at).or_default();
                if Selection::always(&file.path) && source.licence.is_none() {
                    source.licence = Some(String::from_utf8_lossy(&file.bytes).into_owned());
                }
                source.files.push((file.path.clone(), file.blob.clone()));
                batch_bytes += file.bytes.len();
                batch.push(file);
                if batch_bytes >= BATCH_BYTES {
                    store.put_blobs(&batch)?;
                    batch.clear();
                    batch_bytes = 0;
                }
            }
            Message::Done(at, report, seconds) => {
                store.put_blobs(&batch)?;
                batch.clear();
                batch_bytes = 0;
                let files = incoming.remove(&at).unwrap_or_default();
                done(settle(chosen[at], inputs, report, files, seconds, store)?);
            }
        }
    }
    Ok(())
}

/// Writes the end of one source's fetch.
fn settle(
    source: &Source,
    inputs: &Inputs,
    report: Report,
    incoming: Incoming,
    seconds: f64,
    store: &mut Store,
) -> anyhow::Result<SourceResult> {
    let mut row = store.source(&source.id)?;
    let was_known = row.snapshot.is_some();
    let now = chrono::Utc::now().timestamp();
    let fingerprint = selection(inputs, source).fingerprint().to_owned();
    let (outcome, error) = match report.result {
        Ok(Fetched::Changed { revision, validator, moved_to }) => {
            let unchanged = row.snapshot.as_ref().is_some_and(|snapshot| {
                snapshot.revision == revision && snapshot.selection == fingerprint
            });
            row.state = State::Ok;
            row.moved_to = moved_to;
            row.problems = report.problems;
            row.licence = incoming.licence.as_deref().and_then(licence::detect);
            let fetched_at = row.snapshot.filter(|_| unchanged).map_or(now, |s| s.fetched_at);
            row.snapshot = Some(Snapshot {
                source: source.id.clone(),
                revision,
                validator,
                fetched_at,
                selection: fingerprint,
            });
            store.replace_files(&source.id, &incoming.files, &row, now)?;
            match (was_known, unchanged) {
                (_, true) => (Outcome::Unchanged, None),
                (false, _) => (Outcome::New, None),
                (true, _) => (Outcome::Changed, None),
            }
        }
        Ok(Fetched::Unchanged) => {
            row.state = State::Ok;
            store.put_source(&source.id, &row)?;
            (Outcome::Unchanged, None)
        }
        Err(error) => {
            fail(source, &error, row, store, now)?;
            (Outcome::Failed, Some(error))
        }
    };
    let mut result = result(&source.id.0, outcome, error, seconds);
    result.traffic = report.traffic;
    Ok(result)
}

/// Notes why `source` could not be fetched. What is indexed of it stays, unless it is blocked.
fn fail(
    source: &Source,
    error: &CrawlError,
    mut row: SourceRow,
    store: &mut Store,
    now: i64,
) -> anyhow::Result<()> {
    row.state = match error {
        CrawlError::NotFound(_) => State::Gone,
        CrawlError::Blocked(_) => State::Blocked,
        _ => State::Failed,
    };
    let mut problem = Problem::new(Stage::Crawl, error.to_string()).of_source(&source.id.0);
    problem.hint = error.hint();
    // Of earlier failures only the last counts; what was soft when it was fetched stays true.
    row.problems.retain(|known| known.path.is_some());
    row.problems.push(problem);
    if row.state == State::Blocked {
        row.snapshot = None;
        store.replace_files(&source.id, &[], &row, now)?;
    } else {
        store.put_source(&source.id, &row)?;
    }
    Ok(())
}

fn result(id: &str, outcome: Outcome, error: Option<CrawlError>, seconds: f64) -> SourceResult {
    SourceResult {
        source: id.to_owned(),
        outcome,
        documents: 0,
        sections: 0,
        seconds,
        traffic: Traffic::default(),
        problems: 0,
        hint: error.as_ref().and_then(CrawlError::hint),
        error: error.map(|error| error.to_string()),
    }
}
