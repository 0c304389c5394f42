//! The state of the index, its sources and what is new.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::TopicLink;
use crate::generation::glance::RunGlance;
use crate::generation::manifest::{GenerationCounts, SourceCondition, SourceState};
use crate::generation::news::{ChangeCounts, News};
use crate::generation::run::RunRecord;
use crate::problem::Problem;

/// The engine that searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// The index of the generation.
    Embedded,
    /// An OpenSearch cluster.
    OpenSearch,
}

/// The engine that searches, and whether it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EngineView {
    pub name: EngineKind,
    /// Whether the engine worked in the last search; `null` before the first search.
    pub available: Option<bool>,
    /// Whether the index of the generation answers while the cluster can't.
    pub fallback: bool,
}

/// The status of the index.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusView {
    pub generation: u64,
    pub built_at: String,
    #[serde(flatten)]
    pub counts: GenerationCounts,
    /// The number of sources with documents.
    pub sources: usize,
    pub engine: EngineView,
    /// The number of sources in each state. States that no source has are left out.
    pub states: BTreeMap<SourceCondition, usize>,
    /// The sources of which something failed or was deferred when it was last requested: their files, discussions or
    /// issues. `problems` says why.
    pub failing: Vec<String>,
    /// What is wrong: first with the last run as a whole, then why sources are `failing`, then the rest.
    pub problems: Vec<Problem>,
    /// Where `problems` says why sources are `failing`.
    #[serde(skip)]
    pub failures: FailureRange,
    pub last_run: Option<RunRecord>,
    /// The last run that covered all sources of the catalogue. It may be the last run.
    pub last_full_run: Option<RunGlance>,
    pub next_run: Option<String>,
}

impl StatusView {
    /// Puts `problem`, which concerns the whole index, before all others.
    pub fn add_first(&mut self, problem: Problem) {
        self.problems.insert(0, problem);
        self.failures.begin += 1;
        self.failures.end += 1;
    }

    /// The problems that say why sources are failing.
    pub fn failures(&self) -> &[Problem] {
        let FailureRange { begin, end } = self.failures;
        self.problems.get(begin..end).unwrap_or_default()
    }

    /// The problems that are no failures of sources.
    pub fn other_problems(&self) -> impl Iterator<Item = &Problem> {
        let FailureRange { begin, end } = self.failures;
        self.problems.iter().take(begin).chain(self.problems.iter().skip(end))
    }
}

/// Where the failures of sources are among the problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureRange {
    pub begin: usize,
    pub end: usize,
}

/// The sources.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SourcesView {
    pub sources: Vec<SourceState>,
    pub last_run: Option<RunRecord>,
}

/// What is new since a given time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewsView {
    /// The time since which changes are listed (RFC 3339).
    pub since: String,
    #[serde(flatten)]
    pub changes: ChangeCounts,
    /// The news, newest first.
    pub items: Vec<NewsItem>,
}

/// One piece of news.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewsItem {
    #[serde(flatten)]
    pub news: News,
    /// The main topics of its added and changed sections, the most frequent first.
    pub topics: Vec<TopicLink>,
    /// The URL of the document on GitHub; `None` if the document was removed, if its source is not on GitHub, or if the
    /// news is about a whole source.
    pub url: Option<String>,
}
