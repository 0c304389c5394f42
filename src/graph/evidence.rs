//! Selects the sentences that are kept as evidence of an edge: short, complete and specific sentences of different
//! voices.

use serde::{Deserialize, Serialize};

use super::Evidence;
use super::said::{CountedSentence, SaidSentences};
use crate::annotate::CoMention;
use crate::annotate::packed::PackedList;
use crate::extract::labelled_cells;

/// The maximum number of sentences that are kept for an edge.
pub const MOST_EVIDENCE: usize = 3;
/// The maximum number of candidates that are kept for an edge while sentences are added.
const CANDIDATES: usize = 8;

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

/// A sentence that may become evidence; a lower rank is better.
#[derive(Clone, Copy, Debug)]
struct EvidenceCandidate {
    rank: u32,
    /// The index of its voice.
    voice: u32,
    /// The index of the sentence.
    sentence: u32,
}

/// Candidates for an edge's evidence; never more than [`CANDIDATES`].
#[derive(Debug, Default)]
pub(super) struct EvidenceCandidates(Vec<EvidenceCandidate>);

impl EvidenceCandidates {
    /// Adds the candidate `new`. If there are then more than [`CANDIDATES`], drops the worst candidate of the voice
    /// that has the most candidates.
    pub fn add(&mut self, new: &CountedSentence) {
        let CountedSentence { rank, voice, at: sentence, .. } = *new;
        if self.0.len() == CANDIDATES {
            match self.worst(rank, voice) {
                Some(worst) => drop(self.0.remove(worst)),
                None => return,
            }
        }
        self.0.push(EvidenceCandidate { rank, voice, sentence });
    }

    /// The index of the candidate that is dropped for a new one with this `rank` and `voice`; `None` if the new one is
    /// the worst.
    fn worst(&self, rank: u32, voice: u32) -> Option<usize> {
        let said = |of: u32| {
            let same = self.0.iter().filter(|other| other.voice == of).count();
            same + usize::from(of == voice)
        };
        let known = self.0.iter().enumerate();
        let worst = known.map(|(at, known)| (said(known.voice), known.rank, at)).max()?;
        ((said(voice), rank) < (worst.0, worst.1)).then_some(worst.2)
    }

    /// At most [`MOST_EVIDENCE`] different ones of `sentences`: the best of each voice first, then the next best.
    pub fn best(self, sentences: &SaidSentences) -> Vec<Evidence> {
        let mut sorted = self.0;
        sorted.sort_by_key(|candidate| (candidate.rank, sentences.document(candidate.sentence)));
        let mut kept: Vec<EvidenceCandidate> = Vec::new();
        let mut others: Vec<EvidenceCandidate> = Vec::new();
        for candidate in sorted {
            let text = sentences.text(candidate.sentence);
            let says = |known: &EvidenceCandidate| sentences.text(known.sentence) == text;
            if kept.iter().chain(&others).any(says) {
                continue;
            }
            let has_sentence = kept.iter().any(|known| known.voice == candidate.voice);
            if has_sentence { &mut others } else { &mut kept }.push(candidate);
        }
        let best = kept.into_iter().chain(others).take(MOST_EVIDENCE);
        best.map(|candidate| sentences.evidence(candidate.sentence)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Voice;
    use crate::extract::Address;
    use crate::graph::place::SectionPlace;

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

    #[test]
    fn each_voice_gets_one_sentence_before_any_gets_two() {
        let mut candidates = EvidenceCandidates::default();
        let mut sentences = SaidSentences::default();
        let mut add = |source: &str, rank, sentence: &str| {
            let said = SaidSentence { sentence, hash: 0, rank, topics: PackedList::default() };
            // The second source has the voice of the first.
            let voice = u32::from(source.as_bytes()[0]);
            let of = &Voice::Source(source.to_owned());
            let address = Address::Lines(1, 1);
            let place = SectionPlace { source, voice: of, path: "p.md", address, section: 1 };
            sentences.add(&said, place, voice);
            candidates.add(&sentences.counted().last().unwrap());
        };
        let said = [("a", 1), ("a2", 2), ("a2", 3), ("b", 9), ("c", 8), ("a", 1)];
        for (source, rank) in said {
            add(source, rank, &format!("{source} {rank}"));
        }
        for _ in 0..20 {
            add("a", 0, "a 1");
        }
        assert!(candidates.0.len() <= CANDIDATES);
        let said: Vec<String> =
            candidates.best(&sentences).into_iter().map(|e| e.sentence).collect();
        assert_eq!(said, ["a 1", "c 8", "b 9"]);
    }
}
