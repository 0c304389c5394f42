//! What is known of a document and its sections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::copies;

/// How much a section is about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Salience {
    /// One of the few topics that the section is about.
    Main,
    /// Said in passing.
    Mentioned,
}

/// A topic that a section speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The topic's place in the vocabulary.
    pub topic: u32,
    /// The words that matched first, as written.
    pub label: String,
    /// Where they stand in the section's text, in bytes; `None` if only in its heading.
    pub at: Option<(u32, u32)>,
    /// How often it is said, heading included.
    pub count: u32,
    pub salience: Salience,
}

/// A sentence that names two topics or more: evidence of an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoMention {
    pub sentence: String,
    /// Places in the vocabulary, ascending, no repeats.
    pub topics: Vec<u32>,
}

/// The topics that a link is about: places in the vocabulary, as often as they are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Named by its own words.
    pub anchor: Vec<u32>,
    /// Named by the sentence that it stands in.
    pub sentence: Vec<u32>,
    /// Named by the heading above it.
    pub heading: Vec<u32>,
}

/// What a section is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It says something on its subject.
    #[default]
    Content,
    /// Tables of contents and the like: it leads elsewhere in the same repository.
    Navigation,
    /// Licence, contribution, thanks: it speaks of the repository.
    Boilerplate,
    /// Neither it nor what stands round it names a topic of the vocabulary.
    OffTopic,
}

/// What is known of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionNotes {
    /// One a topic, the most salient first.
    pub mentions: Vec<Mention>,
    pub co_mentions: Vec<CoMention>,
    /// For each of the section's links what it is said to be about.
    pub cited: Vec<Cited>,
    /// The step's place in the vocabulary's order.
    pub step: Option<u8>,
    /// ISO 639-1, where it can be told and is not the document's.
    pub language: Option<String>,
    pub role: Role,
    /// Equal for sections that say the same; `None` for those too short to be a copy.
    pub fingerprint: Option<u64>,
    /// What its near-copies are found by; `None` for those too short to have any.
    pub signature: Option<copies::Signature>,
}

/// What is known of one document, its sections in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// ISO 639-1, where it can be told.
    pub language: Option<String>,
    pub sections: Vec<SectionNotes>,
}
