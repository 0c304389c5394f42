//! Selects the sentences that are kept as evidence of an edge: those that most likely state the relation, of different
//! voices.

use std::cmp::Reverse;

use super::Evidence;
use super::said::{CountedSentence, SaidSentences};

/// The maximum number of sentences that are kept for an edge.
pub const MOST_EVIDENCE: usize = 3;
/// The maximum number of candidates that are kept for an edge while sentences are added.
const CANDIDATES: usize = 8;

/// A sentence that may become evidence.
#[derive(Clone, Copy, Debug)]
struct EvidenceCandidate {
    /// How likely it states the relation: log odds in hundredths.
    relation: i16,
    /// The index of its voice.
    voice: u32,
    /// The index of the sentence.
    sentence: u32,
}

/// Candidates for an edge's evidence; never more than [`CANDIDATES`].
#[derive(Debug, Default)]
pub(super) struct EvidenceCandidates(Vec<EvidenceCandidate>);

impl EvidenceCandidates {
    /// Adds `sentence`, which states the relation as likely as `relation` says. If there are then more than [`CANDIDATES`], drops the worst candidate of the voice that has the most candidates.
    pub fn add(&mut self, sentence: &CountedSentence, relation: i16) {
        let CountedSentence { voice, at: sentence, .. } = *sentence;
        if self.0.len() == CANDIDATES {
            match self.worst(relation, voice) {
                Some(worst) => drop(self.0.remove(worst)),
                None => return,
            }
        }
        self.0.push(EvidenceCandidate { relation, voice, sentence });
    }

    /// The index of the candidate that is dropped for a new one with this `relation` and `voice`; `None` if the new one is
    /// the worst.
    fn worst(&self, relation: i16, voice: u32) -> Option<usize> {
        let said = |of: u32| {
            let same = self.0.iter().filter(|other| other.voice == of).count();
            same + usize::from(of == voice)
        };
        let known = self.0.iter().enumerate();
        let worst =
            known.map(|(at, known)| (said(known.voice), Reverse(known.relation), at)).max()?;
        ((said(voice), Reverse(relation)) < (worst.0, worst.1)).then_some(worst.2)
    }

    /// At most [`MOST_EVIDENCE`] different ones of `sentences`: the best of each voice first, then the next best.
    pub fn best(self, sentences: &SaidSentences) -> Vec<Evidence> {
        let mut sorted = self.0;
        sorted.sort_by_key(|candidate| {
            (Reverse(candidate.relation), sentences.document(candidate.sentence))
        });
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
    use crate::annotate::CoMention;
    use crate::catalogue::Voice;
    use crate::extract::Address;
    use crate::graph::place::SectionPlace;
    use crate::graph::sentence::SaidSentence;

    #[test]
    fn each_voice_gets_one_sentence_before_any_gets_two() {
        let mut candidates = EvidenceCandidates::default();
        let mut sentences = SaidSentences::default();
        let mut add = |source: &str, relation, what: &str| {
            let sentence =
                format!("A store keeps the skew away from the model of {source} in {what}.");
            let said = CoMention {
                sentence,
                topics: vec![1, 2],
                spans: vec![(2, 7), (18, 22)],
                ..CoMention::default()
            };
            // The second source has the voice of the first.
            let voice = u32::from(source.as_bytes()[0]);
            let of = &Voice::Source(source.to_owned());
            let address = Address::Lines(1, 1);
            let place = SectionPlace { source, voice: of, path: "p.md", address, section: 1 };
            sentences.add(&SaidSentence::of(&said, &[1]).unwrap(), place, voice);
            candidates.add(&sentences.counted().last().unwrap(), relation);
        };
        add("a", 90, "one");
        add("a2", 80, "two");
        add("a2", 70, "three");
        add("b", 30, "four");
        add("c", 40, "five");
        add("a", 90, "one");
        add("d", -90, "six");
        for _ in 0..20 {
            add("a", 100, "one");
        }
        assert!(candidates.0.len() <= CANDIDATES);
        let said: Vec<String> =
            candidates.best(&sentences).into_iter().map(|e| e.sentence).collect();
        let ends = ["of a in one.", "of c in five.", "of b in four."];
        assert!(said.iter().zip(ends).all(|(said, end)| said.ends_with(end)), "{said:?}");
        assert_eq!(said.len(), 3, "the least likely one is left out");
    }
}
