//! What a run came to: its record, which is printed, kept in `runs.json` and shown.

use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assemble::Assembled;
use super::changes::Changes;
use super::fetch::Outcomes;
use super::links::Looks;
use super::loss::Loss;
use super::manifest::Manifest;
use super::{generation, time};
use crate::crawl::{Quota, Traffic};
use crate::problem::Problem;

/// What happened to a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    Failed,
    /// Left to a later run, as its host asks.
    Deferred,
    /// Not asked in this run.
    #[default]
    Skipped,
}

impl Outcome {
    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::New => "new",
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Failed => "failed",
            Outcome::Deferred => "deferred",
            Outcome::Skipped => "skipped",
        }
    }
}

/// One source's part of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceResult {
    pub source: String,
    pub outcome: Outcome,
    pub documents: usize,
    pub sections: usize,
    pub seconds: f64,
    pub traffic: Traffic,
    /// What of it changed for readers.
    #[serde(default)]
    pub changes: Changes,
    pub problems: usize,
    /// Why it failed, or was deferred.
    pub error: Option<String>,
    pub hint: Option<String>,
}

/// A run, as recorded in `runs.json` and printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// RFC 3339.
    pub started_at: String,
    pub ended_at: String,
    pub seconds: f64,
    /// Whether every source of the catalogue was asked.
    pub complete: bool,
    /// Whether it was asked to end before its end.
    #[serde(default)]
    pub stopped: bool,
    /// What it would have lost, if it published nothing for that reason.
    #[serde(default)]
    pub refused: Option<Loss>,
    /// When the hosts that it left alone may be asked again, if they said so; RFC 3339.
    #[serde(default)]
    pub retry_at: Option<String>,
    /// The generation that it made, if anything had changed.
    pub generation: Option<u64>,
    pub documents: usize,
    pub sections: usize,
    /// Documents that were extracted in this run, and sections that were indexed.
    pub extracted: usize,
    pub indexed: usize,
    pub traffic: Traffic,
    /// What GitHub's API last said of its quota, if it was asked.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The most memory that it held, in bytes, where the system tells.
    #[serde(default)]
    pub peak_bytes: Option<u64>,
    /// What changed for readers.
    #[serde(default)]
    pub changes: Changes,
    /// What looking at cited addresses came to, if it was asked for.
    #[serde(default)]
    pub looks: Option<Looks>,
    /// What concerns the run as a whole.
    #[serde(default)]
    pub notes: Vec<Problem>,
    pub sources: Vec<SourceResult>,
}

impl Run {
    /// The sources that failed.
    pub fn failed(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.outcome == Outcome::Failed)
    }

    /// The sources that are left to a later run.
    pub fn deferred(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.outcome == Outcome::Deferred)
    }

    /// Whether it ended later than `now`, by a clock that was ahead: then its times say nothing.
    pub fn is_of_the_future(&self, now: DateTime<Utc>) -> bool {
        DateTime::parse_from_rfc3339(&self.ended_at).is_ok_and(|ended| ended.to_utc() > now)
    }

    /// Whether sources were asked over the network and not one of them answered: the network is
    /// down, or this machine's way to it.
    pub fn reached_nothing(&self) -> bool {
        let is_without =
            |source: &SourceResult| matches!(source.outcome, Outcome::Failed | Outcome::Deferred);
        let mut asked = self.sources.iter().filter(|source| source.traffic.requests > 0).peekable();
        self.retry_at.is_none() && asked.peek().is_some() && asked.all(is_without)
    }
}

impl Run {
    /// The record of a run that began `at` and has fetched so much.
    pub(super) fn of(outcomes: Outcomes, at: DateTime<Utc>) -> Run {
        let Outcomes { results, shared, quota, retry_at, notes } = outcomes;
        let mut traffic = shared;
        results.iter().for_each(|result| traffic += result.traffic);
        let retry_at = retry_at.and_then(|at| DateTime::from_timestamp(at, 0));
        Run {
            started_at: time(at),
            retry_at: retry_at.map(time),
            traffic,
            quota,
            notes,
            sources: results,
            ..Run::default()
        }
    }

    /// Takes over what came of assembling.
    pub(super) fn take(&mut self, assembled: Assembled) {
        self.hold(&assembled.manifest);
        (self.generation, self.indexed) = (assembled.made, assembled.indexed);
        for changes in assembled.changes.values() {
            self.changes += *changes;
        }
        for result in &mut self.sources {
            result.changes = assembled.changes.get(&result.source).copied().unwrap_or_default();
        }
    }

    /// Notes that nothing was published because of `loss`: what the current generation of `index` holds
    /// stays.
    pub(super) fn refuse(&mut self, loss: Loss, index: &Path) {
        self.refused = Some(loss);
        let number = generation::current(index);
        if let Some(manifest) = number.and_then(|n| generation::manifest(index, n).ok()) {
            self.hold(&manifest);
        }
    }

    /// Takes over how much `manifest` says is held.
    fn hold(&mut self, manifest: &Manifest) {
        (self.documents, self.sections) = (manifest.counts.documents, manifest.counts.sections);
        for result in &mut self.sources {
            let state = manifest.sources.iter().find(|state| state.id == result.source);
            if let Some(state) = state {
                (result.documents, result.sections) = (state.documents, state.sections);
                result.problems = state.problems.len();
            }
        }
    }

    pub(super) fn end(&mut self, started: Instant) {
        self.ended_at = time(Utc::now());
        self.seconds = started.elapsed().as_secs_f64();
        self.peak_bytes = peak_bytes();
    }
}

/// The most memory that this process has held: `VmHWM` of Linux's /proc/self/status.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
