//! The objects that come of the graph: related topics, learning orders, paths, case studies.

use schemars::JsonSchema;
use serde::Serialize;

use super::{HitView, PlaceView, TopicLink};
use crate::graph::{Coverage, Why};

/// Topics near a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelatedView {
    pub topic: String,
    pub related: Vec<RelatedTopic>,
}

/// A topic near another, with what joins them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelatedTopic {
    pub id: String,
    pub label: String,
    /// The nearest is 1.
    pub weight: f64,
    #[serde(flatten)]
    pub tie: Tie,
}

/// What joins two topics.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tie {
    pub why: Vec<Why>,
    /// The same in words, seen from the first topic: "broader", "requires", "said together by 14 authors".
    pub words: Vec<String>,
    /// The vocabulary's reason.
    pub reason: Option<String>,
    /// Independent voices that say both in one sentence: authors (owners of repositories), folders and archives.
    pub said_by: u32,
    pub evidence: Vec<EvidenceView>,
}

/// A sentence that supports an edge.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EvidenceView {
    pub sentence: String,
    pub source: String,
    pub path: String,
    #[serde(flatten)]
    pub place: PlaceView,
    pub url: String,
}

/// What to learn for a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LearnView {
    pub topic: String,
    /// Prerequisites first, the topic itself last.
    pub order: Vec<LessonView>,
}

/// A topic to learn.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LessonView {
    pub id: String,
    pub label: String,
    /// Why the topic `needed_for` requires it.
    pub reason: Option<String>,
    pub needed_for: Option<TopicLink>,
    pub definition: String,
}

/// How one topic leads to another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PathView {
    pub from: TopicLink,
    pub to: TopicLink,
    /// The best first.
    pub paths: Vec<ChainView>,
}

/// A chain of explained edges.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChainView {
    pub hops: Vec<HopView>,
}

/// One edge of a chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HopView {
    pub from: String,
    pub to: String,
    pub from_label: String,
    pub to_label: String,
    #[serde(flatten)]
    pub tie: Tie,
}

/// The matrix of case studies and steps.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CasesView {
    /// Slugs and labels of the steps, in the order of an answer.
    pub steps: Vec<TopicLink>,
    /// Those of which most is said first.
    pub cases: Vec<CaseRow>,
}

/// A row of the matrix.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseRow {
    pub id: String,
    pub label: String,
    /// One a step.
    pub cells: Vec<CellView>,
}

/// A cell of the matrix.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CellView {
    pub step: String,
    pub coverage: Coverage,
    /// Independent voices that say anything: authors (owners of repositories), folders and archives.
    pub said_by: u32,
}

/// What the sources say of a case study, step by step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseView {
    /// The topic's slug.
    pub case: String,
    pub label: String,
    pub definition: String,
    /// Documents that go through the case.
    pub whole: Vec<WholeView>,
    pub steps: Vec<StepView>,
}

/// A document that goes through a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WholeView {
    pub source: String,
    pub path: String,
    pub title: String,
    /// How many of the steps it serves.
    pub steps: u32,
    pub url: String,
}

/// What is said at one step of a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepView {
    #[serde(flatten)]
    pub cell: CellView,
    pub label: String,
    /// The snippet of each is its opening, as long as rights allow.
    pub passages: Vec<HitView>,
}
