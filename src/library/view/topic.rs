//! Topics, and terms that may become topics.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CaseLink, HitView, ResourceView, TopicLink};
use crate::catalogue::rights::Showable;

/// A topic in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopicView {
    pub id: String,
    pub label: String,
    pub also: Vec<String>,
    pub steps: Vec<String>,
    pub definition: String,
    /// The number of sections that mention it.
    pub mentions: u32,
}

/// The details of a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicDetail {
    #[serde(flatten)]
    pub topic: TopicView,
    /// Its guide, if it is a case study that a source says anything about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseLink>,
    pub broader: Vec<TopicLink>,
    pub narrower: Vec<TopicLink>,
    pub requires: Vec<TopicLink>,
    pub required_by: Vec<TopicLink>,
    pub passages: Vec<HitView>,
    pub resources: Vec<ResourceView>,
}

/// A term that the vocabulary may lack.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingTermView {
    /// Its most common spelling. The others are in `spellings`.
    pub label: String,
    pub spellings: Vec<String>,
    pub c_value: f64,
    /// The number of independent voices that use it.
    pub voices: usize,
    /// The topics that are most characteristic of the sections that use it: candidates for its broader topic.
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

/// A topic of the vocabulary next to what the sources say about it.
#[derive(Debug)]
pub struct TopicReview {
    pub detail: TopicDetail,
    /// The number of sections that are about the topic.
    pub sections: usize,
    /// The sentences that explain it best.
    pub sentences: Vec<ReviewSentence>,
    /// The topics that sections about it rely on, the most characteristic first.
    pub relied: Vec<ReliedTopic>,
}

/// A sentence that explains a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewSentence {
    pub sentence: Showable,
    pub source: String,
    pub path: String,
}

/// A topic that sections about another topic rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReliedTopic {
    pub id: String,
    /// The number of sections about the other topic that name it.
    pub sections: usize,
    /// Whether the vocabulary states it as a prerequisite.
    pub is_required: bool,
}
