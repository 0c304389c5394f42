//! Objects derived from the graph: related topics, learning orders, paths, case studies.

use schemars::JsonSchema;
use serde::Serialize;

use super::{HitView, PlaceView, TopicLink};
use crate::catalogue::rights::Showable;
use crate::graph::{Coverage, Why};

/// Topics related to a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelatedView {
    pub topic: String,
    pub related: Vec<RelatedTopic>,
}

/// A related topic, with the tie.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelatedTopic {
    pub id: String,
    pub label: String,
    /// How close the topic is, relative to the nearest topic, whose weight is 1.
    pub weight: f64,
    #[serde(flatten)]
    pub tie: Tie,
}

/// The tie between two topics.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tie {
    pub why: Vec<Why>,
    /// The reasons in words, seen from the first topic: "broader", "required first", "said together by 14 authors".
    pub words: Vec<String>,
    /// The vocabulary's reason for the tie, if it gives one.
    pub reason: Option<String>,
    /// The number of independent voices that mention both in one sentence: authors (owners of repositories), folders
    /// and archives.
    pub said_by: u32,
    pub evidence: Vec<EvidenceView>,
}

/// A sentence of a source. It is evidence for a tie, or for what a repository contains.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EvidenceView {
    pub sentence: Showable,
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
    /// The topics in the order in which to learn them: prerequisites first, the topic itself last.
    pub order: Vec<LessonView>,
}

/// A topic in a learning order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LessonView {
    pub id: String,
    pub label: String,
    /// Why the topic `needed_for` requires this one; `None` for the topic that the order is for.
    pub reason: Option<String>,
    pub needed_for: Option<TopicLink>,
    pub definition: String,
}

/// Paths from one topic to another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PathView {
    pub from: TopicLink,
    pub to: TopicLink,
    /// The paths, the best first.
    pub paths: Vec<ChainView>,
}

/// A chain of ties from one topic to another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChainView {
    pub hops: Vec<HopView>,
}

/// One tie of a chain.
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
    /// Slugs and labels of the steps, in the order of a design answer.
    pub steps: Vec<TopicLink>,
    /// The case studies, ordered by the number of steps that are well covered, the highest first.
    pub cases: Vec<CaseRow>,
}

/// A row of the matrix.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseRow {
    pub id: String,
    pub label: String,
    /// One cell for each step.
    pub cells: Vec<CellView>,
}

/// A cell of the matrix.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CellView {
    pub step: String,
    pub coverage: Coverage,
    /// The number of independent voices that say anything about this step of the case: authors (owners of
    /// repositories), folders and archives.
    pub said_by: u32,
}

/// What the sources say about a case study, step by step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseView {
    /// The topic's slug.
    pub case: String,
    pub label: String,
    pub definition: String,
    /// Documents that cover several steps of the case.
    pub whole: Vec<WholeView>,
    pub steps: Vec<StepView>,
}

/// A document that covers several steps of a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WholeView {
    /// The id of the document.
    pub document: String,
    pub source: String,
    pub path: String,
    pub title: String,
    /// The number of steps that it covers.
    pub steps: u32,
    pub url: String,
}

/// What the sources say about one step of a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepView {
    #[serde(flatten)]
    pub cell: CellView,
    pub label: String,
    /// Passages about the step. The snippet of a passage is the beginning of its text, as much as rights allow.
    pub passages: Vec<HitView>,
}
