//! Scores how much a section is about each of the topics that it names.
//!
//! The weights are the rounded coefficients of a logistic regression on hand-labelled sections
//! (`tests/fixtures/labels.tsv`). `cargo bench --bench tagging` measures their quality.

use std::collections::HashMap;

use super::tagger::Tagger;
use super::{Mention, Salience};

/// The maximum number of main topics of a section.
const MOST_MAIN: usize = 3;
/// The minimum score of a main topic (see `TopicSignals::score`).
const LEAST_MAIN: f32 = -1.6;

/// Where and how often a section names a topic.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TopicSignals {
    /// Whether the section's own heading names the topic.
    pub own: bool,
    /// Whether the heading one level above the section's own heading names the topic.
    pub parent: bool,
    /// Whether a heading further up, or the document's title, names the topic.
    pub outer: bool,
    /// The number of times that the section's text names the topic.
    pub body: u32,
    /// The number of links whose text names the topic. They lower the score, because the text of a link describes the
    /// link's target rather than the section.
    pub anchors: u32,
    /// How early the section's text names the topic: from 1 at the beginning of the text to 0 at its end; 0 if it does
    /// not.
    pub early: f32,
    /// The number of directly narrower topics that the section names.
    pub kinds: u32,
}

/// A mention with the signals that its salience is computed from.
pub(super) struct RatedMention {
    pub mention: Mention,
    pub signals: TopicSignals,
}

/// The mentions of `topics`, the most salient first. If only the title or headings above the parent heading name a
/// topic, the topic is kept only if it is a main topic.
pub(super) fn rank(mut topics: Vec<RatedMention>, tagger: &Tagger) -> Vec<Mention> {
    count_kinds(&mut topics, tagger);
    let distinct = topics.len();
    let score = |rated: &RatedMention| rated.signals.score(distinct);
    topics
        .sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.mention.topic.cmp(&b.mention.topic)));
    let mut main = 0;
    for RatedMention { mention, signals } in &mut topics {
        let is_field = tagger.is_field(mention.topic);
        if main < MOST_MAIN && signals.score(distinct) >= LEAST_MAIN && (!is_field || signals.own) {
            mention.salience = Salience::Main;
            main += 1;
        }
    }
    let is_kept = |RatedMention { mention, signals }: &RatedMention| {
        signals.own || signals.parent || signals.body > 0 || mention.salience == Salience::Main
    };
    topics.into_iter().filter(is_kept).map(|rated| rated.mention).collect()
}

/// Counts for each topic how many of its directly narrower topics the text or the section's own heading names: a text
/// on NDCG, MRR and ranking metrics is mainly about ranking metrics.
fn count_kinds(topics: &mut [RatedMention], tagger: &Tagger) {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for RatedMention { mention, signals } in topics.iter() {
        if signals.body > 0 || signals.own {
            for kind in tagger.kinds(mention.topic) {
                *counts.entry(*kind).or_insert(0) += 1;
            }
        }
    }
    for RatedMention { mention, signals } in topics {
        signals.kinds = counts.get(&mention.topic).copied().unwrap_or(0);
    }
}

impl TopicSignals {
    /// The log odds that a section is about the topic with these signals. `distinct` is the number of topics that the
    /// section names.
    fn score(&self, distinct: usize) -> f32 {
        let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
        let log = |count: f32| count.ln_1p();
        given(self.own, 2.7)
            + given(self.parent, 1.4)
            + given(self.outer, 1.25)
            + 1.25 * log(self.body as f32)
            + 0.3 * self.early
            + 0.65 * log(self.kinds as f32)
            - 0.25 * log(self.anchors as f32)
            - 0.42 * log(distinct as f32)
            - 2.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::annotate;
    use crate::config::DataFiles;
    use crate::extract::extract;
    use crate::vocabulary;

    /// The main topics of the last section of `markdown`, and the other topics that it mentions.
    fn topics(markdown: &str) -> (Vec<String>, Vec<String>) {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let document = extract("md", markdown.as_bytes()).document.unwrap();
        let mut notes = annotate(&document, &Tagger::new(&vocabulary)).sections;
        let mentions = notes.pop().unwrap().mentions;
        let (main, others): (Vec<_>, Vec<_>) =
            mentions.into_iter().partition(|mention| mention.salience == Salience::Main);
        let slugs = |mentions: Vec<Mention>| {
            let slug = |m: Mention| vocabulary.topics[m.topic as usize].slug.0.clone();
            mentions.into_iter().map(slug).collect()
        };
        (slugs(main), slugs(others))
    }

    #[test]
    fn a_heading_counts_more_than_a_word_in_passing() {
        let (main, others) = topics(
            "# Calibration\n\nA model's score is right if what it predicts happens as often as it says. Bets need \
             that. Nobody minds it in a ranker, for order is all there, and Kafka, Redis and HNSW are far.\n",
        );
        assert_eq!(main[0], "calibration");
        assert!(others.contains(&"redis".to_owned()), "{main:?} {others:?}");
    }

    #[test]
    fn narrower_topics_raise_the_score_of_a_broader_one() {
        let list = "NDCG, LoRA, Kafka, Redis, HNSW, XGBoost, BERT, k-means and ";
        let alone = format!("# Numbers\n\nThere are {list}ranking metrics.\n");
        let among =
            format!("# Numbers\n\nThere are {list}ranking metrics: MRR, recall@k, precision@k.\n");
        let is_main = |markdown: &str| topics(markdown).0.contains(&"ranking-metrics".to_owned());
        assert!(is_main(&among) && !is_main(&alone));
    }

    #[test]
    fn a_heading_that_is_plain_english_needs_support_from_the_text_below() {
        let under = |text: &str| topics(&format!("# Recall\n\n{text}\n")).0;
        assert!(
            under("The share of positives that a classifier finds.").contains(&"recall".to_owned())
        );
        assert!(under("The maker took the cars back.").is_empty());
    }

    #[test]
    fn a_section_has_at_most_three_main_topics_and_a_title_alone_makes_no_mention() {
        let (main, others) = topics(
            "# Feature stores\n\n## Lists\n\n### More\n\nKafka, XGBoost, NDCG, LoRA, HNSW and Redis are names.\n",
        );
        assert!(main.len() <= MOST_MAIN, "{main:?}");
        assert!(!main.iter().chain(&others).any(|topic| topic == "feature-store"), "{others:?}");
    }
}
