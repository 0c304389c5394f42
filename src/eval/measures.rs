//! nDCG, reciprocal rank and success of ranked grades, and whether two runs differ.
//!
//! As in `ir_measures`: `nDCG(dcg='exp-log2')@10` (gain `2^grade - 1`, C. Burges et al., ICML 2005),
//! `RR(rel=2)@10`, `Success(rel=2)@1` and `@3`.

use serde::Serialize;

/// How many hits are looked at.
pub const DEPTH: usize = 10;
/// The grade from which on a passage is a good answer.
const GOOD: u8 = 2;
/// Random signs that the paired test draws.
const DRAWS: u32 = 10_000;
/// Where the test's random numbers begin: the same figures each time.
const SEED: u64 = 7;

/// The measures of one query, or their means over several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    pub ndcg: f64,
    pub reciprocal_rank: f64,
    pub success_at_1: f64,
    pub success_at_3: f64,
}

/// The measures of a ranking whose hits have `grades`, where `ideal` are all grades given, highest first;
/// `None` if nothing was judged to be of any use.
pub fn measure(grades: &[u8], ideal: &[u8]) -> Option<Measures> {
    let best = dcg(ideal);
    if best == 0.0 {
        return None;
    }
    let good = grades.iter().take(DEPTH).position(|grade| *grade >= GOOD);
    let within = |most: usize| if good.is_some_and(|at| at < most) { 1.0 } else { 0.0 };
    Some(Measures {
        ndcg: dcg(grades) / best,
        reciprocal_rank: good.map_or(0.0, |at| 1.0 / (at as f64 + 1.0)),
        success_at_1: within(1),
        success_at_3: within(3),
    })
}

/// Discounted cumulative gain of the first [`DEPTH`].
fn dcg(grades: &[u8]) -> f64 {
    let gain =
        |(at, grade): (usize, &u8)| (f64::from(*grade).exp2() - 1.0) / (at as f64 + 2.0).log2();
    grades.iter().take(DEPTH).enumerate().map(gain).sum()
}

/// The means of `all`; zeros of none.
pub fn mean(all: &[Measures]) -> Measures {
    let of =
        |value: fn(&Measures) -> f64| all.iter().map(value).sum::<f64>() / all.len().max(1) as f64;
    Measures {
        ndcg: of(|m| m.ndcg),
        reciprocal_rank: of(|m| m.reciprocal_rank),
        success_at_1: of(|m| m.success_at_1),
        success_at_3: of(|m| m.success_at_3),
    }
}

/// How likely a mean difference at least as large as that of `differences` (one a query) would be if the
/// runs did not differ: the paired randomisation test, two-sided, 10,000 draws.
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
    fn a_perfect_ranking_has_ones_and_an_unjudged_query_none() {
        let perfect = measure(&[3, 2, 0], &[3, 2, 0]).unwrap();
        assert_eq!(
            perfect,
            Measures { ndcg: 1.0, reciprocal_rank: 1.0, success_at_1: 1.0, success_at_3: 1.0 }
        );
        let late = measure(&[1, 0, 0, 2], &[2, 1]).unwrap();
        assert_eq!((late.reciprocal_rank, late.success_at_3), (0.25, 0.0));
        assert_eq!(measure(&[0], &[0, 0]), None);
    }

    #[test]
    fn chance_is_small_only_for_differences_of_one_sign() {
        assert!(chance(&[0.1; 12]) < 0.01);
        assert!(chance(&[0.1, -0.1, 0.2, -0.2]) > 0.5);
        assert_eq!(chance(&[0.0; 5]), 1.0);
    }
}
