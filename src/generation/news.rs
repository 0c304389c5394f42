//! `news.json` of a generation: what this and earlier generations added, changed and removed, newest first.

use std::ops::AddAssign;
use std::path::Path;

use anyhow::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::search::SectionId;

/// The numbers of added, changed and removed items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Delta")]
pub struct CountDelta {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
}

/// The numbers of documents and sections that changed for readers. A document that moved within its source counts as
/// changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Changes")]
pub struct ChangeCounts {
    pub documents: CountDelta,
    pub sections: CountDelta,
}

impl AddAssign for CountDelta {
    fn add_assign(&mut self, other: CountDelta) {
        self.added += other.added;
        self.changed += other.changed;
        self.removed += other.removed;
    }
}

impl AddAssign for ChangeCounts {
    fn add_assign(&mut self, other: ChangeCounts) {
        self.documents += other.documents;
        self.sections += other.sections;
    }
}

/// What happened to a document, or to a whole source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "What")]
pub enum NewsKind {
    Added,
    Changed,
    Moved,
    Removed,
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct News {
    /// When the generation was built (RFC 3339).
    pub at: String,
    pub generation: u64,
    pub source: String,
    /// Whether the source is private, or was before it was removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// The document; `None` if the whole source was added or removed.
    pub path: Option<String>,
    pub title: Option<String>,
    pub what: NewsKind,
    /// The former path, if the document moved.
    pub from: Option<String>,
    pub documents: CountDelta,
    pub sections: CountDelta,
    /// The ids of the added or changed sections; if there are many, only the first ones.
    #[schemars(with = "Vec<String>")]
    pub ids: Vec<SectionId>,
}

/// The news in the file `path`, newest first.
pub fn read(path: &Path) -> anyhow::Result<Vec<News>> {
    let bytes = disk::read(path)?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot decode {}", path.display()))
}

/// Writes `news`, newest first, to the file `path`.
pub(crate) fn write(path: &Path, news: &[News]) -> anyhow::Result<()> {
    Ok(disk::write(path, &serde_json::to_vec(news)?)?)
}
