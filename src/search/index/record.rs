//! What the index stores for a section, and what a searcher is given beside the index: sources and folded copies.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section::SectionId;
use crate::annotate::{Role, Salience};
use crate::catalogue::Shown;
use crate::catalogue::names::SourceNames;
use crate::extract::{Address, DocumentKind, Link, Posted, subject};

/// A topic of a section, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicMention {
    pub topic: String,
    pub label: String,
    pub salience: Salience,
}

/// What is stored of a section, to show it.
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
    /// `YYYY-MM-DD`: the date that its document states, else the day when it was first seen.
    pub date: Option<String>,
    pub kind: DocumentKind,
    pub role: Role,
    /// Tags or categories that its author gave it or its document.
    pub tags: Vec<String>,
    /// The document's own licence, if it has one, and how much of the text that licence allows to show.
    pub licence: Option<(String, Shown)>,
    pub language: Option<String>,
    pub step: Option<String>,
    pub mentions: Vec<TopicMention>,
    /// The sections before and after it in the document.
    pub previous: Option<SectionId>,
    pub next: Option<SectionId>,
    /// For posts of a thread: who wrote it and when. Stored after the other fields; older indexes end before it.
    #[serde(skip)]
    pub posted: Option<Posted>,
}

impl Record {
    /// The headings that describe its subject; see [`subject`].
    pub fn subject(&self) -> &[String] {
        subject(&self.headings, self.posted.as_ref())
    }
}

/// A source, as far as searching needs it.
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
pub struct Copies {
    pub by_representative: HashMap<SectionId, Vec<CopyPlace>>,
}
