//! Topics and the works that sources cite.

use schemars::JsonSchema;
use serde::Serialize;

use super::HitView;
use crate::annotate::resources::{CitingSentence, ResourceKind};

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
    /// Independent voices that cite it: authors (owners of repositories), folders and archives. Copies and forks
    /// count for their originals.
    pub cited_by: usize,
    /// All sources that cite it, including several of one author.
    pub sources: Vec<String>,
    pub topics: Vec<String>,
    /// Its other URLs.
    pub also: Vec<String>,
    /// Sentences about it.
    pub said: Vec<CitingSentence>,
    pub dead: bool,
    /// The day on which it was first found dead, and the URL of an archived copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
}
