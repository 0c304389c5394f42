//! Fetches the chosen sources, some at once, and puts what comes into the store.
//!
//! Fetching is asynchronous, the store is not: files come through one bounded channel to the one
//! thread that writes. A source's files replace the old ones only when all have come.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::{Semaphore, mpsc};

use super::settle::settle;
use super::{Event, Inputs, Network, Options, Outcome, SourceResult, renew, selection};
use crate::catalogue::{Selection, Source};
use crate::config::Config;
use crate::crawl::{BlobId, CrawlError, Crawler, RawFile, Report, Snapshot, Traffic};
use crate::store::Store;

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
pub(super) struct Incoming {
    pub files: Vec<(String, BlobId)>,
    /// Text of the LICENSE file at its top.
    pub licence: Option<String>,
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
        receive(receiver, chosen, (config, inputs), store, &mut |result| {
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
    rules: (&Config, &Inputs),
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
                done(settle(chosen[at], rules, (report, seconds), files, store)?);
            }
        }
    }
    Ok(())
}

pub(super) fn result(
    id: &str,
    outcome: Outcome,
    error: Option<CrawlError>,
    seconds: f64,
) -> SourceResult {
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
