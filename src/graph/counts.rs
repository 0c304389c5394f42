//! Counts how many sentences and voices name each pair of topics.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::said::SaidSentences;
use super::ties::{MOST_SENTENCES, PairCounts};

/// The counts of each pair of topics that at least one sentence names together. All sentences of one of `voices` voices
/// count as at most [`MOST_SENTENCES`] sentences. O(n log n).
pub(super) fn pair_counts(
    sentences: &SaidSentences,
    voices: usize,
) -> BTreeMap<(u32, u32), PairCounts> {
    let mut said_by = vec![0_u32; voices];
    let (mut topics, mut pairs) = (Vec::new(), Vec::new());
    for sentence in sentences.counted() {
        said_by[sentence.voice as usize] += 1;
        topics.extend(sentence.topics.iter().map(|topic| (*topic, sentence.voice)));
        pairs.extend(sentence.pairs().map(|pair| (pair, sentence.voice)));
    }
    let weights: Vec<f64> = said_by.iter().map(|sentences| weight(*sentences)).collect();
    let weighted = said_by.iter().zip(&weights);
    let total = weighted.map(|(sentences, weight)| weight * f64::from(*sentences)).sum();
    let mut each: HashMap<u32, f64> = HashMap::default();
    sum(topics, &weights, |topic, WeightedCount { count, .. }| {
        each.insert(topic, count);
    });
    let count = |topic: u32| each.get(&topic).copied().unwrap_or(0.0);
    let mut counts = Vec::new();
    sum(pairs, &weights, |(one, other), WeightedCount { count: both, voices }| {
        let each = [count(one), count(other)];
        counts.push(((one, other), PairCounts { both, each, total, voices }));
    });
    counts.into_iter().collect()
}

/// The weight in (0, 1] of each sentence of a voice with this number of `sentences`.
fn weight(sentences: u32) -> f64 {
    (MOST_SENTENCES / f64::from(sentences.max(1))).min(1.0)
}

/// How many sentences name something.
struct WeightedCount {
    /// The number of sentences, each with the weight of its voice.
    count: f64,
    /// The number of voices.
    voices: usize,
}

/// Calls `each` for each name with its count, in ascending order. `said` has a name and a voice for each time that a
/// sentence names something. Sums in the order of voices, so that the order of sentences does not change the result.
fn sum<T: Copy + Ord>(
    mut said: Vec<(T, u32)>,
    weights: &[f64],
    mut each: impl FnMut(T, WeightedCount),
) {
    said.sort_unstable();
    for of_name in said.chunk_by(|one, other| one.0 == other.0) {
        let mut sum = WeightedCount { count: 0.0, voices: 0 };
        for of_voice in of_name.chunk_by(|one, other| one.1 == other.1) {
            let sentences = u32::try_from(of_voice.len()).unwrap_or(u32::MAX);
            sum.count += weights[of_voice[0].1 as usize] * f64::from(sentences);
            sum.voices += 1;
        }
        each(of_name[0].0, sum);
    }
}
