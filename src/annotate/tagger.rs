//! Finds the topics that a text names: searches the text for the labels of the vocabulary and applies their rules.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::steps::StepFinder;
use super::trail::Trail;
use crate::meaning::{MeaningTable, MeaningVector};
use crate::vocabulary::folded::{FoldedText, FoldedWords};
use crate::vocabulary::label_index::{LabelIndex, LabelMatch, LabelOwner};
use crate::vocabulary::label_rule::TextPlace;
use crate::vocabulary::{Topic, Vocabulary};

/// The maximum distance between a label and the words that its rule requires nearby, on each side of the label, in
/// bytes of folded text. Without this limit, many labels in one very long "sentence" would take quadratic time.
const RULE_REACH: usize = 600;

/// The maximum number of times that rules are evaluated for one label in one text. Further occurrences of the label are
/// not tagged if it has a rule. Real sentences need fewer evaluations.
const MOST_TRIED: usize = 16;

/// A topic named in a text, and the byte range of its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TopicMatch {
    pub topic: u32,
    pub start: usize,
    pub end: usize,
}

/// The vocabulary, compiled for tagging.
pub struct Tagger {
    labels: LabelIndex,
    pub(super) steps: StepFinder,
    /// For each topic, the meaning of its labels and definition. Empty without a table of word vectors.
    meanings: Vec<Option<MeaningVector>>,
    /// For each topic, whether it is a field of knowledge (a top concept of the vocabulary).
    fields: Vec<bool>,
    /// For each topic, the indices of the topics directly above it, except fields of knowledge.
    kinds: Vec<Vec<u32>>,
    /// The version of the vocabulary, for messages and stored notes.
    pub version: String,
}

impl Tagger {
    /// Compiles `vocabulary`. O(total length of labels). The meaning of sections does not count for their steps.
    pub fn new(vocabulary: &Vocabulary) -> Tagger {
        Tagger::with_meaning(vocabulary, None)
    }

    /// Compiles `vocabulary`. With a `table`, the meaning of sections counts for their steps and main topics. O(total
    /// length of labels and definitions).
    pub fn with_meaning(vocabulary: &Vocabulary, table: Option<Arc<MeaningTable>>) -> Tagger {
        let all: Vec<usize> = (0..vocabulary.topics.len()).collect();
        let meaning = |table: &Arc<MeaningTable>| {
            let of = |topic: &Topic| {
                MeaningVector::of(table, topic.labels().chain([topic.definition.as_str()]))
            };
            vocabulary.topics.iter().map(of).collect()
        };
        let meanings = table.as_ref().map_or_else(Vec::new, meaning);
        let steps = StepFinder::new(vocabulary, table);
        Tagger { steps, meanings, ..Tagger::over(vocabulary, &all) }
    }

    /// Compiles only the labels of `topics` (indices in `vocabulary`), and no steps.
    pub(super) fn over(vocabulary: &Vocabulary, topics: &[usize]) -> Tagger {
        Tagger {
            labels: LabelIndex::of_topics(vocabulary, topics.iter().copied()),
            steps: StepFinder::default(),
            meanings: Vec::new(),
            version: vocabulary.version.clone(),
            fields: vocabulary.topics.iter().map(|topic| topic.top).collect(),
            kinds: (0..vocabulary.topics.len()).map(|at| kinds(vocabulary, at)).collect(),
        }
    }

    /// The meaning of the labels and the definition of `topic`, if it is known.
    pub(super) fn meaning(&self, topic: u32) -> Option<&MeaningVector> {
        self.meanings.get(topic as usize)?.as_ref()
    }

    /// Whether `topic` is a field of knowledge.
    pub(super) fn is_field(&self, topic: u32) -> bool {
        self.fields.get(topic as usize).copied().unwrap_or(false)
    }

    /// The indices of the topics directly above `topic`, except fields of knowledge.
    pub(super) fn kinds(&self, topic: u32) -> &[u32] {
        self.kinds.get(topic as usize).map_or(&[], Vec::as_slice)
    }

    /// The topics named in `heading`. Words that a rule requires nearby may be in the heading itself, in the headings
    /// above it (`trail`), or in the text below it (`text`).
    pub(super) fn find_in_heading(
        &self,
        heading: &str,
        trail: &Trail,
        text: &str,
    ) -> Vec<TopicMatch> {
        let folded = FoldedText::of(heading);
        let matches = self.labels.matches(&folded);
        let found = self.allowed(&folded, &matches, trail, TextPlace::Heading);
        let all = matches.iter().map(|label| self.labels.topics_of(label, &folded).len());
        if found.len() == all.sum::<usize>() {
            return found;
        }
        self.allowed(&folded, &matches, &trail.with(text), TextPlace::Heading)
    }

    /// The topics named in `text`, which is one sentence or one heading. `trail` contains the headings above it.
    /// O(length).
    pub(super) fn find(&self, text: &str, trail: &Trail, place: TextPlace) -> Vec<TopicMatch> {
        let folded = FoldedText::of(text);
        self.allowed(&folded, &self.labels.matches(&folded), trail, place)
    }

    /// The topics of the labels `matches` that were found in `text`. A topic is left out if its rule does not allow the
    /// label there.
    fn allowed(
        &self,
        text: &FoldedText,
        matches: &[LabelMatch],
        trail: &Trail,
        place: TextPlace,
    ) -> Vec<TopicMatch> {
        let mut found: Vec<TopicMatch> = Vec::new();
        let mut tried: HashMap<usize, usize> = HashMap::new();
        for label in matches {
            let Range { start, end } = text.written_range(label.first, label.last);
            let inner = text.folded_range(label.first, label.last);
            let nearby = inner.start.saturating_sub(RULE_REACH)
                ..text.folded.len().min(inner.end + RULE_REACH);
            let mut allows = |owner: &LabelOwner| {
                let Some(rule) = &owner.rule else { return true };
                let tried = tried.entry(label.pattern).or_insert(0);
                *tried += 1;
                let is_near =
                    |near: &FoldedWords| near.are_in(text, nearby.clone()) || trail.contains(near);
                *tried <= MOST_TRIED
                    && rule.allows(&text.written[start..end], place)
                    && (rule.near().is_empty() || rule.near().iter().any(is_near))
            };
            let mut last = None;
            for owner in self.labels.owners(label, text) {
                if last != Some(owner.topic) && allows(owner) {
                    found.push(TopicMatch { topic: owner.topic, start, end });
                    last = Some(owner.topic);
                }
            }
        }
        found
    }
}

/// The indices of the topics directly above the topic with the index `at`, except fields of knowledge.
fn kinds(vocabulary: &Vocabulary, at: usize) -> Vec<u32> {
    let above =
        vocabulary.topics[at].broader.iter().filter_map(|slug| vocabulary.position(&slug.0));
    let kinds = above.filter(|above| !vocabulary.topics[*above].top);
    kinds.filter_map(|above| u32::try_from(above).ok()).collect()
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
        let found = Tagger::new(&vocabulary).find(text, &Trail::of([trail]), TextPlace::Body);
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
    fn the_underscore_of_an_identifier_counts_as_a_space_in_a_label() {
        let topics = || {
            vec![
                topic("reduce", &["all-reduce"], vec![]),
                topic("top", &["top-p"], vec![]),
                topic("ab", &["A/B test", "A/B"], vec![]),
            ]
        };
        let text = "dist.all_reduce(x), top_p=0.9";
        assert_eq!(found(topics(), text, ""), [(0, "all_reduce".into()), (1, "top_p".into())]);
        for text in ["a_b", "\\sum a_b test", "all_ reduce", "all__reduce"] {
            assert!(found(topics(), text, "").is_empty(), "{text}");
        }
    }

    #[test]
    fn a_shorter_label_matches_where_the_longer_one_has_other_punctuation() {
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
    fn rules_require_capitals_nearby_words_or_headings() {
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
    fn words_of_a_rule_are_searched_only_near_the_label_so_that_time_is_linear() {
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
    fn a_formula_with_a_and_b_is_not_near_a_slash_b() {
        let rule =
            LabelRule { label: "group".into(), near: vec!["A/B".into()], ..LabelRule::default() };
        let topics = || vec![topic("group", &["group"], vec![rule.clone()])];
        assert!(found(topics(), "a group of f(a, b)", "[a, b]").is_empty());
        assert_eq!(found(topics(), "a group of the A/B test", "").len(), 1);
        assert_eq!(found(topics(), "a group", "A/B tests").len(), 1);
    }

    #[test]
    fn a_label_does_not_match_in_a_wording_that_its_rule_excludes() {
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
