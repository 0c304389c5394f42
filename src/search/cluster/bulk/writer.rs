//! Sends actions in chunks.

use std::thread;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use http::Method;
use serde::de::IgnoredAny;

use super::action::{BulkAction, Chunk, PreparedAction};
use super::answer::{BulkAnswer, ItemOutcome};
use crate::search::cluster::client::Cluster;
use crate::search::cluster::fault::ClusterFault;
use crate::search::cluster::request::{Body, ClusterRequest, path_part};

/// The time limit of a chunk. A cluster writes 1,000 sections in half a second; one that lost its majority may never
/// answer.
const CHUNK_LIMIT: Duration = Duration::from_secs(30);
/// How long OpenSearch waits for a shard that is missing; a minute by default, which is longer than [`CHUNK_LIMIT`].
const SHARD_WAIT: &str = "10s";
/// The time limit of looking for the index.
const LOOK_LIMIT: Duration = Duration::from_secs(10);
/// The first wait before actions are repeated, and the longest one.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(10)];
/// How long the actions of a chunk are repeated.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a [`BulkWriter`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// Documents that were created, replaced or updated.
    pub written: u64,
    /// Documents that were deleted. Those that were missing already are not counted.
    pub deleted: u64,
    /// Bytes of the requests, with repetitions.
    pub bytes: u64,
    /// Actions that were repeated, each time counted.
    pub retried: u64,
}

/// Writes documents of one index. Actions are sent when a chunk is full, and by [`BulkWriter::finish`].
///
/// Searches see the changes only after a refresh of the index. If it is dropped before `finish`, the last chunk is not
/// sent.
pub struct BulkWriter<'a> {
    cluster: &'a Cluster,
    index: String,
    chunk: Chunk,
    waits: ExponentialBuilder,
    report: BulkReport,
    is_index_known: bool,
}

impl Cluster {
    /// A writer of the index `index`. Sends nothing yet.
    pub fn bulk_writer(&self, index: &str) -> BulkWriter<'_> {
        let [first, longest] = WAITS;
        let waits = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(first)
            .with_max_delay(longest)
            .without_max_times();
        BulkWriter {
            cluster: self,
            index: index.to_owned(),
            chunk: Chunk::default(),
            waits,
            report: BulkReport::default(),
            is_index_known: false,
        }
    }

    /// Writes all `actions` to the index `index`, and returns what was done. See [`BulkWriter::add`].
    pub fn bulk(
        &self,
        index: &str,
        actions: impl IntoIterator<Item = BulkAction>,
    ) -> Result<BulkReport, ClusterFault> {
        let mut writer = self.bulk_writer(index);
        for action in actions {
            writer.add(action)?;
        }
        writer.finish()
    }
}

impl BulkWriter<'_> {
    /// Adds `action`. If the chunk is full, sends it first, and blocks until all its actions are done. Actions that the
    /// cluster can't do now are repeated, with growing waits, for about a minute.
    ///
    /// `Err` if an action is refused, or still can't be done after that time. Other actions of the chunk may be done.
    pub fn add(&mut self, action: BulkAction) -> Result<(), ClusterFault> {
        let action = PreparedAction::from(action);
        if !self.chunk.has_room(&action) {
            self.flush()?;
        }
        self.chunk.push(action);
        Ok(())
    }

    /// Sends the last chunk, and returns what was done. Errors are those of [`BulkWriter::add`].
    pub fn finish(mut self) -> Result<BulkReport, ClusterFault> {
        self.flush()?;
        Ok(self.report)
    }

    /// Replaces the waits between repetitions.
    #[cfg(test)]
    pub(in crate::search::cluster) fn waits(mut self, waits: ExponentialBuilder) -> Self {
        self.waits = waits;
        self
    }

    fn flush(&mut self) -> Result<(), ClusterFault> {
        let mut chunk = std::mem::take(&mut self.chunk);
        if chunk.is_empty() {
            return Ok(());
        }
        self.check_index()?;
        let (began, mut waits) = (Instant::now(), self.waits.build());
        loop {
            let fault = match self.send(chunk)? {
                None => return Ok(()),
                Some((rest, fault)) => {
                    chunk = rest;
                    fault
                }
            };
            let Some(wait) = waits.next().filter(|_| began.elapsed() < PATIENCE) else {
                return Err(fault);
            };
            let actions = chunk.actions().len() as u64;
            tracing::debug!("{fault}; sending {actions} actions again in {wait:?}");
            self.report.retried += actions;
            thread::sleep(wait);
        }
    }

    /// Sends `chunk` once. Returns the actions that could not be done now, with the fault of the first; `None` if there
    /// are none.
    fn send(&mut self, chunk: Chunk) -> Result<Option<(Chunk, ClusterFault)>, ClusterFault> {
        let body = chunk.body();
        self.report.bytes += body.len() as u64;
        let path = format!(
            "/{}/_bulk?require_alias=false&refresh=false&timeout={SHARD_WAIT}",
            path_part(&self.index)
        );
        let request =
            ClusterRequest { body: Body::Lines(body), ..ClusterRequest::new(Method::POST, path) };
        let answer = match self.cluster.send::<BulkAnswer>(&request.limit(CHUNK_LIMIT)) {
            Ok(answer) => answer,
            Err(fault) if fault.is_passing() => return Ok(Some((chunk, fault))),
            Err(fault) => return Err(fault),
        };
        let outcomes = answer.outcomes(chunk.actions())?;
        let (mut again, mut first) = (Vec::new(), None);
        for (action, outcome) in chunk.into_actions().into_iter().zip(outcomes) {
            match outcome {
                ItemOutcome::Written => self.report.written += 1,
                ItemOutcome::Deleted => self.report.deleted += 1,
                ItemOutcome::WasMissing => {}
                ItemOutcome::Failed(fault) => return Err(fault),
                ItemOutcome::Again(fault) => {
                    first = first.or(Some(fault));
                    again.push(action);
                }
            }
        }
        Ok(first.map(|fault| (Chunk::of(again), fault)))
    }

    /// Checks once that the index exists: OpenSearch would create a missing one and guess its mapping. A name that is an
    /// alias of one index is fine.
    fn check_index(&mut self) -> Result<(), ClusterFault> {
        if !self.is_index_known {
            let request = ClusterRequest::get(format!("/{}/_alias", path_part(&self.index)));
            self.cluster.send::<IgnoredAny>(&request.limit(LOOK_LIMIT))?;
            self.is_index_known = true;
        }
        Ok(())
    }
}
