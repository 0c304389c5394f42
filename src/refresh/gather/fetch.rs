//! Fetches the chosen sources concurrently and writes their files to the store.
//!
//! Fetching is asynchronous, the store is not: files are sent through one bounded channel to the only thread that
//! writes. The files of a source replace the old ones only after all have arrived.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::{Semaphore, mpsc};

use super::incoming::{Incoming, result};
use super::renew;
use super::settle::{Settling, settle};
use super::threads::fetch as threads;
use crate::catalogue::{Selection, Source};
use crate::config::Config;
use crate::crawl::{
    ApiQuota, CrawlError, Crawler, FetchMessage, FetchReport, MemoryShare, RawFile, Snapshot,
    Traffic,
};
use crate::generation::run::{Outcome, SourceResult, ThreadsResult};
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::{Inputs, selection};
use crate::refresh::wanted::options::{Event, Network, Options, Stop};
use crate::store::Store;

/// The capacity of the channel from the network to the store, in messages.
const CHANNEL: usize = 16;
/// Bytes that are collected before they are written.
const BATCH_BYTES: usize = 4_000_000;

enum Message {
    Sent(usize, FetchMessage),
    Done(usize, FetchReport, f64),
}

/// The results of fetching.
#[derive(Default)]
pub(in crate::refresh) struct Outcomes {
    /// One for each source of the catalogue, in its order.
    pub results: Vec<SourceResult>,
    /// The traffic that belongs to no single source.
    pub shared: Traffic,
    pub quota: Option<ApiQuota>,
    /// When a host that deferred requests allows the next one (Unix time in seconds).
    pub retry_at: Option<i64>,
    /// Problems of the run as a whole.
    pub notes: Vec<Problem>,
}

/// Fetches `chosen` into `store`, until all are fetched or `stop` is cancelled.
pub(in crate::refresh) fn fetch(
    config: &Config,
    inputs: &Inputs,
    (options, stop): (&Options, &Stop),
    chosen: &[&Source],
    store: &mut Store,
    on_event: &mut dyn FnMut(Event),
) -> anyhow::Result<Outcomes> {
    let mut outcomes = Outcomes::default();
    let mut results: HashMap<String, SourceResult> = HashMap::new();
    if !chosen.is_empty() {
        on_event(Event::Fetching(chosen.len()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("cannot start the network runtime")?;
        let crawler = Crawler::new(config, inputs.policy.limits)?;
        let jobs = options.jobs.unwrap_or(config.jobs);
        let start =
            Start { crawler: &crawler, inputs, full: options.network == Network::Full, jobs };
        let receiver = start.all(&runtime, chosen, store, stop)?;
        let settling = Settling { config, inputs, on_loss: options.on_loss };
        receive(receiver, chosen, settling, store, &mut |result, retry_at| {
            on_event(Event::Fetched(&result));
            outcomes.retry_at = outcomes.retry_at.max(retry_at);
            results.insert(result.source.clone(), result);
        })?;
        if options.network != Network::FoldersOnly {
            let network = (&runtime, &crawler);
            let of = (inputs, chosen);
            ask_api(network, of, (options, stop), store, (&mut outcomes, &mut results), on_event)?;
        }
        outcomes.quota = crawler.quota();
        outcomes.notes.extend(crawler.token_refused().then(refused_token));
        runtime.shutdown_background();
    }
    for source in &inputs.catalogue.sources {
        let was_chosen = chosen.iter().any(|chosen| chosen.id == source.id);
        // A chosen source without a result: its task ended without a report.
        let (outcome, error) = match was_chosen && !stop.is_cancelled() {
            true => (Outcome::Failed, Some(CrawlError::Ended)),
            false => (Outcome::Skipped, None),
        };
        let known = results.remove(&source.id.0);
        let result = known.unwrap_or_else(|| result(&source.id.0, outcome, error, 0.0));
        outcomes.results.push(result);
    }
    Ok(outcomes)
}

/// Fetches the metadata and threads of `chosen` from GitHub's API, and adds their traffic and results.
fn ask_api(
    (runtime, crawler): (&tokio::runtime::Runtime, &Crawler),
    (inputs, chosen): (&Inputs, &[&Source]),
    (options, stop): (&Options, &Stop),
    store: &mut Store,
    (outcomes, results): (&mut Outcomes, &mut HashMap<String, SourceResult>),
    on_event: &mut dyn FnMut(Event),
) -> anyhow::Result<()> {
    let mut add = |id: &str, traffic: Traffic| match results.get_mut(id) {
        Some(result) => result.traffic += traffic,
        None => outcomes.shared += traffic,
    };
    renew::renew(runtime, crawler, (chosen, stop), store, &mut add)?;
    let mut retry_at = None;
    let lists = threads::lists(chosen, crawler);
    if lists > 0 {
        on_event(Event::Listing(lists));
    }
    let mut done = |id: &str, threads: ThreadsResult, until: Option<i64>| {
        retry_at = retry_at.max(until);
        on_event(Event::Listed(id));
        if let Some(result) = results.get_mut(id) {
            result.traffic += threads.traffic;
            result.threads.push(threads);
        }
    };
    let network = (runtime, crawler);
    let note = threads::fetch(network, (inputs, chosen), (options, stop), store, &mut done)?;
    outcomes.notes.extend(note);
    outcomes.retry_at = outcomes.retry_at.max(retry_at);
    Ok(())
}

fn refused_token() -> Problem {
    let message = "GitHub refuses the token (401); this run went on without it";
    Problem::new(Stage::Crawl, message).hint("renew GITHUB_TOKEN or token_file, or remove it")
}

/// The arguments that all tasks share.
struct Start<'a> {
    crawler: &'a Crawler,
    inputs: &'a Inputs,
    /// Fetch unchanged sources too.
    full: bool,
    jobs: usize,
}

impl Start<'_> {
    /// Starts a task for each source. At most `jobs` of them fetch at the same time.
    fn all(
        &self,
        runtime: &tokio::runtime::Runtime,
        chosen: &[&Source],
        store: &Store,
        stop: &Stop,
    ) -> anyhow::Result<mpsc::Receiver<Message>> {
        let permits = Arc::new(Semaphore::new(self.jobs));
        let (sender, receiver) = mpsc::channel(CHANNEL);
        for (at, source) in chosen.iter().enumerate() {
            let selection = selection(self.inputs, source);
            let known = if self.full { None } else { known(source, &selection, store)? };
            let task = Task {
                at,
                crawler: self.crawler.clone(),
                source: (*source).clone(),
                selection,
                known,
                sender: sender.clone(),
                permits: Arc::clone(&permits),
            };
            runtime.spawn(task.run(stop.clone()));
        }
        Ok(receiver)
    }
}

/// The stored snapshot of `source`, if it contains every file that `selection` takes and none of them was damaged. If
/// the rules have changed since the fetch, the list of files that were left out then shows whether one is missing.
fn known(
    source: &Source,
    selection: &Selection,
    store: &Store,
) -> anyhow::Result<Option<Snapshot>> {
    let Some(snapshot) = store.source(&source.id)?.snapshot else { return Ok(None) };
    if snapshot.revision.is_empty() || store.lacks_blobs(&source.id)? {
        return Ok(None);
    }
    if snapshot.selection == selection.fingerprint() {
        return Ok(Some(snapshot));
    }
    let left_out = store.left_out(&source.id)?;
    let holds_all = left_out.is_some_and(|left_out| {
        !left_out.iter().any(|file| selection.takes(&file.path, file.size))
    });
    Ok(holds_all.then_some(snapshot))
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
    async fn run(self, stop: Stop) {
        let mut started = Instant::now();
        let report = tokio::select! {
            report = self.fetch(&mut started) => report,
            () = stop.cancelled() => FetchReport::of(Err(CrawlError::Ended)),
        };
        let done = Message::Done(self.at, report, started.elapsed().as_secs_f64());
        // The receiver is dropped only if the run has failed. The report is not needed then.
        let _ = self.sender.send(done).await;
    }

    async fn fetch(&self, started: &mut Instant) -> FetchReport {
        let Ok(_permit) = self.permits.acquire().await else {
            return FetchReport::of(Err(CrawlError::Ended));
        };
        *started = Instant::now();
        let (files, mut incoming) = mpsc::channel(2);
        let fetch = self.crawler.fetch(&self.source, &self.selection, self.known.as_ref(), files);
        let forward = async {
            while let Some(sent) = incoming.recv().await {
                if self.sender.send(Message::Sent(self.at, sent)).await.is_err() {
                    break;
                }
            }
        };
        tokio::join!(fetch, forward).0
    }
}

/// Writes received files until every task has ended.
fn receive(
    mut receiver: mpsc::Receiver<Message>,
    chosen: &[&Source],
    settling: Settling,
    store: &mut Store,
    done: &mut dyn FnMut(SourceResult, Option<i64>),
) -> anyhow::Result<()> {
    let mut incoming: HashMap<usize, Incoming> = HashMap::new();
    let mut batch = Batch::default();
    while let Some(message) = receiver.blocking_recv() {
        match message {
            Message::Sent(at, FetchMessage::Restarted) => {
                incoming.remove(&at);
            }
            Message::Sent(at, FetchMessage::File(file, room)) => {
                let source = incoming.entry(at).or_default();
                if Selection::is_licence_text(&file.path) && source.licence.is_none() {
                    source.licence = Some(String::from_utf8_lossy(&file.bytes).into_owned());
                }
                source.files.push((file.path.clone(), file.blob.clone()));
                batch.add(file, room, store)?;
            }
            Message::Done(at, report, seconds) => {
                batch.write(store)?;
                let files = incoming.remove(&at).unwrap_or_default();
                let retry_at = match &report.result {
                    Err(CrawlError::Deferred { until, .. }) => *until,
                    _ => None,
                };
                done(settle(chosen[at], settling, (report, seconds), files, store)?, retry_at);
            }
        }
    }
    Ok(())
}

/// Files that are written in one transaction.
#[derive(Default)]
struct Batch {
    files: Vec<RawFile>,
    rooms: Vec<MemoryShare>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, file: RawFile, room: MemoryShare, store: &mut Store) -> anyhow::Result<()> {
        self.bytes += file.bytes.len();
        self.files.push(file);
        self.rooms.push(room);
        if self.bytes >= BATCH_BYTES { self.write(store) } else { Ok(()) }
    }

    fn write(&mut self, store: &mut Store) -> anyhow::Result<()> {
        store.put_blobs(&self.files)?;
        *self = Batch::default();
        Ok(())
    }
}
