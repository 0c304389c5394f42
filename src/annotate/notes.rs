//! The annotation of a document and its sections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::copies;

/// How much a section is about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Salience {
    /// One of the few topics that the section is about.
    Main,
    /// Mentioned in passing.
    Mentioned,
}

/// A topic that a section mentions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The topic's index in the vocabulary.
    pub topic: u32,
    /// The words that name the topic, as written: in the innermost heading that names it, else in the title, else at
    /// the first match in the text.
    pub label: String,
    /// The byte range of the first match in the section's text; `None` if only headings or the title name the topic.
    pub at: Option<(u32, u32)>,
    /// The number of times that the section's text and its own heading name the topic.
    pub count: u32,
    pub salience: Salience,
}

/// A sentence that names at least two topics. It is evidence for an edge between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoMention {
    pub sentence: String,
    /// The indices of the topics in the vocabulary, ascending, without duplicates.
    pub topics: Vec<u32>,
    /// For each topic, the byte range of the words that name it first.
    pub spans: Vec<(u32, u32)>,
    /// For each topic, the cosine of the sentence and the topic's labels and definition, in hundredths. Empty if the meaning
    /// of the sentence is not known.
    pub nearness: Vec<i8>,
}

/// The topics that a link may be about, as indices in the vocabulary. If a text names a topic twice, its list contains
/// the topic twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTopics {
    /// The topics that the link's text names.
    pub anchor: Vec<u32>,
    /// The topics that the sentence with the link names; empty if the sentence names too many.
    pub sentence: Vec<u32>,
    /// The topics that the heading above the link names.
    pub heading: Vec<u32>,
}

/// A step of a design answer that a section may belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionStep {
    /// The index of the step in the vocabulary.
    pub step: u8,
    /// How much supports it, in hundredths.
    pub support: i16,
}

/// With at least this support, in hundredths, a section belongs to a step; with less, it probably serves none.
const LEAST_SUPPORT: i16 = 310;

impl SectionStep {
    /// Whether the support is enough to say that the section belongs to the step.
    pub fn is_certain(self) -> bool {
        self.support >= LEAST_SUPPORT
    }
}

/// The purpose of a section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionRole {
    /// The section has content on its subject.
    #[default]
    Content,
    /// The section consists of links, such as a table of contents, or a list of links without descriptions.
    Navigation,
    /// The section is about the repository itself, such as its licence, its contributors or how to cite it.
    Boilerplate,
    /// The section is not about machine learning or software: neither the section nor its neighbours name a topic, and
    /// its document has few words that are common in texts on machine learning and software.
    OffTopic,
    /// The section has content on its subject, but consists of code with at most a short introduction.
    Code,
}

impl SectionRole {
    /// Whether a section with this role has content on its subject, in prose or code.
    pub fn has_content(self) -> bool {
        matches!(self, SectionRole::Content | SectionRole::Code)
    }
}

/// The annotation of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionNotes {
    /// One mention for each topic, the most salient first.
    pub mentions: Vec<Mention>,
    pub co_mentions: Vec<CoMention>,
    /// For each link of the section, in order, the topics that it may be about.
    pub cited: Vec<LinkTopics>,
    /// The steps of a design answer that the section may belong to, the best first.
    pub steps: Vec<SectionStep>,
    /// The language code of the section (ISO 639-1), if it was detected and differs from the document's.
    pub language: Option<String>,
    pub role: SectionRole,
    /// A hash that is equal for exact copies; `None` if the section is too short.
    pub fingerprint: Option<u64>,
    /// A signature for finding candidates for near-copies; `None` if the section is too short.
    pub signature: Option<copies::MinHashSignature>,
}

impl SectionNotes {
    /// The index (in the vocabulary) of the step of a design answer that the section belongs to, if any.
    pub fn step(&self) -> Option<u8> {
        self.certain_steps().next()
    }

    /// The indices of all steps that the section belongs to, the best first.
    pub fn certain_steps(&self) -> impl Iterator<Item = u8> {
        self.steps.iter().filter(|step| step.is_certain()).map(|step| step.step)
    }
}

/// The annotation of one document, with its sections in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The language code of the document (ISO 639-1), if it was detected.
    pub language: Option<String>,
    pub sections: Vec<SectionNotes>,
}
