//! Drafts: topics, steps and contexts as written in the files, before the rules of a vocabulary are checked.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{LabelRule, Requirement, Step, Topic, TopicSlug, Vocabulary, label};

/// A topic as written, before the rules are checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// The index of the first file with a statement about the topic.
    pub file: usize,
    pub is_concept: bool,
    pub pref_labels: Vec<String>,
    pub alt_labels: Vec<String>,
    pub definitions: Vec<String>,
    pub broader: Vec<String>,
    pub related: Vec<String>,
    pub requires: Vec<(String, String)>,
    pub rules: Vec<DraftRule>,
    pub exact_match: Vec<String>,
    pub top: bool,
}

/// A rule as written.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftRule {
    /// The rule, whose `near` lacks the words of the contexts.
    pub rule: LabelRule,
    /// The slugs of the contexts that the rule refers to, sorted.
    pub contexts: Vec<String>,
}

impl DraftRule {
    /// Whether the rule requires certain words near the label.
    pub fn needs_words(&self) -> bool {
        !self.rule.near.is_empty() || !self.contexts.is_empty()
    }

    /// The rule, with the words of its contexts, which `all` contains. Words of the label itself are left out: they would
    /// always be near it.
    fn resolved(self, all: &BTreeMap<String, Vec<String>>) -> LabelRule {
        let mut rule = self.rule;
        let own = format!(" {} ", label::key(&rule.label));
        let words = self.contexts.iter().filter_map(|context| all.get(context)).flatten();
        let others = words.filter(|word| !own.contains(&format!(" {} ", label::key(word))));
        rule.near.extend(others.cloned());
        rule.near.sort();
        rule.near.dedup();
        rule
    }
}

/// The content of all files.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    pub topics: BTreeMap<String, Draft>,
    /// The slugs of the steps, in the order of the RDF list in the files (`skos:memberList`).
    pub step_order: Vec<String>,
    pub step_labels: HashMap<String, String>,
    /// The `skos:hiddenLabel`s of each step.
    pub step_headings: HashMap<String, Vec<String>>,
    /// The words of each context, by its slug.
    pub contexts: BTreeMap<String, Vec<String>>,
    /// For each `skos:member`: the step's slug, the topic's slug, and the index of the file.
    pub members: Vec<(String, String, usize)>,
}

impl Drafts {
    /// Makes the vocabulary of these drafts. The result is valid only if the check of the rules found no fault.
    pub fn into_vocabulary(self, version: String) -> Vocabulary {
        let slugs = |slugs: Vec<String>| slugs.into_iter().map(TopicSlug).collect::<Vec<_>>();
        let steps: Vec<Step> = self
            .step_order
            .iter()
            .map(|slug| Step {
                slug: slug.clone(),
                label: self.step_labels.get(slug).unwrap_or(slug).clone(),
                headings: self.step_headings.get(slug).cloned().unwrap_or_default(),
            })
            .collect();
        let members: HashSet<(&str, &str)> =
            self.members.iter().map(|(step, topic, _)| (step.as_str(), topic.as_str())).collect();
        let topics = self.topics.into_iter().map(|(slug, draft)| {
            let serves = |step: &&String| members.contains(&(step.as_str(), slug.as_str()));
            Topic {
                steps: self.step_order.iter().filter(serves).cloned().collect(),
                pref_label: draft.pref_labels.into_iter().next().unwrap_or_default(),
                alt_labels: draft.alt_labels,
                definition: draft.definitions.into_iter().next().unwrap_or_default(),
                broader: slugs(draft.broader),
                related: slugs(draft.related),
                requires: draft
                    .requires
                    .into_iter()
                    .map(|(topic, why)| Requirement { topic: TopicSlug(topic), why })
                    .collect(),
                rules: draft.rules.into_iter().map(|rule| rule.resolved(&self.contexts)).collect(),
                exact_match: draft.exact_match,
                top: draft.top,
                slug: TopicSlug(slug),
            }
        });
        Vocabulary { topics: topics.collect(), steps, version }
    }
}
