//! Links to topics and case studies.

use schemars::JsonSchema;
use serde::Serialize;

/// A case study that a query asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseLink {
    pub id: String,
    pub label: String,
    /// The number of steps for which its guide has passages, Cairn's own notes included.
    pub steps: usize,
    /// The number of all steps.
    pub of: usize,
}

/// A topic's id and label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopicLink {
    pub id: String,
    pub label: String,
    /// Why it is required, if it is listed as a prerequisite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
