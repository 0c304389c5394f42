//! Topics and the works that sources cite.

use schemars::JsonSchema;
use serde::Serialize;

use super::HitView;
use crate::annotate::resources::ResourceKind;
use crate::catalogue::rights::Showable;

/// A topic in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopicView {
    pub id: String,
    pub label: String,
    pub also: Vec<String>,
    pub steps: Vec<String>,
    pub definition: String,
    /// Sections that mention it.
    pub mentions: u32,
}

/// A topic's id and label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopicLink {
    pub id: String,
    pub label: String,
    /// Why it is required, if it is a prerequisite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The details of a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicDetail {
    #[serde(flatten)]
    pub topic: TopicView,
    pub broader: Vec<TopicLink>,
    pub narrower: Vec<TopicLink>,
    pub requires: Vec<TopicLink>,
    pub required_by: Vec<TopicLink>,
    pub passages: Vec<HitView>,
    pub resources: Vec<ResourceView>,
}

/// A cited article, paper, talk or tool.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourceView {
    pub url: String,
    pub title: String,
    pub kind: ResourceKind,
    pub year: Option<u16>,
    /// Independent voices that cite it: authors (owners of repositories), folders and archives. FoldedCopies and forks
    /// count for their originals.
    pub cited_by: usize,
    /// All sources that cite it, including several of one author.
    pub sources: Vec<String>,
    pub topics: Vec<String>,
    /// Its other URLs.
    pub also: Vec<String>,
    /// Sentences about it.
    pub said: Vec<SaidView>,
    pub dead: bool,
    /// The day on which it was first found dead, and the URL of an archived copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
}

/// A sentence in which a source cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Said")]
pub struct SaidView {
    pub source: String,
    pub sentence: Showable,
}

/// A term that the vocabulary may lack.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingTermView {
    /// Its most common spelling; `spellings` has the others.
    pub label: String,
    pub spellings: Vec<String>,
    pub c_value: f64,
    /// Independent voices that use it.
    pub voices: usize,
    /// The topics that occur with it most characteristically: candidates for its place in the vocabulary.
    pub near: Vec<String>,
    /// Sentences that use it.
    pub evidence: Vec<TermSentenceView>,
}

/// A sentence that uses a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermSentenceView {
    pub sentence: Showable,
    pub source: String,
    pub path: String,
}
