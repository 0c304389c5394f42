//! The record of one run, which is printed, stored in `runs.json` and shown.

use std::fmt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::budget::DiskExcess;
use super::loss::DocumentLoss;
use super::news::ChangeCounts;
use super::outcome::{RunOutcome, RunTotals};
use crate::crawl::github::thread::ThreadKind;
use crate::crawl::{ApiQuota, Traffic};
use crate::problem::{Problem, Stage};

/// The outcome of fetching a source, or its discussions or issues, in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Outcome")]
pub enum FetchOutcome {
    New,
    Changed,
    Unchanged,
    Failed,
    /// Deferred to a later run, because of a limit of its host or of the run.
    Deferred,
    /// Not requested in this run.
    #[default]
    Skipped,
}

impl FetchOutcome {
    /// Its name in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            FetchOutcome::New => "new",
            FetchOutcome::Changed => "changed",
            FetchOutcome::Unchanged => "unchanged",
            FetchOutcome::Failed => "failed",
            FetchOutcome::Deferred => "deferred",
            FetchOutcome::Skipped => "skipped",
        }
    }
}

/// The result of a run for one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceResult {
    pub source: String,
    pub outcome: FetchOutcome,
    pub documents: usize,
    pub sections: usize,
    pub seconds: f64,
    pub traffic: Traffic,
    /// The changes that readers see.
    #[serde(default)]
    pub changes: ChangeCounts,
    /// The number of the source's problems that the manifest lists.
    pub problems: usize,
    /// Why the source failed or was deferred; `None` for other outcomes.
    pub error: Option<String>,
    pub hint: Option<String>,
    /// Whether its host could not be reached at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreachable: bool,
    /// The results of its discussions and issues, if they were requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<ThreadsResult>,
}

impl SourceResult {
    /// Why the source or its threads failed or were deferred, and which threads could not be read.
    pub fn problems(&self) -> Vec<Problem> {
        let own = problem(&self.source, self.outcome, self.error.as_ref(), self.hint.as_ref());
        let threads = self.threads.iter().flat_map(|threads| {
            let whole = problem(
                &self.source,
                threads.outcome,
                threads.error.as_ref(),
                threads.hint.as_ref(),
            );
            let whole = whole.map(|problem| problem.at(threads.kind.folder()));
            whole.into_iter().chain(threads.problems.iter().cloned())
        });
        own.into_iter().chain(threads).collect()
    }

    /// Whether its files or its threads could not be fetched, or were deferred.
    pub fn is_failing(&self) -> bool {
        self.is(FetchOutcome::Failed) || self.is(FetchOutcome::Deferred)
    }

    /// Whether its files or its threads have this `outcome`.
    fn is(&self, outcome: FetchOutcome) -> bool {
        self.outcome == outcome || self.threads.iter().any(|threads| threads.outcome == outcome)
    }
}

/// A problem which reports that a part of `source` (its files, discussions or issues) failed or was deferred; `None`
/// for other outcomes.
fn problem(
    source: &str,
    outcome: FetchOutcome,
    error: Option<&String>,
    hint: Option<&String>,
) -> Option<Problem> {
    if !matches!(outcome, FetchOutcome::Failed | FetchOutcome::Deferred) {
        return None;
    }
    let problem = Problem::new(Stage::Crawl, error.cloned().unwrap_or_default()).of_source(source);
    Some(Problem { hint: hint.cloned(), ..problem })
}

/// The result of a run for the discussions of one source, or for its issues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadsResult {
    pub kind: ThreadKind,
    pub outcome: FetchOutcome,
    /// The number of stored threads that were added or changed.
    pub changed: usize,
    /// The number of stored threads that were removed.
    pub removed: usize,
    pub seconds: f64,
    /// The cost of fetching these threads. The traffic of the source includes it.
    pub traffic: Traffic,
    /// Why the fetch failed or was deferred; `None` for other outcomes.
    pub error: Option<String>,
    pub hint: Option<String>,
    /// The problems of threads that could not be read, or could be read only in part.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

impl ThreadsResult {
    /// The result for `kind` before any request.
    pub fn of(kind: ThreadKind) -> ThreadsResult {
        ThreadsResult {
            kind,
            outcome: FetchOutcome::Skipped,
            changed: 0,
            removed: 0,
            seconds: 0.0,
            traffic: Traffic::default(),
            error: None,
            hint: None,
            problems: Vec::new(),
        }
    }
}

/// The result of checking cited links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Looks")]
pub struct LinkChecks {
    pub asked: usize,
    pub dead: usize,
    /// The number of links whose requests were refused, rate-limited or failed. They count neither as dead nor as
    /// working.
    pub unknown: usize,
}

/// The result of fetching the metadata of cited papers from arXiv.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaperFetches {
    pub found: usize,
    /// The number of identifiers that arXiv does not know.
    pub unknown: usize,
    /// The number of requested papers without an answer: the request failed, or the response was incomplete.
    pub unanswered: usize,
    /// The number of papers whose metadata is missing or old, but which were not requested in this run.
    pub deferred: usize,
    pub traffic: Traffic,
}

/// A run that reached no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNetwork<'a> {
    /// The number of sources that were to be fetched.
    pub sources: usize,
    /// Why one of them could not be reached.
    pub cause: &'a str,
}

impl fmt::Display for NoNetwork<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sources {
            1 => write!(
                f,
                "no network: the host of the source could not be reached ({})",
                self.cause
            ),
            sources => write!(
                f,
                "no network: no host of {sources} sources could be reached (such as {})",
                self.cause
            ),
        }
    }
}

/// A run, as recorded in `runs.json` and printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Run")]
pub struct RunRecord {
    /// When the run started, in RFC 3339 format.
    pub started_at: String,
    /// When the run ended, in RFC 3339 format.
    pub ended_at: String,
    pub seconds: f64,
    /// Whether the run covered all sources of the catalogue and was not stopped.
    pub complete: bool,
    /// Whether the run was stopped before its end.
    #[serde(default)]
    pub stopped: bool,
    /// The error that ended the run, if one did. The run published nothing then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The loss, if the run published nothing because of it.
    #[serde(default)]
    pub refused: Option<DocumentLoss>,
    /// The disk space that the index would have taken, if the run published nothing because of its budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_budget: Option<DiskExcess>,
    /// The latest time (RFC 3339) at which a host that deferred requests allows them again; `None` if no host named a
    /// time.
    #[serde(default)]
    pub retry_at: Option<String>,
    /// The number of the generation that the run built; `None` if it built none, for example because nothing changed.
    pub generation: Option<u64>,
    pub documents: usize,
    pub sections: usize,
    /// The number of documents that were extracted in this run.
    pub extracted: usize,
    /// The number of sections that were indexed in this run.
    pub indexed: usize,
    pub traffic: Traffic,
    /// The quota according to the last response of GitHub's API, if there was one.
    #[serde(default)]
    pub quota: Option<ApiQuota>,
    /// The peak resident memory in bytes, if the system reports it.
    #[serde(default)]
    pub peak_bytes: Option<u64>,
    /// What changed for readers.
    #[serde(default)]
    pub changes: ChangeCounts,
    /// The result of checking cited links, if that was requested.
    #[serde(default)]
    pub looks: Option<LinkChecks>,
    /// The result of fetching the metadata of cited papers, if that was requested.
    #[serde(default)]
    pub papers: Option<PaperFetches>,
    /// Problems of the run as a whole.
    #[serde(default)]
    pub notes: Vec<Problem>,
    /// How runs ended up to and including this one; `None` if an earlier version wrote the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<RunTotals>,
    pub sources: Vec<SourceResult>,
}

impl RunRecord {
    /// How the run ended.
    pub fn outcome(&self) -> RunOutcome {
        match self {
            _ if self.error.is_some() => RunOutcome::Failed,
            _ if self.stopped => RunOutcome::Stopped,
            _ if self.refused.is_some() || self.over_budget.is_some() => RunOutcome::Refused,
            _ if self.reached_nothing() => RunOutcome::Unreached,
            _ if self.sources.iter().any(SourceResult::is_failing) => RunOutcome::Partial,
            _ => RunOutcome::Done,
        }
    }

    /// The problems of the run as a whole, first the error that ended it.
    pub fn problems_of_run(&self) -> Vec<Problem> {
        let error = self
            .error
            .as_ref()
            .map(|error| Problem::new(Stage::Crawl, format!("the last refresh failed: {error}")));
        error.into_iter().chain(self.notes.iter().cloned()).collect()
    }

    /// The results of the sources whose files or threads could not be fetched.
    pub fn failed(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.is(FetchOutcome::Failed))
    }

    /// The results of the sources whose files or threads were deferred to a later run.
    pub fn deferred(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.is(FetchOutcome::Deferred))
    }

    /// Whether the recorded end of the run is after `now`. If so, the clock was ahead during the run, and the run's
    /// timestamps can't be used.
    pub fn is_of_the_future(&self, now: DateTime<Utc>) -> bool {
        DateTime::parse_from_rfc3339(&self.ended_at).is_ok_and(|ended| ended.to_utc() > now)
    }

    /// The sources for which a host was asked, or could not be reached.
    pub fn requested(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.unreachable || source.traffic.requests > 0)
    }

    /// Why there was no network, if no host of any requested source could be reached; else `None`. Folders and sources
    /// that were not requested don't count.
    pub fn no_network(&self) -> Option<NoNetwork<'_>> {
        let requested: Vec<&SourceResult> = self.requested().collect();
        let first = requested.first()?;
        let is_down = requested.iter().all(|source| source.unreachable);
        // A source that was deferred, even after a request of its own, says only that another one was not reached.
        let failed = requested.iter().find(|source| source.outcome == FetchOutcome::Failed);
        let cause = failed.unwrap_or(first);
        is_down.then(|| NoNetwork {
            sources: requested.len(),
            cause: cause.error.as_deref().unwrap_or_default(),
        })
    }

    /// Whether all sources for which requests were sent failed or were deferred, so that the network is probably down.
    /// False if no requests were sent, or if a host reported when it allows the next request.
    pub fn reached_nothing(&self) -> bool {
        let has_failed = |source: &SourceResult| {
            matches!(source.outcome, FetchOutcome::Failed | FetchOutcome::Deferred)
        };
        let mut requested =
            self.sources.iter().filter(|source| source.traffic.requests > 0).peekable();
        self.retry_at.is_none() && requested.peek().is_some() && requested.all(has_failed)
    }
}
