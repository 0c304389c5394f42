//! What the index stores for a section, and what a searcher is given beside the index: sources and folded copies.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section::SectionId;
use crate::annotate::{Role, Salience};
use crate::catalogue::Shown;
use crate::catalogue::names::SourceNames;
use crate::extract::{Address, Kind, Link, Posted, subject};

/// A topic of a section, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicMention {
    pub topic: String,
    pub label: String,
    pub salience: Salience,
}

/// What is kept of a section for showing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub source: String,
    pub path: String,
    pub title: String,
    pub headings: Vec<String>,
    pub anchor: Option<String>,
    pub address: Address,
    pub text: String,
    pub code: String,
    /// Its Markdown as its author wrote it; empty for other formats.
    pub markup: String,
    pub links: Vec<Link>,
    /// `YYYY-MM-DD`: what its document says of itself, else when it was first seen.
    pub date: Option<String>,
    pub kind: Kind,
    pub role: Role,
    /// What its author filed it or its document under.
    pub tags: Vec<String>,
    /// The document's own licence, where it has one, and how much that allows to be shown.
    pub licence: Option<(String, Shown)>,
    pub language: Option<String>,
    pub step: Option<String>,
    pub mentions: Vec<TopicMention>,
    /// The sections before and after it in the document.
    pub previous: Option<SectionId>,
    pub next: Option<SectionId>,
    /// Who wrote it and when: of a thread's posts. Stored behind the others, where older indexes have nothing.
    #[serde(skip)]
    pub posted: Option<Posted>,
}

impl Record {
    /// The headings that say what it is about; see [`subject`].
    pub fn subject(&self) -> &[String] {
        subject(&self.headings, self.posted.as_ref())
    }
}

/// What searching needs to know of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexedSource {
    pub id: String,
    pub licence: Option<String>,
    /// The source of which it is a fork.
    pub fork_of: Option<String>,
    /// What people call it.
    pub names: SourceNames,
}

/// Where a folded copy stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyPlace {
    pub id: SectionId,
    pub source: String,
    pub path: String,
    pub address: Address,
}

/// The folded copies of each section that has some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    pub by_representative: HashMap<SectionId, Vec<CopyPlace>>,
}
