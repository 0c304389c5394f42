//! The record of one run: printed, kept in `runs.json` and shown.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::loss::Loss;
use super::news::Changes;
use crate::crawl::github::thread::ThreadKind;
use crate::crawl::{Quota, Traffic};
use crate::problem::{Problem, Stage};

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
    /// Its discussions and issues, if they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<ThreadsResult>,
}

impl SourceResult {
    /// What went wrong when it was asked: why it, or its threads, failed or were deferred, and what of its threads
    /// could not be read.
    pub fn problems(&self) -> Vec<Problem> {
        let own = problem(&self.source, self.outcome, (&self.error, &self.hint));
        let threads = self.threads.iter().flat_map(|threads| {
            let whole = problem(&self.source, threads.outcome, (&threads.error, &threads.hint));
            let whole = whole.map(|problem| problem.at(threads.kind.folder()));
            whole.into_iter().chain(threads.problems.iter().cloned())
        });
        own.into_iter().chain(threads).collect()
    }

    /// Whether `outcome` is that of its files or of its threads.
    fn is(&self, outcome: Outcome) -> bool {
        self.outcome == outcome || self.threads.iter().any(|threads| threads.outcome == outcome)
    }
}

/// Why something of `source` failed or was deferred.
fn problem(
    source: &str,
    outcome: Outcome,
    (error, hint): (&Option<String>, &Option<String>),
) -> Option<Problem> {
    if !matches!(outcome, Outcome::Failed | Outcome::Deferred) {
        return None;
    }
    let problem = Problem::new(Stage::Crawl, error.clone().unwrap_or_default()).of_source(source);
    Some(Problem { hint: hint.clone(), ..problem })
}

/// The discussions or the issues of a source in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadsResult {
    pub kind: ThreadKind,
    pub outcome: Outcome,
    /// Threads that became other ones in the store, or came to it, and those that went.
    pub changed: usize,
    pub removed: usize,
    pub seconds: f64,
    /// A part of the source's.
    pub traffic: Traffic,
    /// Why it failed, or was deferred.
    pub error: Option<String>,
    pub hint: Option<String>,
    /// Threads that could not be read, or only in part.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

impl ThreadsResult {
    /// The result for `kind` before anything was asked.
    pub fn of(kind: ThreadKind) -> ThreadsResult {
        ThreadsResult {
            kind,
            outcome: Outcome::Skipped,
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

/// What looking at addresses came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Looks {
    pub asked: usize,
    pub dead: usize,
    /// Refused, limited or failing: nothing is said of these.
    pub unknown: usize,
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
    /// The sources that failed, or whose threads did.
    pub fn failed(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.is(Outcome::Failed))
    }

    /// The sources that, or whose threads, are left to a later run.
    pub fn deferred(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.is(Outcome::Deferred))
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
