//! The tasks that fetch sources concurrently and send their files to the thread that writes the store.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc};

use super::context::{FetchNetwork, FetchRun};
use crate::catalogue::{Selection, Source};
use crate::crawl::{CrawlError, Crawler, FetchMessage, FetchReport, Snapshot};
use crate::refresh::wanted::inputs::selection;
use crate::refresh::wanted::options::{FetchMode, RefreshStop};
use crate::store::Store;

/// The capacity of the channel from the network to the store, in messages.
const CHANNEL: usize = 16;

/// A message from a task. The first value is the index of the task's source in the list of chosen sources.
pub(super) enum TaskMessage {
    Sent(usize, FetchMessage),
    /// The task has ended. The last value is the number of seconds since it began to fetch; waiting for a permit
    /// doesn't count.
    Done(usize, FetchReport, f64),
}

/// Starts a task for each chosen source. At most `jobs` of them fetch at the same time. Reads the known snapshots from
/// `store`.
pub(super) fn start(
    run: FetchRun,
    network: FetchNetwork,
    store: &Store,
) -> anyhow::Result<mpsc::Receiver<TaskMessage>> {
    let permits = Arc::new(Semaphore::new(run.options.jobs.unwrap_or(run.config.jobs)));
    let (sender, receiver) = mpsc::channel(CHANNEL);
    for (at, source) in run.chosen.iter().enumerate() {
        let selection = selection(run.inputs, source);
        let known = match run.options.network {
            FetchMode::Full => None,
            _ => known(source, &selection, store)?,
        };
        let task = FetchTask {
            at,
            crawler: network.crawler.clone(),
            source: (*source).clone(),
            selection,
            known,
            sender: sender.clone(),
            permits: Arc::clone(&permits),
        };
        network.runtime.spawn(task.run(run.stop.clone()));
    }
    Ok(receiver)
}

/// The stored snapshot of `source`. `None` if it may lack a file that `selection` takes, if it is marked as incomplete,
/// or if the bytes of one of its files are missing. If the rules have changed since the last fetch, the stored list of
/// the files that the fetch left out shows whether the snapshot lacks a file.
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
        !left_out
            .iter()
            .any(|file| selection.takes(&file.path, file.size) || Selection::always(&file.path))
    });
    Ok(holds_all.then_some(snapshot))
}

/// Fetches one source.
struct FetchTask {
    at: usize,
    crawler: Crawler,
    source: Source,
    selection: Selection,
    known: Option<Snapshot>,
    sender: mpsc::Sender<TaskMessage>,
    permits: Arc<Semaphore>,
}

impl FetchTask {
    async fn run(self, stop: RefreshStop) {
        let mut started = Instant::now();
        let report = tokio::select! {
            report = self.fetch(&mut started) => report,
            () = stop.cancelled() => FetchReport::of(Err(CrawlError::Ended)),
        };
        let done = TaskMessage::Done(self.at, report, started.elapsed().as_secs_f64());
        // The receiver is dropped only if the run has failed. The report is not needed then.
        let _ = self.sender.send(done).await;
    }

    /// Waits for a permit, sets `started`, and fetches.
    async fn fetch(&self, started: &mut Instant) -> FetchReport {
        let Ok(_permit) = self.permits.acquire().await else {
            return FetchReport::of(Err(CrawlError::Ended));
        };
        *started = Instant::now();
        let (files, mut incoming) = mpsc::channel(2);
        let fetch = self.crawler.fetch(&self.source, &self.selection, self.known.as_ref(), files);
        let forward = async {
            while let Some(sent) = incoming.recv().await {
                if self.sender.send(TaskMessage::Sent(self.at, sent)).await.is_err() {
                    break;
                }
            }
        };
        tokio::join!(fetch, forward).0
    }
}
