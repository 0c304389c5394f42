//! The parts of OpenSearch's answers that searches use.

use serde::Deserialize;

use crate::search::cluster::{ClusterFault, Shards};

/// The answer to a search.
#[derive(Debug, Deserialize)]
pub(in crate::search) struct SearchAnswer {
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    pub hits: Hits,
    #[serde(default)]
    pub aggregations: Aggregations,
}

impl SearchAnswer {
    /// This answer. `Err` if it does not cover all shards, or if the search ended early.
    pub fn whole(self) -> Result<SearchAnswer, ClusterFault> {
        self.shards.check(self.timed_out)?;
        Ok(self)
    }
}

/// The sections that a search found.
#[derive(Debug, Deserialize)]
pub(in crate::search) struct Hits {
    #[serde(default)]
    pub total: Total,
    pub hits: Vec<Hit>,
}

/// How many sections match.
#[derive(Debug, Default, Deserialize)]
pub(in crate::search) struct Total {
    pub value: usize,
    relation: String,
}

impl Total {
    /// Whether all were counted.
    pub fn is_exact(&self) -> bool {
        self.relation == "eq"
    }
}

/// A section that was found.
#[derive(Debug, Deserialize)]
pub(in crate::search) struct Hit {
    /// The score and the id of a candidate.
    #[serde(default)]
    pub sort: Option<(f32, i64)>,
    #[serde(default)]
    pub fields: HitFields,
}

/// The columns of a section. Values are always lists.
#[derive(Debug, Default, Deserialize)]
pub(in crate::search) struct HitFields {
    #[serde(default)]
    pub id: Vec<i64>,
    #[serde(default)]
    pub payload: Vec<String>,
    #[serde(default)]
    pub exact: Vec<String>,
    #[serde(default)]
    pub texts: Vec<String>,
}

/// The counts beside the hits.
#[derive(Debug, Default, Deserialize)]
pub(in crate::search) struct Aggregations {
    pub strong: Option<Counted>,
    pub mentions: Option<Counted>,
    pub by_words: Option<Counted>,
}

#[derive(Debug, Deserialize)]
pub(in crate::search) struct Counted {
    pub doc_count: usize,
}

/// The answer to several searches, in their order.
#[derive(Debug, Deserialize)]
pub(in crate::search) struct ManyAnswers {
    pub responses: Vec<OneOfMany>,
}

/// One of several searches: its answer, or why it failed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::search) enum OneOfMany {
    Answer(Box<SearchAnswer>),
    Failed { status: u16, error: serde_json::Value },
}
