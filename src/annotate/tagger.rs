//! Finds the vocabulary's labels in text: the longest match over normalised words.
//!
//! Uses the automaton of Aho and Corasick ("Efficient string matching", CACM 18(6), 1975) over fenced words, so that
//! no label matches inside a word. Then the rules for labels that are also plain English are evaluated.

use std::collections::HashMap;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};
use memchr::memmem::Finder;

use super::company::{Rule, Trail};
use super::folded::{Folded, Word, fenced, finder};
use crate::vocabulary::label::{self, Joint, Spelling, Token};
use crate::vocabulary::{Topic, Vocabulary};

/// How far a rule looks for other words on each side of a label, in bytes of folded text. Bounds the cost: with an
/// unlimited range, many labels in one very long "sentence" would take quadratic time.
const COMPANY: usize = 600;

/// The most rule evaluations for one label in one text. Further occurrences with a rule are not tagged; real
/// sentences have fewer.
const MOST_ASKED: usize = 16;

/// A topic found in a text, with the byte range of its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub topic: u32,
    pub start: usize,
    pub end: usize,
}

/// A topic that has the label of a pattern.
struct Owner {
    topic: u32,
    rule: Option<Rule>,
    /// What may separate the words of the label.
    joints: Vec<Joint>,
}

impl Owner {
    /// Whether `words`, the words of the label in `text`, are separated as its joints allow.
    fn fits(&self, text: &str, words: &[Word]) -> bool {
        let gap = |pair: &[Word]| label::is_tight(&text[pair[0].2..pair[1].1]);
        words.windows(2).zip(&self.joints).all(|(pair, joint)| *joint == Joint::Loose || gap(pair))
    }
}

/// An occurrence of a pattern in a text.
struct Hit {
    /// The index of the pattern.
    pattern: usize,
    /// Indices of its first and its last word in the text.
    first: usize,
    last: usize,
}

/// The vocabulary, compiled for matching.
pub struct Tagger {
    automaton: Option<DoubleArrayAhoCorasick<u32>>,
    /// By pattern: the topics that have the label.
    owners: Vec<Vec<Owner>>,
    /// The index of each pattern.
    places: HashMap<String, usize>,
    /// The heading words of each step, as fenced patterns.
    pub(super) steps: Vec<Vec<Finder<'static>>>,
    /// By topic: the indices of the steps that it belongs to.
    pub(super) topic_steps: Vec<Vec<u8>>,
    /// By topic: whether it is a field of knowledge.
    fields: Vec<bool>,
    /// By topic: the topics directly above it, without fields of knowledge.
    kinds: Vec<Vec<u32>>,
    /// The version of the vocabulary, for messages and stored annotations.
    pub version: String,
}

impl Tagger {
    /// Compiles `vocabulary`. O(total length of labels).
    pub fn new(vocabulary: &Vocabulary) -> Tagger {
        let all: Vec<usize> = (0..vocabulary.topics.len()).collect();
        Tagger::over(vocabulary, &all)
    }

    /// Compiles only the topics with the indices `places` in `vocabulary`. Found topics have these indices.
    pub(super) fn over(vocabulary: &Vocabulary, places: &[usize]) -> Tagger {
        let mut labels = Labels::default();
        for at in places {
            labels.add(*at, &vocabulary.topics[*at]);
        }
        let Labels { patterns, owners, places } = labels;
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
            places,
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

    /// The topics directly above `topic`, without fields of knowledge.
    pub(super) fn kinds(&self, topic: u32) -> &[u32] {
        self.kinds.get(topic as usize).map_or(&[], Vec::as_slice)
    }

    /// The topics named in `heading`, below the headings `trail`. If the rules reject some of its labels, they are
    /// evaluated again with the beginning of `text`, the text below the heading.
    pub(super) fn find_in_heading(&self, heading: &str, trail: &Trail, text: &str) -> Vec<Found> {
        let found = self.find(heading, trail, true);
        let folded = Folded::of(heading);
        let owners = self.hits(heading, &folded).into_iter().map(|hit| {
            let mut topics: Vec<u32> =
                self.owners[hit.pattern].iter().map(|owner| owner.topic).collect();
            topics.dedup();
            topics.len()
        });
        if found.len() == owners.sum::<usize>() {
            return found;
        }
        self.find(heading, &trail.with(text), true)
    }

    /// The topics named in `text`, one sentence or heading, below the headings `trail`.
    pub(super) fn find(&self, text: &str, trail: &Trail, in_heading: bool) -> Vec<Found> {
        let folded = Folded::of(text);
        let mut found: Vec<Found> = Vec::new();
        let mut asked: HashMap<usize, usize> = HashMap::new();
        for hit in self.hits(text, &folded) {
            let words = &folded.words[hit.first..=hit.last];
            let (start, end) = (folded.words[hit.first].1, folded.words[hit.last].2);
            let inner = folded.words[hit.first].0..folded.end_of(hit.last);
            let from = inner.start.saturating_sub(COMPANY);
            let round = &folded.text.as_bytes()[from..folded.text.len().min(inner.end + COMPANY)];
            let mut last = None;
            for owner in &self.owners[hit.pattern] {
                let is_known = last == Some(owner.topic);
                let allowed = !is_known
                    && owner.fits(text, words)
                    && owner.rule.as_ref().is_none_or(|rule| {
                        let asked = asked.entry(hit.pattern).or_insert(0);
                        *asked += 1;
                        *asked <= MOST_ASKED
                            && rule.allows(&text[start..end], round, trail, in_heading)
                    });
                if allowed {
                    found.push(Found { topic: owner.topic, start, end });
                    last = Some(owner.topic);
                }
            }
        }
        found
    }

    /// The patterns in `text` from left to right, the longest at each position. If the words are not separated as
    /// a label allows, a shorter pattern that begins with the same word is tried; if none fits, the search continues
    /// at the next word. O(length).
    fn hits(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let words = &folded.words;
        let mut hits = Vec::new();
        let mut from = 0;
        while let Some(hit) = automaton.leftmost_find_iter(&folded.text[from..]).next() {
            let first = words.partition_point(|(at, ..)| *at < from + hit.start());
            let last = words.partition_point(|(at, ..)| *at < from + hit.end()) - 1;
            let hit = Hit { pattern: hit.value() as usize, first, last };
            let hit = if self.fits(&hit, text, words) {
                Some(hit)
            } else {
                self.shorter(&hit, text, folded)
            };
            from = folded.end_of(hit.as_ref().map_or(first, |hit| hit.last));
            hits.extend(hit);
        }
        hits
    }

    fn fits(&self, hit: &Hit, text: &str, words: &[Word]) -> bool {
        let owners = &self.owners[hit.pattern];
        let words = &words[hit.first..=hit.last];
        owners.is_empty() || owners.iter().any(|owner| owner.fits(text, words))
    }

    /// The longest pattern that is shorter than `hit`, begins with the same word and fits the text.
    fn shorter(&self, hit: &Hit, text: &str, folded: &Folded) -> Option<Hit> {
        let start = folded.words[hit.first].0;
        let shorter = (hit.first..hit.last).rev().filter_map(|last| {
            let pattern = *self.places.get(&folded.text[start..folded.end_of(last)])?;
            Some(Hit { pattern, first: hit.first, last })
        });
        shorter.into_iter().find(|hit| self.fits(hit, text, &folded.words))
    }
}

/// The topics directly above the one with index `at`, without fields of knowledge.
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
    places: HashMap<String, usize>,
}

impl Labels {
    /// Adds the labels of `topic`, whose index is `at`. A phrase that one of its rules excepts becomes a pattern
    /// without an owner: being longer, it wins over the label inside it.
    fn add(&mut self, at: usize, topic: &Topic) {
        for except in topic.rules.iter().flat_map(|rule| &rule.except) {
            self.place(&label::tokens(except));
        }
        let topic_at = u32::try_from(at).unwrap_or(u32::MAX);
        for text in topic.labels() {
            for Spelling { words, joints } in label::spellings(text) {
                let Some(place) = self.place(&words) else { continue };
                let rule = topic.rule(text).map(Rule::new);
                let owners = &mut self.owners[place];
                // A spelling without a rule and without tight joints already matches all that this one can match.
                let is_open = |owner: &Owner| {
                    owner.rule.is_none() && owner.joints.iter().all(|joint| *joint == Joint::Loose)
                };
                if !owners.iter().any(|owner| owner.topic == topic_at && is_open(owner)) {
                    owners.push(Owner { topic: topic_at, rule, joints });
                }
            }
        }
    }

    /// The index of the pattern of `tokens`, added if it is new; `None` if there are no tokens.
    fn place(&mut self, tokens: &[Token]) -> Option<usize> {
        let pattern = fenced(tokens);
        if pattern.is_empty() {
            return None;
        }
        let next = self.patterns.len();
        let place = *self.places.entry(pattern.clone()).or_insert(next);
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
    fn a_slash_or_a_hyphen_in_a_label_matches_no_other_punctuation() {
        let topics =
            || vec![topic("ab", &["A/B test", "A/B"], vec![]), topic("few", &["few-shot"], vec![])];
        for text in
            ["A/B tests", "a-b test", "A B test", "AB test", "A / B test", "A\u{2013}B test"]
        {
            assert_eq!(found(topics(), text, ""), [(0, text.to_owned())]);
        }
        for text in ["the interval [a, b]", "A(a, b)", "a. B", "a_b", "a | b"] {
            assert!(found(topics(), text, "").is_empty(), "{text}");
        }
        assert_eq!(found(topics(), "fewshot, few shot", "").len(), 2);
        assert!(found(topics(), "few (shot", "").is_empty());
    }

    #[test]
    fn where_a_longer_label_is_not_written_as_it_allows_a_shorter_one_counts() {
        let topics = || {
            vec![
                topic("ab", &["ranking-model zoo"], vec![]),
                topic("rank", &["ranking"], vec![]),
                topic("model", &["model zoo"], vec![]),
            ]
        };
        assert_eq!(found(topics(), "ranking-model zoo", ""), [(0, "ranking-model zoo".into())]);
        assert_eq!(
            found(topics(), "ranking, model zoo", ""),
            [(1, "ranking".into()), (2, "model zoo".into())]
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
