//! Fills in the record of a run.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, Utc};

use super::assemble::Assembled;
use crate::generation::folders;
use crate::generation::loss::DocumentLoss;
use crate::generation::manifest::{Manifest, SourceState};
use crate::generation::run::{RunRecord, SourceResult};
use crate::problem::Problem;
use crate::refresh::gather::fetch::FetchResults;

impl RunRecord {
    /// The record of a run that started at `at`, with the results of fetching.
    pub(in crate::refresh) fn of(fetched: FetchResults, at: DateTime<Utc>) -> RunRecord {
        let FetchResults { results, shared, quota, retry_at, notes } = fetched;
        let mut traffic = shared;
        results.iter().for_each(|result| traffic += result.traffic);
        let retry_at = retry_at.and_then(|at| DateTime::from_timestamp(at, 0));
        RunRecord {
            started_at: time(at),
            retry_at: retry_at.map(time),
            traffic,
            quota,
            notes,
            sources: results,
            ..RunRecord::default()
        }
    }

    /// The problems of the run as a whole and of its sources.
    pub(in crate::refresh) fn problems(&self) -> Vec<Problem> {
        let failures = self.sources.iter().flat_map(SourceResult::problems);
        self.notes.iter().cloned().chain(failures).collect()
    }

    /// Adds the result of assembling.
    pub(in crate::refresh) fn add_assembled(&mut self, assembled: Assembled) {
        self.copy_counts(&assembled.manifest);
        (self.generation, self.indexed) = (assembled.made, assembled.indexed);
        for changes in assembled.changes.values() {
            self.changes += *changes;
        }
        for result in &mut self.sources {
            result.changes = assembled.changes.get(&result.source).copied().unwrap_or_default();
        }
    }

    /// Records that nothing was published because of `loss`. The counts are those of the current generation of `index`.
    pub(in crate::refresh) fn refuse(&mut self, loss: DocumentLoss, index: &Path) {
        self.refused = Some(loss);
        self.keep_counts(index);
    }

    /// Copies the counts of the current generation of `index`, because the run has published none.
    pub(in crate::refresh) fn keep_counts(&mut self, index: &Path) {
        let number = folders::current(index).ok().flatten();
        if let Some(manifest) = number.and_then(|n| folders::manifest(index, n).ok()) {
            self.copy_counts(&manifest);
        }
    }

    /// Copies the counts of `manifest`.
    fn copy_counts(&mut self, manifest: &Manifest) {
        (self.documents, self.sections) = (manifest.counts.documents, manifest.counts.sections);
        let states = manifest.sources.iter().map(|state| (state.id.as_str(), state));
        let states: HashMap<&str, &SourceState> = states.collect();
        for result in &mut self.sources {
            if let Some(state) = states.get(result.source.as_str()) {
                (result.documents, result.sections) = (state.documents, state.sections);
                result.problems = state.problems.len();
            }
        }
    }

    /// Records the end time, the duration and the peak memory of the run. `started` is when the run started.
    pub(in crate::refresh) fn end(&mut self, started: Instant) {
        self.ended_at = time(Utc::now());
        self.seconds = started.elapsed().as_secs_f64();
        self.peak_bytes = peak_bytes();
    }
}

/// `at` in RFC 3339, to the second.
pub(in crate::refresh) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The peak resident memory of this process in bytes: `VmHWM` in Linux's /proc/self/status. `None` if it is not known.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
