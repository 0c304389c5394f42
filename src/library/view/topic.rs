//! Topics and the works that sources cite.

use schemars::JsonSchema;
use serde::Serialize;

use super::HitView;
use crate::annotate::resources::{ResourceKind, Said};

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

/// A topic by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopicLink {
    pub id: String,
    pub label: String,
    /// The reason, for what it requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// All about a topic.
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
    /// All sources that cite it, several of one author too.
    pub sources: Vec<String>,
    pub topics: Vec<String>,
    /// Its other addresses.
    pub also: Vec<String>,
    /// What sources say of it.
    pub said: Vec<Said>,
    pub dead: bool,
    /// The day on which it was first found dead, and where the web archive may have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
}
