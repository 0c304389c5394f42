//! `manifest.json`: what a generation holds, source by source.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Shown;
use crate::problem::Problem;

/// The format of a generation's files; readers refuse a newer one.
pub const FORMAT: u32 = 2;

/// What a generation holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The program's version.
    pub program: String,
    pub generation: u64,
    /// RFC 3339.
    pub built_at: String,
    /// Equal for two refreshes after which readers would see the same.
    pub fingerprint: String,
    #[serde(flatten)]
    pub counts: Counts,
    /// The longest excerpt where a licence allows no more, in characters.
    pub excerpt_chars: usize,
    pub sources: Vec<SourceState>,
}

/// How much a generation holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub documents: usize,
    pub sections: usize,
    /// Sections folded under another that says the same.
    pub copies: usize,
    pub topics: usize,
    /// Mentions of topics in sections that are no copies.
    pub mentions: usize,
    pub resources: usize,
    /// Bytes of plain text and code, and of the search index.
    pub text_bytes: u64,
    pub index_bytes: u64,
    /// Documents by format.
    pub formats: BTreeMap<String, usize>,
}

/// What a generation holds of one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    pub id: String,
    /// `github`, `archive` or `folder`.
    pub kind: String,
    /// `owner/name` on GitHub, the address or the folder.
    pub origin: String,
    pub why: String,
    pub fork_of: Option<String>,
    pub description: Option<String>,
    pub licence: Option<String>,
    pub shown: Shown,
    pub revision: Option<String>,
    /// RFC 3339.
    pub fetched_at: Option<String>,
    pub state: String,
    pub moved_to: Option<String>,
    /// GitHub says that nobody works on it any more.
    #[serde(default)]
    pub archived: bool,
    pub documents: usize,
    pub sections: usize,
    pub problems: Vec<Problem>,
}

impl Manifest {
    /// The state of the source `id`.
    pub fn source(&self, id: &str) -> Option<&SourceState> {
        self.sources.iter().find(|source| source.id.eq_ignore_ascii_case(id))
    }

    /// The sources of which something is held. O(sources).
    pub fn held(&self) -> impl Iterator<Item = &SourceState> {
        self.sources.iter().filter(|source| source.documents > 0)
    }

    /// The problems of all sources.
    pub fn problems(&self) -> Vec<Problem> {
        self.sources.iter().flat_map(|source| source.problems.iter().cloned()).collect()
    }
}
