//! Decides which sections match a query: those that contain enough of it.

use crate::search::rank::bits::UnitBits;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::prefer::{Preferred, SourceGain};
use crate::search::rank::shares::{QueryRemainder, QueryShares};
use crate::search::rank::units::UnitValue;
use crate::search::rank::weights::Weights;

/// How a section matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) enum Match {
    No,
    /// It contains enough of the part of the query that does not name sources, or all of the query names its source.
    ByName,
    /// It contains enough of the query.
    ByWords,
}

/// The conditions on the units of a section.
pub(in crate::search) struct Matcher {
    pub shares: QueryShares,
    pub remainder: Option<QueryRemainder>,
    /// The least share of the query that a match contains.
    pub least: f32,
    /// The units that a match must contain.
    pub required: UnitBits,
}

impl Matcher {
    /// The conditions for `units`. If `is_relaxed`, one unit is enough.
    pub fn new(
        units: &[PlanUnit],
        values: &[UnitValue],
        preferred: Option<&Preferred>,
        weights: &Weights,
        is_relaxed: bool,
    ) -> Matcher {
        let values: Vec<u32> = values.iter().map(|value| value.value).collect();
        let shares = |values: &[u32]| QueryShares::new(units, values, weights.coverage);
        let remainder = preferred.map(|preferred| {
            let is_named = |at: usize| preferred.units & (1 << at) != 0;
            let rest = values.iter().enumerate();
            let rest: Vec<u32> = rest.map(|(at, v)| if is_named(at) { 0 } else { *v }).collect();
            QueryRemainder { shares: shares(&rest), is_empty: preferred.is_all }
        });
        Matcher {
            shares: shares(&values),
            remainder,
            least: if is_relaxed { 0.0 } else { weights.least_share },
            required: match is_relaxed {
                true => 0,
                false => bits(units, |unit| unit.is_required),
            },
        }
    }

    /// How a section with `units` and `gain`, the bonus for its source, matches.
    pub fn check(&self, units: UnitBits, gain: SourceGain) -> Match {
        if units & self.required != self.required {
            return Match::No;
        }
        let share = self.shares.share(units);
        if share >= self.least && share > 0.0 {
            return Match::ByWords;
        }
        let rest = self.remainder.as_ref();
        match rest.is_some_and(|rest| rest.is_held(units, gain, self.least)) {
            true => Match::ByName,
            false => Match::No,
        }
    }

    /// Whether no section matches that contains only units of `units`, apart from sections that match by the name of
    /// their source alone.
    pub fn can_skip(&self, units: UnitBits) -> bool {
        self.check(units, SourceGain::default()) == Match::No
    }
}

/// The set of the units for which `wanted` is true.
pub(in crate::search) fn bits(units: &[PlanUnit], wanted: impl Fn(&PlanUnit) -> bool) -> UnitBits {
    units
        .iter()
        .enumerate()
        .filter(|(_, unit)| wanted(unit))
        .fold(0, |bits, (at, _)| bits | 1 << at)
}

/// The units, as many postings as possible, that need not be read to find candidates: `can_skip` must return true for
/// every set of units that no candidate consists of, and so for all its subsets.
pub(in crate::search) fn skipped(
    values: &[UnitValue],
    can_skip: impl Fn(UnitBits) -> bool,
) -> UnitBits {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(values[*at].postings));
    order.into_iter().fold(0, |skipped, at| {
        let more = skipped | 1 << at;
        if can_skip(more) { more } else { skipped }
    })
}
