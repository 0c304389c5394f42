//! nDCG, reciprocal rank and success rate of ranked grades, and a test of whether two runs differ.
//!
//! The measures are defined as in `ir_measures`: `nDCG(dcg='exp-log2')@10` (gain `2^grade - 1`, C. Burges et al., ICML
//! 2005), `RR(rel=2)@10`, `Success(rel=2)@1` and `@3`.

use serde::Serialize;

/// The number of hits that the measures consider.
pub const DEPTH: usize = 10;
/// The minimum grade of a good answer.
const GOOD: u8 = 2;
/// The number of random draws of the paired test.
const DRAWS: u32 = 10_000;
/// The seed of the test's random numbers, so that results are deterministic.
const SEED: u64 = 7;

/// The measures of one query, or their means over several queries. Each is between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RankingMeasures {
    pub ndcg: f64,
    pub reciprocal_rank: f64,
    pub success_at_1: f64,
    pub success_at_3: f64,
}

/// The measures of a ranking. `grades` are the grades of its hits, best hit first; `ideal` are all grades that were
/// judged for the query, highest first. `None` if no judged passage has a positive grade.
pub fn measure(grades: &[u8], ideal: &[u8]) -> Option<RankingMeasures> {
    let best = dcg(ideal);
    if best == 0.0 {
        return None;
    }
    let good = grades.iter().take(DEPTH).position(|grade| *grade >= GOOD);
    let within = |most: usize| if good.is_some_and(|at| at < most) { 1.0 } else { 0.0 };
    Some(RankingMeasures {
        ndcg: dcg(grades) / best,
        reciprocal_rank: good.map_or(0.0, |at| 1.0 / (at as f64 + 1.0)),
        success_at_1: within(1),
        success_at_3: within(3),
    })
}

/// Discounted cumulative gain of the first [`DEPTH`] grades.
fn dcg(grades: &[u8]) -> f64 {
    let gain =
        |(at, grade): (usize, &u8)| (f64::from(*grade).exp2() - 1.0) / (at as f64 + 2.0).log2();
    grades.iter().take(DEPTH).enumerate().map(gain).sum()
}

/// The means of `all`; zeros if it is empty.
pub fn mean(all: &[RankingMeasures]) -> RankingMeasures {
    let of = |value: fn(&RankingMeasures) -> f64| {
        all.iter().map(value).sum::<f64>() / all.len().max(1) as f64
    };
    RankingMeasures {
        ndcg: of(|m| m.ndcg),
        reciprocal_rank: of(|m| m.reciprocal_rank),
        success_at_1: of(|m| m.success_at_1),
        success_at_3: of(|m| m.success_at_3),
    }
}

/// The p-value of the differences between two runs, with one difference per query: the probability of a mean difference
/// at least as large if the runs did not differ. Computed by a two-sided paired randomisation test with 10,000 draws.
///
/// M. Smucker, J. Allan, B. Carterette, "A comparison of statistical significance tests for information
/// retrieval evaluation", CIKM 2007.
pub fn chance(differences: &[f64]) -> f64 {
    let observed: f64 = differences.iter().sum::<f64>().abs();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut as_large = 0_u32;
    for _ in 0..DRAWS {
        let drawn: f64 = differences.iter().map(|d| if random.bool() { *d } else { -*d }).sum();
        if drawn.abs() >= observed - 1e-12 {
            as_large += 1;
        }
    }
    f64::from(as_large) / f64::from(DRAWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_ranking_scores_one_and_an_unjudged_query_has_no_measures() {
        let perfect = measure(&[3, 2, 0], &[3, 2, 0]).unwrap();
        assert_eq!(
            perfect,
            RankingMeasures {
                ndcg: 1.0,
                reciprocal_rank: 1.0,
                success_at_1: 1.0,
                success_at_3: 1.0
            }
        );
        let late = measure(&[1, 0, 0, 2], &[2, 1]).unwrap();
        assert_eq!((late.reciprocal_rank, late.success_at_3), (0.25, 0.0));
        assert_eq!(measure(&[0], &[0, 0]), None);
    }

    #[test]
    fn the_p_value_is_small_only_for_differences_of_one_sign() {
        assert!(chance(&[0.1; 12]) < 0.01);
        assert!(chance(&[0.1, -0.1, 0.2, -0.2]) > 0.5);
        assert_eq!(chance(&[0.0; 5]), 1.0);
    }
}
