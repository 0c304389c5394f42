//! A work that sources cite.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ResourceKind;
use crate::catalogue::Voices;

/// What a source says where it cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    pub source: String,
    pub sentence: String,
}

/// A work that sources cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub url: String,
    /// Its other addresses.
    pub also: Vec<String>,
    /// The most common good link text.
    pub title: String,
    pub kind: ResourceKind,
    /// Where the address tells it.
    pub year: Option<u16>,
    /// Ids of the sources that cite it, sorted; [`Resource::cited_by`] counts them.
    pub sources: Vec<String>,
    /// Places in the vocabulary of the topics that its titles, the sentences that cite it and the headings
    /// above those name, the surest first.
    pub topics: Vec<u32>,
    /// What sources say of it, the most telling first, one sentence a voice.
    pub said: Vec<Said>,
    /// The day since which its address leads nowhere, if it was found so.
    pub dead_since: Option<String>,
}

impl Resource {
    /// How many independent voices cite it. O(sources).
    pub fn cited_by(&self, voices: &Voices) -> usize {
        voices.count(self.sources.iter().map(String::as_str))
    }
}
