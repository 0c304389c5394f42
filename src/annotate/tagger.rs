//! Finds the vocabulary's labels in text: longest match over normalised words.
//!
//! Aho and Corasick's automaton ("Efficient string matching", CACM 18(6), 1975) over words that
//! are fenced by marks, so that no label matches inside a word; then the rules for labels that are
//! also plain English.

use std::collections::HashMap;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};
use memchr::memmem::Finder;

use super::company::{Rule, Trail};
use super::folded::{Folded, fenced, finder};
use crate::vocabulary::label::{self, Token};
use crate::vocabulary::{Topic, Vocabulary};

/// Bytes of a folded text in which a label's company is looked for, on each side of it. Longer sentences are
/// none; looking through all of one for each label in it could take for ever.
const COMPANY: usize = 600;

/// In so many places of one sentence a label is asked for its company: more are no sentence's.
const MOST_ASKED: usize = 16;

/// A label found in a text, by byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub topic: u32,
    pub start: usize,
    pub end: usize,
}

struct Owner {
    topic: u32,
    rule: Option<Rule>,
}

/// The vocabulary, compiled for finding.
pub struct Tagger {
    automaton: Option<DoubleArrayAhoCorasick<u32>>,
    /// By pattern: the topics that have the label.
    owners: Vec<Vec<Owner>>,
    /// Heading words of each step, as fenced patterns.
    pub(super) steps: Vec<Vec<Finder<'static>>>,
    /// For each topic the steps that it serves.
    pub(super) topic_steps: Vec<Vec<u8>>,
    /// The fields of knowledge.
    fields: Vec<bool>,
    /// For each topic those directly above it, fields of knowledge left out.
    kinds: Vec<Vec<u32>>,
    /// How messages and stored notes know which vocabulary this was.
    pub version: String,
}

impl Tagger {
    /// Compiles `vocabulary`. O(total length of labels).
    pub fn new(vocabulary: &Vocabulary) -> Tagger {
        let all: Vec<usize> = (0..vocabulary.topics.len()).collect();
        Tagger::over(vocabulary, &all)
    }

    /// Compiles the topics at `places` of `vocabulary`; what is found has their places.
    pub(super) fn over(vocabulary: &Vocabulary, places: &[usize]) -> Tagger {
        let mut labels = Labels::default();
        for at in places {
            labels.add(*at, &vocabulary.topics[*at]);
        }
        let Labels { patterns, owners, .. } = labels;
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
                .map(|step| step.headings.iter().map(|heading| finder(heading)).collect())
                .collect(),
            topic_steps: vocabulary
                .topics
                .iter()
                .map(|topic| topic.steps.iter().filter_map(step_place).collect())
                .collect(),
            version: vocabulary.version.clone(),
            fields: vocabulary.topics.iter().map(|topic| topic.top).collect(),
            kinds: (0..vocabulary.topics.len()).map(|at| kinds(vocabulary, at)).collect(),
        }
    }

    /// Whether `topic` is a field of knowledge.
    pub(super) fn is_field(&self, topic: u32) -> bool {
        self.fields.get(topic as usize).copied().unwrap_or(false)
    }

    /// What `topic` is a kind or a part of, fields of knowledge left out.
    pub(super) fn kinds(&self, topic: u32) -> &[u32] {
        self.kinds.get(topic as usize).map_or(&[], Vec::as_slice)
    }

    /// The topics named in `heading`, of which some may need more company than the headings `trail` give: that
    /// is asked of `text`, below the heading, only then.
    pub(super) fn find_in_heading(&self, heading: &str, trail: &Trail, text: &str) -> Vec<Found> {
        let found = self.find(heading, trail, true);
        let Some(automaton) = &self.automaton else { return found };
        let folded = Folded::of(heading).text;
        let hits = automaton.leftmost_find_iter(&folded);
        let owners: usize = hits.map(|hit| self.owners[hit.value() as usize].len()).sum();
        if found.len() == owners {
            return found;
        }
        self.find(heading, &trail.with(text), true)
    }

    /// The topics named in `text`, one sentence or heading, below the headings `trail`.
    pub(super) fn find(&self, text: &str, trail: &Trail, in_heading: bool) -> Vec<Found> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let Folded { text: folded, words } = Folded::of(text);
        let mut found = Vec::new();
        let mut asked: HashMap<u32, usize> = HashMap::new();
        for hit in automaton.leftmost_find_iter(&folded) {
            let first = words.partition_point(|(at, ..)| *at < hit.start());
            let last = words.partition_point(|(at, ..)| *at < hit.end()) - 1;
            let (start, end) = (words[first].1, words[last].2);
            let from = hit.start().saturating_sub(COMPANY);
            let round = &folded.as_bytes()[from..folded.len().min(hit.end() + COMPANY)];
            for owner in &self.owners[hit.value() as usize] {
                let allowed = owner.rule.as_ref().is_none_or(|rule| {
                    let asked = asked.entry(hit.value()).or_insert(0);
                    *asked += 1;
                    *asked <= MOST_ASKED && rule.allows(&text[start..end], round, trail, in_heading)
                });
                if allowed {
                    found.push(Found { topic: owner.topic, start, end });
                }
            }
        }
        found
    }
}

/// The topics directly above the one at `at`, fields of knowledge left out.
fn kinds(vocabulary: &Vocabulary, at: usize) -> Vec<u32> {
    let above =
        vocabulary.topics[at].broader.iter().filter_map(|slug| vocabulary.position(&slug.0));
    let kinds = above.filter(|above| !vocabulary.topics[*above].top);
    kinds.filter_map(|above| u32::try_from(above).ok()).collect()
}

/// The labels of a vocabulary as patterns, each with the topics that have it.
#[derive(Default)]
struct Labels {
    patterns: Vec<String>,
    owners: Vec<Vec<Owner>>,
    known: HashMap<String, usize>,
}

impl Labels {
    /// Adds the labels of `topic`, which stands at `at`. A wording that one of its rules excepts is a pattern
    /// that nothing owns: being longer, it wins over the label in it.
    fn add(&mut self, at: usize, topic: &Topic) {
        for except in topic.rules.iter().flat_map(|rule| &rule.except) {
            self.place(&label::tokens(except));
        }
        let topic_at = u32::try_from(at).unwrap_or(u32::MAX);
        for text in topic.labels() {
            let Some(place) = self.place(&label::tokens(text)) else { continue };
            let owners = &mut self.owners[place];
            // Two spellings of one topic may fold to one pattern; the rule-free one wins.
            match owners.iter_mut().find(|owner| owner.topic == topic_at) {
                Some(owner) if topic.rule(text).is_none() => owner.rule = None,
                Some(_) => {}
                None => {
                    owners.push(Owner { topic: topic_at, rule: topic.rule(text).map(Rule::new) })
                }
            }
        }
    }

    /// The place of the pattern of `tokens`; `None` if there are none.
    fn place(&mut self, tokens: &[Token]) -> Option<usize> {
        let pattern = fenced(tokens);
        if pattern.is_empty() {
            return None;
        }
        let next = self.patterns.len();
        let place = *self.known.entry(pattern.clone()).or_insert(next);
        if place == next {
            self.patterns.push(pattern);
            self.owners.push(Vec::new());
        }
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{LabelRule, TopicSlug};

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
            exact_match: Vec::new(),
            top: false,
        }
    }

    fn found(topics: Vec<Topic>, text: &str, trail: &str) -> Vec<(u32, String)> {
        let vocabulary = Vocabulary { topics, ..Vocabulary::default() };
        let found = Tagger::new(&vocabulary).find(text, &Trail::of([trail]), false);
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

    #[test]
    fn company_is_looked_for_round_a_label_only_so_that_no_text_takes_for_ever() {
        let rule =
            LabelRule { label: "map".into(), near: vec!["ranking".into()], ..LabelRule::default() };
        let topics = || vec![topic("map", &["map"], vec![rule.clone()])];
        let long = format!("a map {} of ranking", "and so on ".repeat(100));
        assert!(found(topics(), &long, "").is_empty());
        let started = std::time::Instant::now();
        found(topics(), &"a map of maps ".repeat(100_000), "");
        assert!(started.elapsed().as_secs() < 20);
    }

    #[test]
    fn a_label_does_not_count_in_a_wording_that_its_rule_excepts() {
        let rule = LabelRule {
            label: "serving".into(),
            except: vec!["serving size".into()],
            ..LabelRule::default()
        };
        let topics = vec![topic("serving", &["serving"], vec![rule])];
        let text = "Serving sizes differ; serving models does too";
        assert_eq!(found(topics, text, ""), [(0, "serving".into())]);
    }
}
