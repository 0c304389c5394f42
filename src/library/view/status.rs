//! The state of the index, its sources and what is new.

use schemars::JsonSchema;
use serde::Serialize;

use super::TopicLink;
use crate::generation::manifest::{GenerationCounts, SourceState};
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
    /// The sources that the last run failed to fetch or deferred.
    pub failing: Vec<String>,
    pub problems: Vec<Problem>,
    pub last_run: Option<RunRecord>,
    pub next_run: Option<String>,
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
