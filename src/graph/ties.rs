//! The weight of a tie between two topics that are named together.
//!
//! The weight is the normalised pointwise mutual information (G. Bouma, "Normalized (pointwise) mutual information in
//! collocation extraction", GSCL 2009), reduced if only a few voices name both topics. The log-likelihood ratio
//! excludes topics that are named together by chance (T. Dunning, "Accurate methods for the statistics of surprise and
//! coincidence", Computational Linguistics 19(1), 1993). Counts are weighted, so that all sentences of one voice count
//! as at most [`MOST_SENTENCES`] sentences.

/// The maximum total weight of the sentences of one voice. A voice with at most this many sentences has a weight of 1
/// for each. With more sentences, each has an equal share of this total. The value is about the median number of
/// sentences in the larger sources of the corpus. With this value, no source has more than a tenth of the weight of all
/// sentences.
pub(super) const MOST_SENTENCES: f64 = 1_500.0;
/// Pairs of topics with a lower normalised mutual information have no tie: weaker ties are noise.
const LEAST_NPMI: f64 = 0.12;
/// Pairs of topics with a lower log-likelihood ratio have no tie: they may be named together by chance. The value is
/// the critical value of χ² with one degree of freedom at the 0.1 % significance level.
const LEAST_LLR: f64 = 10.83;
/// Pairs of topics that fewer voices name have no tie: a pair that only one voice names may be a habit of that voice.
const LEAST_VOICES: usize = 2;
/// The number of independent voices beyond which further ones do not increase the weight.
const FIRM: f64 = 5.0;

/// How often two topics are named. The numbers of sentences are weighted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PairCounts {
    /// The number of sentences that name both topics.
    pub both: f64,
    /// For each of the two topics, the number of sentences that name it.
    pub each: [f64; 2],
    /// The number of all sentences that name at least two topics.
    pub total: f64,
    /// The number of independent voices that name both topics in one sentence.
    pub voices: usize,
}

/// The weight in (0, 1] of the tie between two topics with these counts; `None` if there is no tie.
pub(super) fn tie(counts: PairCounts) -> Option<f64> {
    let strength = npmi(counts);
    let is_tie =
        counts.voices >= LEAST_VOICES && strength >= LEAST_NPMI && llr(counts) >= LEAST_LLR;
    // From five voices on, the weight equals the strength.
    let firm = (counts.voices as f64 / FIRM).min(1.0);
    is_tie.then(|| (strength * (0.4 + 0.6 * firm)).clamp(f64::MIN_POSITIVE, 1.0))
}

/// Normalised pointwise mutual information, in [-1, 1].
fn npmi(counts: PairCounts) -> f64 {
    let share = |count: f64| count / counts.total.max(f64::MIN_POSITIVE);
    let joint = share(counts.both);
    if joint <= 0.0 {
        return -1.0;
    }
    if joint >= 1.0 {
        return 1.0;
    }
    (joint / (share(counts.each[0]) * share(counts.each[1]))).ln() / -joint.ln()
}

/// Dunning's log-likelihood ratio (G²) of the two-by-two table of sentences with and without each topic.
fn llr(counts: PairCounts) -> f64 {
    let PairCounts { both, each: [first, second], total, .. } = counts;
    let cells = [
        (both, first, second),
        (first - both, first, total - second),
        (second - both, total - first, second),
        (total - first - second + both, total - first, total - second),
    ];
    let part = |(seen, row, column): (f64, f64, f64)| {
        if seen <= 0.0 { 0.0 } else { seen * (seen * total / (row * column)).ln() }
    };
    2.0 * cells.into_iter().map(part).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(both: f64, first: f64, second: f64, total: f64) -> PairCounts {
        PairCounts { both, each: [first, second], total, voices: 0 }
    }

    #[test]
    fn mutual_information_is_one_for_inseparable_and_zero_for_independent_topics() {
        assert!((npmi(counts(10.0, 10.0, 10.0, 1000.0)) - 1.0).abs() < 1e-9);
        assert!(npmi(counts(10.0, 100.0, 100.0, 1000.0)).abs() < 1e-9);
        assert!(npmi(counts(0.0, 5.0, 5.0, 10.0)) <= -1.0);
    }

    #[test]
    fn the_likelihood_ratio_equals_that_of_dunnings_example() {
        // "the swiss" in table 1 of the paper: 270.72 for k = 110, 2442, 111, 29114.
        let found =
            llr(counts(110.0, 110.0 + 2442.0, 110.0 + 111.0, 110.0 + 2442.0 + 111.0 + 29114.0));
        assert!((found - 270.72).abs() < 0.01, "{found}");
        assert!(llr(counts(10.0, 100.0, 100.0, 1000.0)).abs() < 1e-6);
    }

    #[test]
    fn one_voice_makes_no_tie_and_more_voices_increase_the_weight() {
        let of = |voices, counts: PairCounts| tie(PairCounts { voices, ..counts });
        let strong = counts(40.0, 60.0, 60.0, 20_000.0);
        assert_eq!(of(1, strong), None);
        assert!(of(2, strong).unwrap() < of(6, strong).unwrap());
        assert_eq!(of(2, counts(1.0, 30.0, 40.0, 20_000.0)), None, "chance");
        assert_eq!(of(9, counts(300.0, 3_000.0, 2_000.0, 20_000.0)), None, "independent");
    }
}
