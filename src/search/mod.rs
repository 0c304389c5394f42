//! Full-text search over sections, with tantivy.
//!
//! A section is one document of the index ([`document`], [`schema`]). [`mod@write`] keeps the index in step with
//! the store and hard-links it into a generation; [`opened`] reads one. A search goes through these, in
//! order: [`query`] reads what a person typed; [`understand`] says what it means, with the index's own
//! words ([`lexicon`]), the vocabulary's labels and the names of sources; [`plan`] makes units of it, [`filter`] leaves what may
//! be shown; [`score`] adds up BM25F over four fields, [`prefer`] what a named source gains, [`rank`] orders, with what
//! [`near`] says of the best;
//! [`facets`] counts them, [`highlight`] cuts the snippet; [`run`] puts these together. [`suggest`] serves
//! who is still typing, [`mark`] who reads a whole section. All numbers of ranking stand in [`weights`].
//!
//! Filters are values ([`field`]), whether they were typed or came beside the text. Every reading of the index goes
//! through [`postings`] or counts what it reads by itself, against the [`budget`] that each search has.
//!
//! Postings, positions, dictionaries and stored fields are tantivy's; scoring is our own, over its postings,
//! since a unit of a query (a word with its spellings, completions and topic, in four fields) saturates
//! as one, which its query types can't say. What depends on the whole corpus (copies) stands beside the
//! index, in [`Copies`], so that it can change without indexing anything again.

mod analysis;
mod budget;
mod directory;
mod document;
mod facets;
mod field;
mod filter;
#[cfg(test)]
mod fixture;
mod highlight;
mod lexer;
mod lexicon;
mod mark;
mod near;
mod opened;
mod plan;
mod postings;
mod prefer;
pub mod query;
mod rank;
mod read;
mod run;
mod schema;
mod score;
mod suggest;
mod tokens;
mod understand;
mod weights;
pub mod write;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::annotate::{Role, Salience};
use crate::catalogue::Shown;
use crate::catalogue::names::SourceNames;
use crate::disk::DiskError;
use crate::extract::{Address, Kind, Link, Posted, subject};

pub use budget::{Budget, Stopped};
pub use facets::Facet;
pub use field::{Filter, FilterField, MOST_FILTERS};
pub use highlight::{Snippet, excerpt};
pub use run::{Answer, Found, Request, Searcher};
pub use suggest::{Suggested, Suggestion};
pub use understand::{
    Correction, LastWord, PreferredSources, Understanding, Understood, UnderstoodTopic,
};

/// Changes when the schema or what is written into it does: then every section is indexed anew.
pub const VERSION: u32 = 11;

/// A section's name: 64 bits of a hash of source, path, heading trail, ordinal and chunk, in hex.
///
/// It stays the same while text round it changes, so that links to it keep working. A thread's posts go by GitHub's
/// ids instead of headings: a title may be edited, and votes change the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(pub u64);

impl SectionId {
    /// The id of a section of the file `path` in `source`.
    pub fn of(source: &str, path: &str, section: &crate::extract::Section) -> SectionId {
        let mut hash = blake3::Hasher::new();
        for part in [source, path] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        match section.address {
            Address::Question => hash.update(b"question\0"),
            Address::Comment(id) => return SectionId::of_comment(source, path, id, section.chunk),
            _ => {
                for heading in &section.headings {
                    hash.update(heading.as_bytes()).update(b"\0");
                }
                hash.update(&section.ordinal.to_le_bytes())
            }
        };
        hash.update(&section.chunk.to_le_bytes());
        SectionId(first_u64(&hash.finalize()))
    }

    /// The id of the section `chunk` (from 0) of the comment `comment` of the thread `path` in `source`.
    pub fn of_comment(source: &str, path: &str, comment: NonZeroU64, chunk: u32) -> SectionId {
        let mut hash = blake3::Hasher::new();
        for part in [source, path, "comment"] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        hash.update(&comment.get().to_le_bytes()).update(&chunk.to_le_bytes());
        SectionId(first_u64(&hash.finalize()))
    }

    /// The id that `text`, 16 hexadecimal digits, names.
    pub fn parse(text: &str) -> Option<SectionId> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_hex).map(SectionId)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for SectionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SectionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        SectionId::parse(&text).ok_or_else(|| serde::de::Error::custom("no section id"))
    }
}

/// The first 64 bits of a hash.
pub(crate) fn first_u64(hash: &blake3::Hash) -> u64 {
    let bytes = hash.as_bytes();
    bytes.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

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

/// Why a search could not be answered, or the index not be written.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    // Not its source: tantivy's errors quote each other, and one sentence is enough.
    #[error("the search index: {0}")]
    Tantivy(tantivy::TantivyError),
    #[error("the search index: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the search index in {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// Reading it panicked.
    #[error("the search index in {} failed to be read: it may be damaged", .0.display())]
    Failed(PathBuf),
    #[error("the search index holds a section that can't be decoded: {0}")]
    Decode(String),
    #[error(
        "the query has {named} different filters, and at most {} are allowed; leave some out",
        MOST_FILTERS
    )]
    TooManyFilters { named: usize },
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What `read` gives of an index: tantivy panics on some damaged files, which is the error `damaged` here.
fn guarded<T>(
    damaged: impl FnOnce() -> SearchError,
    read: impl FnOnce() -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> SearchError {
        SearchError::Tantivy(error)
    }
}

impl SearchError {
    /// Whether it says that the index can't be read, rather than something of the request.
    pub fn is_damage(&self) -> bool {
        !matches!(self, SearchError::TooManyFilters { .. } | SearchError::Stopped(_))
    }

    /// Of an `error` in what is stored of a section.
    fn decode(error: impl fmt::Display) -> SearchError {
        SearchError::Decode(error.to_string())
    }
}
