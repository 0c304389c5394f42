//! Scores how much a section is about each of the topics that it names.
//!
//! The weights are the rounded coefficients of a logistic regression on hand-labelled sections
//! (`tests/fixtures/labels.tsv`, and the part of `tests/eval/graph/sections.tsv` that is not held back). `cargo bench
//! --bench tagging` and `cairn eval graph` measure their quality.

use std::collections::HashMap;

use super::tagger::Tagger;
use super::{Mention, Salience};
use crate::meaning::MeaningVector;

/// The maximum number of main topics of a section.
const MOST_MAIN: usize = 3;
/// The weights of the signals, if the meaning of the section is known.
const WITH_MEANING: SalienceWeights = SalienceWeights {
    own: 2.0,
    parent: 1.4,
    outer: 1.0,
    body: 0.27,
    early: 0.3,
    kinds: 0.3,
    anchors: -0.4,
    distinct: 0.0,
    cosine: 2.7,
    below_nearest: -5.3,
    least: 1.5,
};
/// The same if it is not known.
const WITHOUT_MEANING: SalienceWeights = SalienceWeights {
    own: 2.7,
    parent: 1.4,
    outer: 1.25,
    body: 1.25,
    early: 0.3,
    kinds: 0.65,
    anchors: -0.25,
    distinct: -0.42,
    cosine: 0.0,
    below_nearest: 0.0,
    least: 0.9,
};

/// The weight of each signal, and the least sum of a main topic.
struct SalienceWeights {
    own: f32,
    parent: f32,
    outer: f32,
    body: f32,
    early: f32,
    kinds: f32,
    anchors: f32,
    /// The weight of the number of topics that the section names.
    distinct: f32,
    cosine: f32,
    below_nearest: f32,
    least: f32,
}

/// How near a topic is to a section in meaning.
#[derive(Clone, Copy, Debug, Default)]
struct Nearness {
    /// The cosine of the section and of the topic's labels and definition.
    cosine: f32,
    /// The difference from the cosine of the topic that is nearest to the section, of those that it names.
    below_nearest: f32,
}

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

/// The mentions of `topics`, the most salient first. `vector` is the meaning of the section, if it is known. If only the
/// title or headings above the parent heading name a topic, the topic is kept only if it is a main topic.
pub(super) fn rank(
    mut topics: Vec<RatedMention>,
    vector: Option<&MeaningVector>,
    tagger: &Tagger,
) -> Vec<Mention> {
    count_kinds(&mut topics, tagger);
    let distinct = topics.len();
    let nearness = nearness(&topics, vector, tagger);
    let scored = topics.into_iter().zip(nearness);
    let mut scored: Vec<(f32, RatedMention)> =
        scored.map(|(rated, near)| (rated.signals.score(near, distinct), rated)).collect();
    scored.sort_by(|(score, a), (other, b)| {
        other.total_cmp(score).then(a.mention.topic.cmp(&b.mention.topic))
    });
    let mut main = 0;
    for (score, RatedMention { mention, signals }) in &mut scored {
        let is_field = tagger.is_field(mention.topic);
        if main < MOST_MAIN && *score >= 0.0 && (!is_field || signals.own) {
            mention.salience = Salience::Main;
            main += 1;
        }
    }
    let is_kept = |RatedMention { mention, signals }: &RatedMention| {
        signals.own || signals.parent || signals.body > 0 || mention.salience == Salience::Main
    };
    scored.into_iter().map(|(_, rated)| rated).filter(is_kept).map(|r| r.mention).collect()
}

/// How near each of `topics` is to the section with this `vector`; `None` if it is not known. O(topics).
fn nearness(
    topics: &[RatedMention],
    vector: Option<&MeaningVector>,
    tagger: &Tagger,
) -> Vec<Option<Nearness>> {
    let length = vector.map_or(0.0, MeaningVector::length);
    let cosine = |rated: &RatedMention| {
        let meaning = tagger.meaning(rated.mention.topic)?;
        vector.map(|vector| vector.cosine_of(length, meaning))
    };
    let cosines: Vec<Option<f32>> = topics.iter().map(cosine).collect();
    let nearest = cosines.iter().flatten().copied().fold(f32::MIN, f32::max);
    let near = |cosine: Option<f32>| {
        cosine.map(|cosine| Nearness { cosine, below_nearest: nearest - cosine })
    };
    cosines.into_iter().map(near).collect()
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
    /// How much a section with `distinct` topics is about the topic with these signals: at least 0 for a main topic.
    fn score(&self, near: Option<Nearness>, distinct: usize) -> f32 {
        let weights = if near.is_some() { WITH_MEANING } else { WITHOUT_MEANING };
        let Nearness { cosine, below_nearest } = near.unwrap_or_default();
        let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
        let log = |count: f32| count.ln_1p();
        given(self.own, weights.own)
            + given(self.parent, weights.parent)
            + given(self.outer, weights.outer)
            + weights.body * log(self.body as f32)
            + weights.early * self.early
            + weights.kinds * log(self.kinds as f32)
            + weights.anchors * log(self.anchors as f32)
            + weights.distinct * log(distinct as f32)
            + weights.cosine * cosine
            + weights.below_nearest * below_nearest
            - weights.least
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
