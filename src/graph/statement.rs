//! Tells statements from rows, lists, titles and questions by the form of a sentence. The weights here are the rounded
//! coefficients of a logistic regression on 520 sentences of the corpus, which readers graded: 23 % stated the relation of
//! the two topics that they name. Cross-validated, the area under the ROC curve is 0.90.

use super::name_place::NamePlace;
use super::sentence_words::SentenceWords;

/// Pairs of topics in sentences that are less likely a statement about them (log odds in hundredths) have no evidence.
const LEAST: i32 = -80;
/// A verb at most this many words before the first of two topics may have it as its object.
const BEFORE: usize = 6;
/// The weights of what a pair of topics adds to the form of its sentence, in hundredths.
const VERB_BETWEEN: f32 = 26.0;
const VERB_BEFORE: f32 = 90.0;
const ADJACENT: f32 = -87.0;
const GAP: f32 = 8.0;
const WORDS_BEFORE: f32 = -62.0;
/// The weight of a section that is mainly about one of the two topics.
const MAIN: f32 = 95.0;

/// How likely a sentence with the `form` ([`statement`]) is a statement about the topics at `first` and `second`: log odds
/// in hundredths. `names` are the places of all its topics. `None` if it is too unlikely, or if the names overlap: the same
/// words then name only one thing.
pub(super) fn about(
    form: i32,
    words: &SentenceWords,
    names: &[std::ops::Range<usize>],
    [first, second]: [&NamePlace; 2],
) -> Option<i32> {
    let gap = second.words.start.checked_sub(first.words.end)?;
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    let start = first.words.start;
    let is_between = words.has_verb(first.words.end..second.words.start, names);
    let is_before = words.has_verb(start.saturating_sub(BEFORE)..start, names);
    let pair = given(is_between, VERB_BETWEEN)
        + given(is_before, VERB_BEFORE)
        + given(!is_between && gap <= 1, ADJACENT)
        + GAP * (gap as f32).ln_1p()
        + WORDS_BEFORE * (start as f32).ln_1p()
        + given(first.is_main || second.is_main, MAIN);
    // At most a few hundred.
    let statement = form + pair.round() as i32;
    (statement >= LEAST).then_some(statement)
}

/// How much `sentence` looks like a statement: log odds in hundredths. It has this number of `words` and `topics`.
pub(super) fn statement(sentence: &str, words: usize, has_verb: bool, topics: usize) -> i32 {
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
