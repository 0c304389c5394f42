//! Topics, steps and the whole vocabulary, with look-ups by slug.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The namespaces of the vocabulary's files and of exports.
pub const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
pub const CAIRN: &str = "urn:cairn:schema:";
pub const TOPIC: &str = "urn:cairn:topic:";
pub const STEP: &str = "urn:cairn:step:";
pub const SCHEME: &str = "urn:cairn:scheme:";

/// The field of knowledge whose topics are case studies.
const CASES: &str = "case-studies";

/// A topic's name in URLs: lower-case words joined by hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicSlug(pub String);

impl fmt::Display for TopicSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A topic that must be understood before another, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub topic: TopicSlug,
    pub why: String,
}

/// Limits where a label counts as its topic: for labels that are also plain English or another topic's acronym.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRule {
    pub label: String,
    /// If not empty, the label counts only if one of these is near it in the same sentence, or in the section's
    /// headings.
    pub near: Vec<String>,
    /// Phrases that contain the label without meaning the topic ("serving size").
    pub except: Vec<String>,
    /// Whether the label counts only if the text has the same capitals.
    pub capitals: bool,
    /// Whether the label counts only in a heading.
    pub heading_only: bool,
    /// Whether other topics intentionally have the same label.
    pub ambiguous: bool,
}

/// A topic: its labels, its definition and its relations to other topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    pub slug: TopicSlug,
    pub pref_label: String,
    pub alt_labels: Vec<String>,
    pub definition: String,
    pub broader: Vec<TopicSlug>,
    pub related: Vec<TopicSlug>,
    pub requires: Vec<Requirement>,
    /// Slugs of the steps that it belongs to, in the steps' order.
    pub steps: Vec<String>,
    pub rules: Vec<LabelRule>,
    /// URLs of the same concept in other vocabularies, such as Wikidata.
    pub exact_match: Vec<String>,
    /// Whether it is a field of knowledge: a top concept.
    pub top: bool,
}

impl Topic {
    /// All labels, the preferred one first.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.pref_label.as_str()).chain(self.alt_labels.iter().map(String::as_str))
    }

    /// The rule for `label`, if it has one.
    pub fn rule(&self, label: &str) -> Option<&LabelRule> {
        self.rules.iter().find(|rule| rule.label == label)
    }
}

/// One of the eight steps of a design answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub slug: String,
    pub label: String,
    /// Words that assign a section to the step when its heading contains them (`skos:hiddenLabel`).
    pub headings: Vec<String>,
}

/// All topics sorted by slug, and the steps in the order of a design answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    pub topics: Vec<Topic>,
    pub steps: Vec<Step>,
    /// A hash of all files. Documents that were annotated under another version are annotated again.
    pub version: String,
}

impl Vocabulary {
    /// The topic with `slug`. O(log topics).
    pub fn topic(&self, slug: &str) -> Option<&Topic> {
        self.position(slug).map(|at| &self.topics[at])
    }

    /// The index of `slug` in `Vocabulary::topics`. O(log topics).
    pub fn position(&self, slug: &str) -> Option<usize> {
        self.topics.binary_search_by(|topic| topic.slug.0.as_str().cmp(slug)).ok()
    }

    /// Indices of the case studies: all topics below `case-studies`. O(topics · depth).
    pub fn cases(&self) -> impl Iterator<Item = usize> {
        let field = self.position(CASES).and_then(|at| u32::try_from(at).ok());
        let is_case = move |at: &usize| field.is_some_and(|field| self.above(*at).contains(&field));
        (0..self.topics.len()).filter(is_case)
    }

    /// Indices of all topics that are directly or indirectly broader than the one at `at`. O(such topics · log topics).
    pub fn above(&self, at: usize) -> Vec<u32> {
        let mut above: Vec<u32> = Vec::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for place in self.topics[at].broader.iter().filter_map(|slug| self.position(&slug.0)) {
                let number = u32::try_from(place).unwrap_or(u32::MAX);
                if !above.contains(&number) {
                    above.push(number);
                    open.push(place);
                }
            }
        }
        above
    }
}
