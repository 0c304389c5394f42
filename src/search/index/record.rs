//! The stored record of a section, and the data that a searcher needs besides the index: sources and folded copies.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section::SectionId;
use crate::annotate::{Salience, SectionRole};
use crate::catalogue::names::SourceNames;
use crate::catalogue::{Shown, SourceStanding};
use crate::extract::{Address, DocumentKind, Link, PostByline, subject};

/// A topic that a section mentions, for output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicMention {
    pub topic: String,
    pub label: String,
    pub salience: Salience,
}

/// The stored data of a section, for output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRecord {
    pub source: String,
    pub path: String,
    pub title: String,
    pub headings: Vec<String>,
    pub anchor: Option<String>,
    pub address: Address,
    pub text: String,
    pub code: String,
    /// The formulas of the section's text, in TeX. They are indexed, but not stored.
    #[serde(skip)]
    pub formulas: Vec<String>,
    /// The section's Markdown in an index that an earlier version made; empty in a new one, because
    /// the generation has the texts of whole documents.
    pub markup: String,
    pub links: Vec<Link>,
    /// `YYYY-MM-DD`: the date that the document states. If it states none, the day when the document was first seen.
    pub date: Option<String>,
    pub kind: DocumentKind,
    /// The role `Code` is stored as `Content`.
    pub role: SectionRole,
    /// Tags or categories of the section or its document, set by the author.
    pub tags: Vec<String>,
    /// The document's own licence, and how much of the text may be shown under it; `None` if the document has no
    /// licence of its own.
    pub licence: Option<(String, Shown)>,
    pub language: Option<String>,
    /// The steps of a design answer that it serves, the best first.
    pub steps: Vec<String>,
    pub mentions: Vec<TopicMention>,
    /// The section before this one in the document; `None` if this is the first.
    pub previous: Option<SectionId>,
    /// The section after this one in the document; `None` if this is the last.
    pub next: Option<SectionId>,
    /// For a post of a thread: its author and time. Stored after the other fields, because older indexes don't contain
    /// it.
    #[serde(skip)]
    pub posted: Option<PostByline>,
    /// The standing of the section's source. Not stored, because it is needed only to compute the prior.
    #[serde(skip)]
    pub standing: SourceStanding,
}

impl SectionRecord {
    /// The headings that describe the section's subject; see [`subject`].
    pub fn subject(&self) -> &[String] {
        subject(&self.headings, self.posted.as_ref())
    }
}

/// Where a section is: its document, headings and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionLocation {
    pub id: SectionId,
    pub source: String,
    pub path: String,
    pub headings: Vec<String>,
    pub address: Address,
}

/// The data of a source that searching needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexedSource {
    pub id: String,
    pub licence: Option<String>,
    /// The id of the source that it is a fork of.
    pub fork_of: Option<String>,
    /// The names that queries may use for it.
    pub names: SourceNames,
}

/// The location of a folded copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyPlace {
    pub id: SectionId,
    pub source: String,
    pub path: String,
    pub address: Address,
}

/// The folded copies of each section that has copies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedCopies {
    pub by_representative: HashMap<SectionId, Vec<CopyPlace>>,
}
