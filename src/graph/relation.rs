//! How well a statement that names two topics says how they are related.
//!
//! The weights are the rounded coefficients of a logistic regression on 595 statements of the corpus, which readers graded:
//! 67 % stated the relation of the two topics. Cross-validated, the area under the ROC curve is 0.70; of the best 40 %, 83 %
//! state the relation. The form of a sentence alone gives 0.57 and 72 %.

use std::ops::Range;

use super::name_place::NamePlace;
use super::sentence_words::SentenceWords;
use super::statement;

/// A sentence that states the relation less likely than this (log odds in hundredths) is no evidence.
const LEAST: i32 = 120;
const STATEMENT: f32 = 0.27;
/// Beyond these, the form of a sentence says no more about the relation.
const FORM: Range<f32> = -80.0..250.0;
/// The weight of the two cosines of the sentence and each topic together.
const NEARNESS: f32 = 131.0;
/// Their mean, for sentences whose meaning is not known.
const USUAL_NEARNESS: f32 = 1.03;
const COMMA_BETWEEN: f32 = -50.0;
const RELATIVE_BETWEEN: f32 = 93.0;
const AND_BETWEEN: f32 = -340.0;
const WORDS_AFTER: f32 = 32.0;
const FIRST_PERSON: f32 = -55.0;
const POINTER: f32 = -36.0;
const SHORT: f32 = 232.0;
/// Sentences with fewer words are short.
const FEW_WORDS: usize = 9;
const TOPIC: f32 = -9.0;
const CONSTANT: f32 = -71.0;

/// How likely the `sentence` states the relation of each pair of the topics at `places`, in the order of the pairs (first
/// and second, first and third, …, second and third, …): log odds in hundredths. `None` if the sentence is no evidence
/// for the pair. O(length · pairs).
pub(super) fn relations(sentence: &str, places: &[NamePlace]) -> Vec<Option<i16>> {
    let words = SentenceWords::of(sentence);
    let names: Vec<Range<usize>> = places.iter().map(|place| place.words.clone()).collect();
    let form = statement::statement(
        sentence,
        words.len(),
        words.has_verb(0..words.len(), &names),
        places.len(),
    );
    let rest = whole(&words, places.len());
    let pairs = places
        .iter()
        .enumerate()
        .flat_map(|(at, one)| places[at + 1..].iter().map(move |other| (one, other)));
    let relation = |(one, other): (&NamePlace, &NamePlace)| {
        let pair = if one.words.start <= other.words.start { [one, other] } else { [other, one] };
        if words.contains_name(&pair[0].words, &pair[1].words) {
            return None;
        }
        let form = statement::about(form, &words, &names, pair)? as f32;
        let form = STATEMENT * form.clamp(FORM.start, FORM.end);
        // At most a few hundred.
        let relation = (form + rest + between(&words, pair)).round() as i16;
        (i32::from(relation) >= LEAST).then_some(relation)
    };
    pairs.map(relation).collect()
}

/// What the sentence says, whatever the pair. It names this number of `topics`.
fn whole(words: &SentenceWords, topics: usize) -> f32 {
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    given(words.has_word(0..words.len(), &["we", "i", "let's"]), FIRST_PERSON)
        + given(words.is_pointer(), POINTER)
        + given(words.len() < FEW_WORDS, SHORT)
        + TOPIC * topics as f32
        + CONSTANT
}

/// What the words between and after the two topics say, and how near the sentence is to them in meaning.
fn between(words: &SentenceWords, [first, second]: [&NamePlace; 2]) -> f32 {
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    let gap = first.words.end..second.words.start;
    let is_joined = gap.len() == 1 && words.has_word(gap.clone(), &["and"]);
    let nearness =
        first.nearness.zip(second.nearness).map_or(USUAL_NEARNESS, |(one, other)| one + other);
    let after = words.len().saturating_sub(second.words.end);
    given(words.has_comma(gap.start, gap.end), COMMA_BETWEEN)
        + given(words.has_word(gap, &["that", "which"]), RELATIVE_BETWEEN)
        + given(is_joined, AND_BETWEEN)
        + WORDS_AFTER * (after as f32).ln_1p()
        + NEARNESS * nearness
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How likely `sentence` states the relation of "feature store" and "skew", which it names.
    fn related(sentence: &str) -> Option<i16> {
        let lower = sentence.to_lowercase();
        let words = SentenceWords::of(&lower);
        let place = |name: &str| {
            let at = lower.find(name).unwrap();
            NamePlace {
                words: words.numbers(at, at + name.len()),
                is_main: true,
                nearness: Some(0.7),
            }
        };
        relations(sentence, &[place("feature store"), place("skew")])[0]
    }

    #[test]
    fn a_statement_is_evidence_and_rows_lists_questions_and_pointers_are_not() {
        let good = related(
            "A feature store keeps training-serving skew away from the model in production.",
        )
        .unwrap();
        assert!(i32::from(good) > LEAST, "{good}");
        for worse in [
            "feature store | skew | offline | online",
            "Feature store, skew, drift, cache, queue, batch, stream and whatever else.",
            "the feature store and training-serving skew are",
            "Topic: Feature store; Problem: Skew; Year: 2021",
            "Does a feature store keep skew away from the model?",
            "Feature Store and Skew",
            "We discuss the feature store and skew in the following chapter of the book.",
        ] {
            assert_eq!(related(worse), None, "{worse}");
        }
    }

    #[test]
    fn names_that_overlap_are_no_relation() {
        let place = |words| NamePlace { words, is_main: true, nearness: Some(0.9) };
        let sentence = "A training serving skew that the whole store prevents is worse than one.";
        assert_eq!(relations(sentence, &[place(1..4), place(3..5)]), [None]);
        assert!(relations(sentence, &[place(1..3), place(7..8)])[0].is_some());
        assert_eq!(relations("", &[place(0..0), place(0..0)]), [None]);
        assert_eq!(relations("One.", &[place(0..1)]), []);
    }

    #[test]
    fn a_name_inside_another_states_no_relation() {
        let sentence = "Each layer smooths the embedding of a node, so the node embeddings of a graph are alike.";
        let place = |words| NamePlace { words, is_main: true, nearness: Some(0.9) };
        assert_eq!(relations(sentence, &[place(4..5), place(10..12)]), [None]);
        assert!(relations(sentence, &[place(4..5), place(14..15)])[0].is_some());
    }

    #[test]
    fn a_sentence_near_both_topics_in_meaning_is_better() {
        let sentence = "A store that keeps features prevents skew of models in production systems.";
        let of = |nearness| {
            let place = |words| NamePlace { words, is_main: true, nearness };
            relations(sentence, &[place(1..2), place(6..7)])[0]
        };
        assert!(of(Some(0.8)) > of(Some(0.6)));
        assert!(of(Some(0.8)) > of(None));
    }
}
