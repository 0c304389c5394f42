//! The outermost objects of answers that hold one thing or list.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ResourceView, SectionView, TopicDetail, TopicView};
use crate::search::Suggestion;

/// A section by id or place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SectionAnswer {
    pub section: SectionView,
}

/// Topics, the most mentioned first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicsAnswer {
    pub topics: Vec<TopicView>,
}

/// All about a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicAnswer {
    pub topic: TopicDetail,
}

/// Resources, the most cited first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourcesAnswer {
    pub resources: Vec<ResourceView>,
}

/// What something that is being typed may become.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestAnswer {
    pub suggestions: Vec<Suggestion>,
}

/// What asking for a refresh came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefreshAnswer {
    /// `begins`, or `follows the one under way`.
    pub refresh: String,
}

/// Why a request was not answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorAnswer {
    pub error: ErrorView,
}

/// What went wrong, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorView {
    pub code: String,
    pub message: String,
    pub hint: String,
}
