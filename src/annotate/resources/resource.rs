//! A work that sources cite, with its kind, topics and citations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Voices;

/// The kind of a resource.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    Paper,
    Article,
    Video,
    Course,
    Book,
    Code,
    Tool,
    Dataset,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [ResourceKind; 8] = [
        ResourceKind::Paper,
        ResourceKind::Article,
        ResourceKind::Video,
        ResourceKind::Course,
        ResourceKind::Book,
        ResourceKind::Code,
        ResourceKind::Tool,
        ResourceKind::Dataset,
    ];

    /// Its name in responses.
    pub fn as_str(self) -> &'static str {
        match self {
            ResourceKind::Paper => "paper",
            ResourceKind::Article => "article",
            ResourceKind::Video => "video",
            ResourceKind::Course => "course",
            ResourceKind::Book => "book",
            ResourceKind::Code => "code",
            ResourceKind::Tool => "tool",
            ResourceKind::Dataset => "dataset",
        }
    }
}

/// A sentence in which a source cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitingSentence {
    pub source: String,
    pub sentence: String,
}

/// A work that sources cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitedResource {
    pub url: String,
    /// Its other URLs.
    pub also: Vec<String>,
    /// The title that arXiv gives, else the most common suitable link text, else a title from the URL, else the URL
    /// itself.
    pub title: String,
    pub kind: ResourceKind,
    /// The year of publication, if arXiv gives it or a URL contains it.
    pub year: Option<u16>,
    /// Ids of the sources that cite it, sorted; [`CitedResource::cited_by`] counts them.
    pub sources: Vec<String>,
    /// Vocabulary indices of at most five topics, the highest weight first. The topics are named by link texts, by the
    /// sentences with the links, or by the headings above the links.
    pub topics: Vec<u32>,
    /// Sentences that cite it, the longest first, one per voice.
    pub said: Vec<CitingSentence>,
    /// The day since which its URL is dead, if it is.
    pub dead_since: Option<String>,
}

impl CitedResource {
    /// How many independent voices cite it. O(sources).
    pub fn cited_by(&self, voices: &Voices) -> usize {
        voices.count(self.sources.iter().map(String::as_str))
    }
}
