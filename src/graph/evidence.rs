//! Selects the sentences that are kept as evidence of an edge: short, complete and specific sentences of different
//! voices.

use std::rc::Rc;

use super::Evidence;
use crate::extract::labelled_cells;

/// The maximum number of sentences that are kept for an edge.
pub const MOST_EVIDENCE: usize = 3;
/// The maximum number of candidates that are kept for an edge while sentences are added.
const CANDIDATES: usize = 8;

/// A sentence that may become evidence; a lower rank is better.
#[derive(Debug)]
pub(super) struct EvidenceCandidate {
    pub rank: u32,
    /// The index of its voice.
    pub voice: usize,
    pub evidence: Evidence,
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

/// Candidates for an edge's evidence; never more than [`CANDIDATES`].
#[derive(Debug, Default)]
pub(super) struct EvidenceCandidates(Vec<Rc<EvidenceCandidate>>);

impl EvidenceCandidates {
    /// Adds `candidate`. If there are now more than [`CANDIDATES`], drops the worst candidate of the voice that has the
    /// most candidates.
    pub fn add(&mut self, candidate: &Rc<EvidenceCandidate>) {
        self.0.push(Rc::clone(candidate));
        if self.0.len() <= CANDIDATES {
            return;
        }
        let said =
            |of: &EvidenceCandidate| self.0.iter().filter(|other| other.voice == of.voice).count();
        let worst = (0..self.0.len()).max_by_key(|at| (said(&self.0[*at]), self.0[*at].rank, *at));
        if let Some(worst) = worst {
            self.0.remove(worst);
        }
    }

    /// At most [`MOST_EVIDENCE`] different sentences: the best of each voice first, then the next best.
    pub fn best(self) -> Vec<Evidence> {
        let mut sorted = self.0;
        sorted.sort_by(|a, b| {
            let place =
                |c: &EvidenceCandidate| (c.evidence.source.clone(), c.evidence.path.clone());
            a.rank.cmp(&b.rank).then_with(|| place(a).cmp(&place(b)))
        });
        let mut kept: Vec<&EvidenceCandidate> = Vec::new();
        let mut others: Vec<&EvidenceCandidate> = Vec::new();
        for candidate in &sorted {
            let says =
                |known: &&EvidenceCandidate| known.evidence.sentence == candidate.evidence.sentence;
            if kept.iter().chain(&others).any(says) {
                continue;
            }
            let has_sentence = kept.iter().any(|known| known.voice == candidate.voice);
            if has_sentence { &mut others } else { &mut kept }.push(candidate);
        }
        let best = kept.into_iter().chain(others).take(MOST_EVIDENCE);
        best.map(|candidate| candidate.evidence.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

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
        // The second source has the voice of the first.
        let said = [("a", 1), ("a2", 2), ("a2", 3), ("b", 9), ("c", 8), ("a", 1)];
        for (source, rank) in said {
            let voice = usize::from(source.as_bytes()[0]);
            let evidence = Evidence {
                sentence: format!("{source} {rank}"),
                source: source.into(),
                path: "p.md".into(),
                address: Address::Lines(1, 1),
                section: 1,
            };
            candidates.add(&Rc::new(EvidenceCandidate { rank, voice, evidence }));
        }
        let first = candidates.0[0].evidence.clone();
        for _ in 0..20 {
            let evidence = first.clone();
            candidates.add(&Rc::new(EvidenceCandidate {
                rank: 0,
                voice: usize::from(b'a'),
                evidence,
            }));
        }
        assert!(candidates.0.len() <= CANDIDATES);
        let said: Vec<String> = candidates.best().into_iter().map(|e| e.sentence).collect();
        assert_eq!(said, ["a 1", "c 8", "b 9"]);
    }
}
