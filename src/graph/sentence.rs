//! A sentence that names several topics, and how suitable it is as evidence.

use serde::{Deserialize, Serialize};

use crate::annotate::CoMention;
use crate::annotate::packed::PackedList;
use crate::extract::labelled_cells;

/// A sentence with more topics than this is a list and does not support a tie.
const MOST_TOPICS: usize = 8;

/// A sentence that names several topics, with what is needed to choose between sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidSentence<'a> {
    pub sentence: &'a str,
    /// A hash of the sentence.
    #[serde(with = "postcard::fixint::le")]
    hash: u64,
    /// How unsuitable it is as evidence; 0 is best.
    rank: u32,
    /// The indices of the topics in the vocabulary, ascending, without duplicates.
    #[serde(borrow)]
    topics: PackedList<'a>,
}

impl<'a> SaidSentence<'a> {
    /// The sentence of `said`; `None` if it names so many topics that it does not support a tie. O(length).
    pub fn of(said: &'a CoMention) -> Option<SaidSentence<'a>> {
        if said.topics.len() > MOST_TOPICS {
            return None;
        }
        let hash = blake3::hash(said.sentence.as_bytes());
        let hash = hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let rank = rank(&said.sentence, said.topics.len());
        let topics = PackedList::of(&said.topics);
        Some(SaidSentence { sentence: &said.sentence, hash, rank, topics })
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn rank(&self) -> u32 {
        self.rank
    }

    pub(super) fn topics(&self) -> impl Iterator<Item = u32> {
        self.topics.values()
    }
}

/// How unsuitable `sentence` is as evidence; 0 is best. `topics` is the number of topics that the sentence names.
///
/// The best sentence has about 14 words and ends with a full stop. Rows of tables, lists of names and truncated
/// sentences are kept only if nothing better exists.
pub(super) fn rank(sentence: &str, topics: usize) -> u32 {
    let words = sentence.split_whitespace().count();
    let ends =
        sentence.trim_end_matches(['"', '”', ')', '*', '’']).ends_with(['.', '!', '?', '。']);
    let starts = sentence.chars().next().is_some_and(|c| !c.is_lowercase());
    let marks = sentence.matches(['|', '→', '=', '{', '<', '/']).count();
    let commas = sentence.matches([',', ';', '·']).count();
    let faults = [
        (!(6..=45).contains(&words)).then_some(40),
        (!ends).then_some(12),
        (!starts).then_some(8),
        (sentence.contains(" | ") || sentence.contains("://")).then_some(30),
        labelled_cells(sentence).map(|_| 30),
        (sentence.ends_with([':', '…']) || sentence.ends_with("...")).then_some(6),
        Some(4 * marks.min(8)),
        // More than one comma per five words indicates a list.
        Some(6 * (commas.saturating_sub(words / 5)).min(5)),
        Some(4 * topics.saturating_sub(2)),
        Some(words.abs_diff(14) / 3),
    ];
    u32::try_from(faults.into_iter().flatten().sum::<usize>()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_complete_sentence_is_better_than_a_row_a_list_or_a_truncated_one() {
        let good = rank("A feature store keeps training-serving skew away from the model.", 2);
        for worse in [
            "feature store | skew | offline | online",
            "Feature store, skew, drift, cache, queue, batch, stream and whatever else.",
            "the feature store and training-serving skew are",
            "Feature store and skew:",
            "See https://example.org/feature-store for the feature store and its skew.",
            "Skew.",
        ] {
            assert!(rank(worse, 2) > good, "{worse}");
        }
        assert!(rank("A feature store keeps skew and drift and cache away.", 5) > good);
    }
}
