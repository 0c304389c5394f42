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
    /// All kinds of resources.
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

    /// The kind's name in responses.
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
    /// Other URLs of the same work.
    pub also: Vec<String>,
    /// The title that arXiv gives, else the most common suitable link text, else a title from the URL, else the URL
    /// itself.
    pub title: String,
    pub kind: ResourceKind,
    /// The year of publication, if arXiv gives it, a URL contains it, or a citation has it in brackets.
    pub year: Option<u16>,
    /// The number of independent voices that cite the work. It determines the order of resources. Later the catalogue
    /// may assign other voices, so readers use [`CitedResource::cited_by`]. The previous format does not contain it.
    #[serde(skip)]
    pub voices: u32,
    /// The ids of the sources that cite the work, sorted. [`CitedResource::cited_by`] counts their voices.
    pub sources: Vec<String>,
    /// The indices in the vocabulary of at most five topics, the highest weight first. The title or a link's text names the
    /// topic, or two independent voices cite the work under it: in sentences or under headings that name it.
    pub topics: Vec<u32>,
    /// A few sentences that cite the work, each from a different voice, the longest first.
    pub said: Vec<CitingSentence>,
    /// The day on which `url` was first found dead (`YYYY-MM-DD`); `None` if it is not dead.
    pub dead_since: Option<String>,
}

impl CitedResource {
    /// The number of independent voices that cite the work. O(sources).
    pub fn cited_by(&self, voices: &Voices) -> usize {
        voices.count(self.sources.iter().map(String::as_str))
    }
}
