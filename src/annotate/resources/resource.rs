//! A work that sources cite, with its kind, topics and citations.

use serde::{Deserialize, Serialize};

use super::ResourceKind;
use crate::catalogue::Voices;

/// A sentence in which a source cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub source: String,
    pub sentence: String,
}

/// A work that sources cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub url: String,
    /// Its other URLs.
    pub also: Vec<String>,
    /// The most common suitable link text, else a title from the URL, else the URL itself.
    pub title: String,
    pub kind: ResourceKind,
    /// The year of publication, if a URL contains it.
    pub year: Option<u16>,
    /// Ids of the sources that cite it, sorted; [`Resource::cited_by`] counts them.
    pub sources: Vec<String>,
    /// Indices in the vocabulary of at most five topics, named by link texts, by the sentences with the links and by
    /// the headings above; those with the highest weight first.
    pub topics: Vec<u32>,
    /// Sentences that cite it, the longest first, one per voice.
    pub said: Vec<Said>,
    /// The day since which its URL is dead, if it is.
    pub dead_since: Option<String>,
}

impl Resource {
    /// How many independent voices cite it. O(sources).
    pub fn cited_by(&self, voices: &Voices) -> usize {
        voices.count(self.sources.iter().map(String::as_str))
    }
}
