//! Finds the vocabulary's labels in text: longest match over normalised words.
//!
//! Aho and Corasick's automaton ("Efficient string matching", CACM 18(6), 1975) over words that
//! are fenced by marks, so that no label matches inside a word; then the rules for labels that are
//! also plain English.

use std::collections::HashMap;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};

use crate::vocabulary::label::{self, Token};
use crate::vocabulary::{LabelRule, Vocabulary};

/// Fences round each word; no word holds them, for words are letters and digits.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// A label found in a text, by byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub topic: u32,
    pub start: usize,
    pub end: usize,
}

struct Owner {
    topic: u32,
    rule: Option<LabelRule>,
}

/// The vocabulary, compiled for finding.
pub struct Tagger {
    automaton: Option<DoubleArrayAhoCorasick<u32>>,
    /// By pattern: the topics that have the label.
    owners: Vec<Vec<Owner>>,
    /// Heading words of each step, as fenced patterns.
    pub(super) steps: Vec<Vec<String>>,
    /// For each topic the steps that it serves.
    pub(super) topic_steps: Vec<Vec<u8>>,
    /// How messages and stored notes know which vocabulary this was.
    pub version: String,
}

impl Tagger {
    /// Compiles `vocabulary`. O(total length of labels).
    pub fn new(vocabulary: &Vocabulary) -> Tagger {
        let mut patterns: Vec<String> = Vec::new();
        let mut owners: Vec<Vec<Owner>> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (at, topic) in vocabulary.topics.iter().enumerate() {
            for text in topic.labels() {
                let pattern = fenced(&label::tokens(text));
                if pattern.is_empty() {
                    continue;
                }
                let place = *known.entry(pattern.clone()).or_insert_with(|| {
                    patterns.push(pattern);
                    owners.push(Vec::new());
                    owners.len() - 1
                });
                let topic_at = u32::try_from(at).unwrap_or(u32::MAX);
                // Two spellings of one topic may fold to one pattern; the rule-free one wins.
                match owners[place].iter_mut().find(|owner| owner.topic == topic_at) {
                    Some(owner) if topic.rule(text).is_none() => owner.rule = None,
                    Some(_) => {}
                    None => owners[place]
                        .push(Owner { topic: topic_at, rule: topic.rule(text).cloned() }),
                }
            }
        }
        let automaton = DoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .map_err(|error| tracing::warn!(%error, "the vocabulary has no usable label"))
            .ok();
        let step_place = |slug: &String| {
            let place = vocabulary.steps.iter().position(|step| step.slug == *slug)?;
            u8::try_from(place).ok()
        };
        Tagger {
            automaton,
            owners,
            steps: vocabulary
                .steps
                .iter()
                .map(|step| step.headings.iter().map(|h| fenced(&label::tokens(h))).collect())
                .collect(),
            topic_steps: vocabulary
                .topics
                .iter()
                .map(|topic| topic.steps.iter().filter_map(step_place).collect())
                .collect(),
            version: vocabulary.version.clone(),
        }
    }

    /// The topics named in `text`, one sentence or heading; `trail` is the section's headings.
    pub(super) fn find(&self, text: &str, trail: &str, in_heading: bool) -> Vec<Found> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let tokens = label::tokens(text);
        let haystack = fenced(&tokens);
        let mut starts = Vec::with_capacity(tokens.len());
        let mut at = 0;
        for token in &tokens {
            starts.push(at);
            at += token.normal.len() + 2;
        }
        let mut found = Vec::new();
        for hit in automaton.leftmost_find_iter(&haystack) {
            let first = starts.partition_point(|start| *start < hit.start());
            let last = starts.partition_point(|start| *start < hit.end()) - 1;
            let (start, end) = (tokens[first].start, tokens[last].end);
            for owner in &self.owners[hit.value() as usize] {
                let allowed = owner.rule.as_ref().is_none_or(|rule| {
                    allows(rule, &text[start..end], &haystack, trail, in_heading)
                });
                if allowed {
                    found.push(Found { topic: owner.topic, start, end });
                }
            }
        }
        found
    }
}

fn allows(rule: &LabelRule, written: &str, haystack: &str, trail: &str, in_heading: bool) -> bool {
    if rule.heading_only && !in_heading {
        return false;
    }
    if rule.capitals && written.trim_end_matches('s') != rule.label.trim_end_matches('s') {
        return false;
    }
    if rule.near.is_empty() {
        return true;
    }
    let trail = fenced(&label::tokens(trail));
    rule.near.iter().any(|near| {
        let near = fenced(&label::tokens(near));
        haystack.contains(&near) || trail.contains(&near)
    })
}

/// The words' normal forms, each between fences.
pub(super) fn fenced(tokens: &[Token]) -> String {
    let mut text = String::with_capacity(tokens.len() * 8);
    for token in tokens {
        text.push(OPEN);
        text.push_str(&token.normal);
        text.push(CLOSE);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Topic, TopicSlug};

    fn topic(slug: &str, labels: &[&str], rules: Vec<LabelRule>) -> Topic {
        Topic {
            slug: TopicSlug(slug.into()),
            pref_label: labels[0].into(),
            alt_labels: labels[1..].iter().map(|l| (*l).to_owned()).collect(),
            definition: String::new(),
            broader: Vec::new(),
            related: Vec::new(),
            requires: Vec::new(),
            steps: Vec::new(),
            rules,
            top: false,
        }
    }

    fn found(topics: Vec<Topic>, text: &str, trail: &str) -> Vec<(u32, String)> {
        let vocabulary = Vocabulary { topics, ..Vocabulary::default() };
        let found = Tagger::new(&vocabulary).find(text, trail, false);
        found.into_iter().map(|f| (f.topic, text[f.start..f.end].to_owned())).collect()
    }

    #[test]
    fn the_longest_label_wins_and_neighbours_are_both_found() {
        let topics = vec![
            topic("a", &["feature"], vec![]),
            topic("b", &["feature store"], vec![]),
            topic("c", &["ranking model"], vec![]),
        ];
        let text = "Feature-stores, ranking models; featured";
        assert_eq!(
            found(topics, text, ""),
            [(1, "Feature-stores".into()), (2, "ranking models".into())]
        );
    }

    #[test]
    fn rules_ask_for_capitals_company_and_headings() {
        let rule = |label: &str| LabelRule { label: label.into(), ..LabelRule::default() };
        let topics = || {
            vec![
                topic(
                    "map",
                    &["MAP"],
                    vec![LabelRule { capitals: true, near: vec!["ranking".into()], ..rule("MAP") }],
                ),
                topic(
                    "mon",
                    &["monitoring"],
                    vec![LabelRule { heading_only: true, ..rule("monitoring") }],
                ),
            ]
        };
        assert!(found(topics(), "a map of ranking", "").is_empty());
        assert!(found(topics(), "MAP of the city", "").is_empty());
        assert_eq!(found(topics(), "MAP for ranking", "").len(), 1);
        assert_eq!(found(topics(), "we use MAP", "Rankings").len(), 1);
        assert!(found(topics(), "monitoring", "").is_empty());
    }
}
