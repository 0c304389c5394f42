//! A sentence that names several topics, and how well it states a relation of two of them.

use serde::{Deserialize, Serialize};

use super::verbs::is_verb;
use crate::annotate::CoMention;
use crate::annotate::packed::PackedList;

/// A sentence with more topics than this is a list and does not support a tie.
const MOST_TOPICS: usize = 8;
/// A sentence that states the relation less likely than this (log odds in hundredths) is no evidence. At this value, two of
/// three graded sentences state the relation, and nine of ten are sentences that name both topics in the right sense.
pub(super) const LEAST: i32 = 20;
/// A verb at most this many words before the first of two topics may have it as its object.
const BEFORE: u32 = 6;
/// The weights of what a pair of topics adds to the statement of its sentence, in hundredths. They and those of
/// [`statement`] are the rounded coefficients of a logistic regression on 520 sentences of the corpus, which readers
/// graded: 23 % stated the relation. Cross-validated, the area under the ROC curve is 0.90.
const VERB_BETWEEN: f32 = 26.0;
const VERB_BEFORE: f32 = 90.0;
const ADJACENT: f32 = -87.0;
const GAP: f32 = 8.0;
const WORDS_BEFORE: f32 = -62.0;
/// The weight of a section that is mainly about one of the two topics.
const MAIN: f32 = 95.0;

/// A sentence that names several topics, with what is needed to choose between sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidSentence<'a> {
    pub sentence: &'a str,
    /// A hash of the sentence.
    #[serde(with = "postcard::fixint::le")]
    hash: u64,
    /// How much it looks like a statement, whatever its topics: log odds in hundredths.
    statement: i32,
    /// The places of the verbs that are not part of a topic's name: bit n is set if word n is one. Later ones are left out.
    verbs: u64,
    /// Which topics the section is mainly about: bit n is set for topic n of the sentence.
    main: u8,
    /// The indices of the topics in the vocabulary, ascending, without duplicates.
    #[serde(borrow)]
    topics: PackedList<'a>,
    /// The places of the topics' names, in the same order: for each, the number of its first word and the number of the
    /// word after its last.
    #[serde(borrow)]
    places: PackedList<'a>,
}

/// The place of a topic's name in a sentence, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamePlace {
    pub first: u8,
    /// The word after the last.
    pub end: u8,
    /// Whether the section is mainly about the topic.
    pub is_main: bool,
}

impl<'a> SaidSentence<'a> {
    /// The sentence of `said`, in a section that is mainly about the topics `main`. `None` if it names so many topics that it
    /// does not support a tie. O(length).
    pub fn of(said: &'a CoMention, main: &[u32]) -> Option<SaidSentence<'a>> {
        if said.topics.len() > MOST_TOPICS {
            return None;
        }
        let hash = blake3::hash(said.sentence.as_bytes());
        let hash = hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let words = words(&said.sentence);
        let places = said.spans.iter().map(|(start, end)| {
            let first = words.partition_point(|word| word.end <= *start as usize);
            (first, words.partition_point(|word| word.start < *end as usize))
        });
        let places: Vec<(usize, usize)> = places.collect();
        let is_named = |at: usize| places.iter().any(|(first, end)| (*first..*end).contains(&at));
        let is_free_verb =
            |at: &usize| !is_named(*at) && is_verb(&said.sentence[words[*at].clone()]);
        let verbs: Vec<usize> = (0..words.len()).filter(is_free_verb).collect();
        let bits = verbs.iter().filter(|at| **at < 64).fold(0, |bits, at| bits | 1 << at);
        let is_main = |(at, topic): (usize, &u32)| u8::from(main.contains(topic)) << at;
        let numbers = places.iter().flat_map(|(first, end)| [*first, *end]);
        Some(SaidSentence {
            sentence: &said.sentence,
            hash,
            statement: statement(&said.sentence, words.len(), !verbs.is_empty(), said.topics.len()),
            verbs: bits,
            // At most eight topics.
            main: said.topics.iter().enumerate().map(is_main).fold(0, |bits, bit| bits | bit),
            topics: PackedList::of(&said.topics),
            places: PackedList::of(numbers.map(|number| u8::try_from(number).unwrap_or(u8::MAX))),
        })
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn statement(&self) -> i32 {
        self.statement
    }

    pub(super) fn verbs(&self) -> u64 {
        self.verbs
    }

    pub(super) fn topics(&self) -> impl Iterator<Item = u32> {
        self.topics.values()
    }

    /// The places of the topics' names, in the order of the topics.
    pub(super) fn places(&self) -> impl Iterator<Item = NamePlace> {
        let mut numbers = self.places.values::<u8>();
        let mut main = self.main;
        std::iter::from_fn(move || {
            let is_main = main & 1 == 1;
            main >>= 1;
            Some(NamePlace { first: numbers.next()?, end: numbers.next()?, is_main })
        })
    }
}

/// How likely a sentence states the relation of two topics that it names at `one` and `other`: log odds in hundredths.
/// `statement` and `verbs` are those of the sentence. `None` if the names overlap: the words name only one thing.
pub(super) fn relation(
    statement: i32,
    verbs: u64,
    one: NamePlace,
    other: NamePlace,
) -> Option<i32> {
    let (first, second) = if one.first <= other.first { (one, other) } else { (other, one) };
    let gap = second.first.checked_sub(first.end)?;
    // The bits of the words from `from` to before `to`.
    let among = |from: u32, to: u32| {
        let below = |bit: u32| 1_u64.checked_shl(bit).map_or(u64::MAX, |bit| bit - 1);
        verbs & below(to) & !below(from) != 0
    };
    let start = u32::from(first.first);
    let is_between = among(u32::from(first.end), u32::from(second.first));
    let is_before = among(start.saturating_sub(BEFORE), start);
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    let pair = given(is_between, VERB_BETWEEN)
        + given(is_before, VERB_BEFORE)
        + given(!is_between && gap <= 1, ADJACENT)
        + GAP * f32::from(gap).ln_1p()
        + WORDS_BEFORE * f32::from(first.first).ln_1p()
        + given(one.is_main || other.is_main, MAIN);
    // At most a few hundred.
    Some(statement + pair.round() as i32)
}

/// How much `sentence` looks like a statement: log odds in hundredths. It has this number of `words` and `topics`.
fn statement(sentence: &str, words: usize, has_verb: bool, topics: usize) -> i32 {
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    let trimmed = sentence.trim_end_matches(['"', '”', ')', '*', '’', ']']);
    let characters = sentence.chars().count().max(1) as f32;
    let share =
        |is: fn(char) -> bool| sentence.chars().filter(|c| is(*c)).count() as f32 / characters;
    let commas = sentence.matches(',').count() as f32 / words.max(1) as f32;
    let marks = sentence.matches(['→', '|', '=', '<', '>', '{', '}']).count();
    let statement = given(has_verb, 118.0) + given(trimmed.ends_with(['.', '!', '。']), 160.0)
        - given(sentence.contains('?'), 235.0)
        - given(sentence.starts_with(char::is_lowercase), 166.0)
        - 49.0 * sentence.matches("; ").count().min(3) as f32
        - given(sentence.matches(": ").count() >= 2, 99.0)
        - 63.0 * marks.min(3) as f32
        // Set by hand: entries of lists are no evidence.
        - given(has_label(sentence), 250.0)
        - 2_200.0 * share(char::is_numeric)
        - 750.0 * share(char::is_uppercase)
        - 390.0 * commas
        + 18.0 * topics.saturating_sub(2) as f32
        + 47.0 * (words as f32).ln_1p()
        - 419.0;
    // Between -3,000 and 200.
    statement.round() as i32
}

/// Whether `sentence` begins with a label or a name before a colon or a dash, as entries of lists do.
fn has_label(sentence: &str) -> bool {
    [":", " - ", " – ", " — "].iter().any(|mark| {
        let label = sentence.split_once(mark).map(|(label, _)| label);
        label.is_some_and(|label| label.chars().count() <= 40 && !label.contains('.'))
    })
}

/// The byte ranges of the words of `sentence`. A word consists of letters and digits, and of single hyphens and apostrophes
/// between them.
fn words(sentence: &str) -> Vec<std::ops::Range<usize>> {
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    let mut characters = sentence.char_indices().peekable();
    let mut start = None;
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let joins = matches!(c, '\'' | '’' | '-') && next.is_some_and(char::is_alphanumeric);
        match start {
            Some(from) if !c.is_alphanumeric() && !joins => {
                words.push(from..at);
                start = None;
            }
            None if c.is_alphanumeric() => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| from..sentence.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How likely `sentence` states the relation of "feature store" and "skew", which it names.
    fn related(sentence: &str) -> i32 {
        let lower = sentence.to_lowercase();
        let span = |name: &str| {
            let at = u32::try_from(lower.find(name).unwrap()).unwrap();
            (at, at + u32::try_from(name.len()).unwrap())
        };
        let spans = vec![span("feature store"), span("skew")];
        let said = CoMention { sentence: sentence.into(), topics: vec![3, 9], spans };
        let said = SaidSentence::of(&said, &[]).unwrap();
        let places: Vec<NamePlace> = said.places().collect();
        relation(said.statement(), said.verbs(), places[0], places[1]).unwrap()
    }

    #[test]
    fn a_complete_sentence_with_a_verb_is_better_than_a_row_a_list_or_a_question() {
        let good = related("A feature store keeps training-serving skew away from the model.");
        assert!(good > -50, "{good}");
        for worse in [
            "feature store | skew | offline | online",
            "Feature store, skew, drift, cache, queue, batch, stream and whatever else.",
            "the feature store and training-serving skew are",
            "Topic: Feature store; Problem: Skew; Year: 2021",
            "Does a feature store keep skew away from the model?",
            "Feature Store and Skew",
        ] {
            assert!(related(worse) < good - 100, "{worse}: {}", related(worse));
        }
    }

    #[test]
    fn names_that_overlap_are_no_relation() {
        let place = |first, end| NamePlace { first, end, is_main: false };
        assert_eq!(relation(100, 0, place(2, 5), place(4, 6)), None);
        assert!(relation(100, 0, place(2, 5), place(5, 6)).is_some());
        assert!(relation(100, 0, place(200, 255), place(255, 255)).is_some());
        let between = relation(0, 1 << 5, place(2, 5), place(7, 8));
        assert!(between > relation(0, 1 << 9, place(2, 5), place(7, 8)));
        assert!(relation(0, 1 << 1, place(2, 5), place(7, 8)) > between);
        let main = NamePlace { is_main: true, ..place(2, 5) };
        assert!(relation(0, 0, main, place(7, 8)) > relation(0, 0, place(2, 5), place(7, 8)));
    }

    #[test]
    fn words_are_counted_with_their_hyphens_and_apostrophes() {
        let found = |text: &str| {
            words(text).into_iter().map(|word| text[word].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            found("A two-tower model's - score, (NDCG)."),
            ["A", "two-tower", "model's", "score", "NDCG"]
        );
        assert!(found("").is_empty());
    }
}
