//! Two topics side by side.

use schemars::JsonSchema;
use serde::Serialize;

use super::{HitView, TopicLink, TopicView};

/// Two topics side by side, and what the sources say about both.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparisonView {
    pub topics: Vec<ComparedTopic>,
    /// What both topics require.
    pub shared: Vec<TopicLink>,
    /// Passages that mention both topics, grouped by the step of a design answer that they serve.
    pub passages: Vec<ComparedStep>,
}

/// One of the compared topics.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparedTopic {
    #[serde(flatten)]
    pub topic: TopicView,
    pub broader: Vec<TopicLink>,
    /// What this topic requires and the other does not.
    pub requires: Vec<TopicLink>,
}

/// The passages that mention both topics and serve one step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparedStep {
    /// The step's slug; `None` for passages that serve no step.
    pub step: Option<String>,
    pub label: String,
    pub passages: Vec<HitView>,
}
