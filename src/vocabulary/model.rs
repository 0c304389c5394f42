//! Topics, steps and the whole vocabulary, with look-ups by slug.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The namespace of SKOS.
pub const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
/// The namespace of the properties that Cairn adds to SKOS.
pub const CAIRN: &str = "urn:cairn:schema:";
/// The namespace of topics.
pub const TOPIC: &str = "urn:cairn:topic:";
/// The namespace of the steps of a design answer.
pub const STEP: &str = "urn:cairn:step:";
/// The namespace of contexts: named lists of words, for rules.
pub const CONTEXT: &str = "urn:cairn:context:";
/// The namespace of concept schemes.
pub const SCHEME: &str = "urn:cairn:scheme:";

/// The slug of the field of knowledge whose topics are the case studies.
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

/// A rule that limits where a label counts as a mention of its topic. Needed for labels that are also plain English or
/// an acronym of another topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRule {
    pub label: String,
    /// Words that must be near the label. If not empty, the label counts only if at least one of them is near it in the
    /// same sentence, or in the section's headings.
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
    /// The slugs of the steps that the topic belongs to, in the order of the steps.
    pub steps: Vec<String>,
    pub rules: Vec<LabelRule>,
    /// URLs of the same concept in other vocabularies, such as Wikidata.
    pub exact_match: Vec<String>,
    /// Whether the topic is a field of knowledge, that is a top concept.
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
    /// Heading words (`skos:hiddenLabel`). A section whose heading contains them, or that is near them in meaning, is
    /// likelier to belong to the step.
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

    /// The indices of the case studies, that is of all topics below `case-studies`. O(topics · depth).
    pub fn cases(&self) -> impl Iterator<Item = usize> {
        let field = self.position(CASES).and_then(|at| u32::try_from(at).ok());
        let is_case = move |at: &usize| field.is_some_and(|field| self.above(*at).contains(&field));
        (0..self.topics.len()).filter(is_case)
    }

    /// The indices of all topics that are directly or indirectly broader than the topic with the index `at`.
    /// O(broader topics · log topics).
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
