//! Corrects misspelled words with the words of the index and of the vocabulary's labels.
//!
//! A word is corrected only if it is unknown, or so much rarer than the correction that it is most likely a
//! misspelling. A word of a label is never corrected. The typed word is searched for as well. One edit is corrected in
//! words of at least 4 letters, and two edits in unknown words of at least 8. (Four fifths of misspellings are one
//! edit: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.)

use strsim::osa_distance;

use super::labels::Labels;
use crate::search::index::error::SearchError;
use crate::search::index::lexicon::Lexicon;
use crate::search::text::analysis::{self, Terms};

/// One edit is corrected only in words of at least this many letters.
const ONE_EDIT: usize = 4;
/// Two edits are corrected only in words of at least this many letters. A word is split into the words of a label, or
/// made by joining two words, only if it has at least this many letters, too.
const TWO_EDITS: usize = 8;
/// A word is not corrected if more sections than this contain it. Exception: it may be split into the words of a label.
const RARE: u32 = 3;
/// A word that occurs in the index is not corrected if it has fewer letters than this.
const RARE_LETTERS: usize = 6;
/// A word that occurs in the index is corrected only if the number of sections that contain the correction is at least
/// this many times as large.
const FAR_RARER: u32 = 100;
/// A word is split into two common words only if each of the two occurs in at least this many sections. A word that
/// occurs in more sections than this is not even split into the words of a label, but it may be joined with the next
/// word.
const HALF_HELD: u32 = 50;
/// A word is split into two common words only if each of the two has at least this many letters.
const HALF_LETTERS: usize = 4;
/// A word is split into a label of two words only if the number of sections that contain the label is more than this
/// many times the number of sections that contain the word.
const MORE_AS_LABEL: u32 = 2;
/// Two words are joined only if at least this many sections contain the joined word, and if that number is more than
/// this many times the number of sections that contain the two words as a phrase.
const MORE_JOINED: u32 = 8;

/// Finds corrections.
pub(super) struct Speller<'a> {
    pub lexicon: &'a Lexicon<'a>,
    pub labels: &'a Labels,
}

impl Speller<'_> {
    /// The correction of `word` (lower-case), if it is probably misspelled. Takes some hundred microseconds for a word
    /// that is not in the index, some microseconds for one that is.
    pub fn correct(&self, word: &str) -> Result<Option<String>, SearchError> {
        let letters = word.chars().count();
        let is_word = word.chars().all(char::is_alphabetic) && word.is_ascii();
        if letters < ONE_EDIT || !is_word {
            return Ok(None);
        }
        let held = self.lexicon.held(word)?;
        if held > HALF_HELD || self.labels.has_word(word) {
            return Ok(None);
        }
        if letters >= TWO_EDITS
            && let Some(words) = self.joined_label(word)
            && self.phrase_held(&words)? > held.saturating_mul(MORE_AS_LABEL)
        {
            return Ok(Some(words));
        }
        if held > RARE {
            return Ok(None);
        }
        let held = self.lexicon.held_in_any_form(word)?;
        if held > RARE || (held > 0 && letters < RARE_LETTERS) {
            return Ok(None);
        }
        let is_unknown = held == 0;
        if is_unknown && let Some(words) = self.split(word)? {
            return Ok(Some(words));
        }
        let least = if is_unknown { 1 } else { held * FAR_RARER };
        let mut best = self.nearest(word, 1, least)?;
        if best.is_none() && is_unknown && letters >= TWO_EDITS {
            best = self.nearest(word, 2, least)?;
        }
        Ok(best)
    }

    /// The best correction of `word`: a word within `distance` edits that at least `least` sections contain. If `least`
    /// is 1, the correction may also be a word of a label that no section contains.
    ///
    /// The score rewards few edits, the same first letter (misspellings rarely change it), frequency, and words of
    /// labels.
    fn nearest(&self, word: &str, distance: u8, least: u32) -> Result<Option<String>, SearchError> {
        let mut best: Option<(f32, String)> = None;
        let mut consider = |other: &str, held: u32| {
            if other.len() < 3 || !other.chars().all(char::is_alphabetic) {
                return;
            }
            let edits = osa_distance(word, other);
            if edits == 0 || edits > usize::from(distance) {
                return;
            }
            let has_same_first = other.chars().next() == word.chars().next();
            let known = if self.labels.has_word(other) { 1.5 } else { 0.0 };
            // `held` and `edits` are small numbers, so the conversion is exact enough.
            let score = (held as f32).ln_1p() + known - 4.0 * edits as f32
                + if has_same_first { 2.5 } else { 0.0 };
            if best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, other.to_owned()));
            }
        };
        for known in self.lexicon.alike(word, distance)? {
            if known.held >= least {
                consider(&known.word, known.held);
            }
        }
        if least <= 1
            && let Some(first) = word.chars().next()
        {
            for (other, count) in self.labels.words_with(first) {
                self.lexicon.budget.spend(1)?;
                consider(other, count);
            }
        }
        Ok(best.map(|(_, word)| word))
    }

    /// The label of two words that is equal to `word` when its space is removed.
    fn joined_label(&self, word: &str) -> Option<String> {
        let splits = (2..word.len().saturating_sub(1)).map(|at| word.split_at(at));
        let mut labels = splits.map(|(left, right)| format!("{left} {right}"));
        labels.find(|both| !self.labels.index.topics(both).is_empty())
    }

    /// The number of sections that contain `words` as a phrase.
    fn phrase_held(&self, words: &str) -> Result<u32, SearchError> {
        let Some(stemmer) = self.lexicon.stemmers.first() else { return Ok(0) };
        let Terms { pieces, .. } = analysis::terms(words, &mut stemmer.clone());
        self.lexicon.phrase_held(&pieces)
    }

    /// The two common words that `word` consists of, separated by a space.
    fn split(&self, word: &str) -> Result<Option<String>, SearchError> {
        let mut best: Option<(u32, String)> = None;
        for at in HALF_LETTERS..word.len().saturating_sub(1) {
            let (left, right) = word.split_at(at);
            let both = format!("{left} {right}");
            if left.len().min(right.len()) < HALF_LETTERS {
                continue;
            }
            let held = self.lexicon.held(left)?.min(self.lexicon.held(right)?);
            if held >= HALF_HELD && best.as_ref().is_none_or(|(known, _)| held > *known) {
                best = Some((held, both));
            }
        }
        Ok(best.map(|(_, both)| both))
    }

    /// `left` and `right` (lower-case) as one word, if that is the usual form.
    pub fn join(&self, left: &str, right: &str) -> Result<Option<String>, SearchError> {
        let joined = format!("{left}{right}");
        let is_word = joined.chars().all(char::is_alphabetic);
        if !is_word || joined.len() < TWO_EDITS || left.len().min(right.len()) < 2 {
            return Ok(None);
        }
        let held = self.lexicon.held(&joined)?;
        if held < MORE_JOINED {
            return Ok(None);
        }
        let apart = self.phrase_held(&format!("{left} {right}"))?;
        let is_joined = held > apart.saturating_mul(MORE_JOINED);
        Ok(is_joined.then_some(joined))
    }
}

#[cfg(test)]
mod tests {
    use crate::search::fixture::{SearchFixture, fixture, record};
    use crate::search::index::budget::Budget;

    use super::*;

    /// An index in which each of `words` is contained in the given number of sections.
    fn index(words: &[(&str, usize)]) -> SearchFixture {
        let most = words.iter().map(|(_, held)| *held).max().unwrap_or(0);
        fixture((0..most).map(|at| {
            let held = words.iter().filter(|(_, held)| at < *held).map(|(word, _)| *word);
            record("Note", &held.collect::<Vec<_>>().join(" , "))
        }))
    }

    fn with_speller<T>(words: &[(&str, usize)], test: impl FnOnce(&Speller) -> T) -> T {
        let fixture = index(words);
        let budget = Budget::unlimited();
        let lexicon = fixture.searcher.index.lexicon(&budget);
        test(&Speller { lexicon: &lexicon, labels: &fixture.searcher.index.labels })
    }

    fn corrected(speller: &Speller, word: &str) -> Option<String> {
        speller.correct(word).unwrap()
    }

    #[test]
    fn an_unknown_word_is_corrected_to_the_nearest_and_a_known_word_is_not() {
        with_speller(&[("zebras", 5), ("zephyrous", 5), ("umbrellas", 1)], |speller| {
            let corrected = |word| corrected(speller, word);
            assert_eq!(corrected("zebrsa").as_deref(), Some("zebras"), "two letters transposed");
            assert_eq!(corrected("zephyruos").as_deref(), Some("zephyrous"));
            assert_eq!(corrected("zefyrouz"), None, "three edits");
            assert_eq!(corrected("zebras"), None);
            assert_eq!(corrected("umbrellas"), None, "rare, but nothing like it is common");
            assert_eq!(corrected("zbr"), None, "too short");
            assert_eq!(corrected("zebr4s"), None, "not a word");
        });
    }

    #[test]
    fn a_rare_word_is_corrected_to_one_that_is_a_hundred_times_as_common() {
        let corrected_of = |common| {
            let words = [("gradlent", 1), ("gradient", common)];
            with_speller(&words, |speller| corrected(speller, "gradlent"))
        };
        assert_eq!(corrected_of(99), None);
        assert_eq!(corrected_of(101).as_deref(), Some("gradient"));
    }

    #[test]
    fn of_two_near_words_the_one_with_the_same_first_letter_is_the_correction() {
        with_speller(&[("zabble", 5), ("wabblez", 5)], |speller| {
            assert_eq!(corrected(speller, "zabblez").as_deref(), Some("zabble"));
        });
    }

    #[test]
    fn words_joined_by_mistake_are_split_if_both_halves_are_common() {
        let words = |held| [("zebra", held), ("stripes", held)];
        let corrected_of =
            |held| with_speller(&words(held), |speller| corrected(speller, "zebrastripes"));
        assert_eq!(corrected_of(60).as_deref(), Some("zebra stripes"));
        assert_eq!(corrected_of(40), None);
    }

    #[test]
    fn words_split_by_mistake_are_joined_if_the_joined_form_is_common() {
        let joined = |held| {
            with_speller(&[("zebrafish", held)], |speller| speller.join("zebra", "fish").unwrap())
        };
        assert_eq!(joined(8).as_deref(), Some("zebrafish"));
        assert_eq!(joined(7), None);
    }
}
