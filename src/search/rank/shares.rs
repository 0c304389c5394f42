//! Computes how much of a query a section contains: the share of the query's value, and the factor by which the
//! section's score is multiplied for this share.

use crate::search::rank::bits::UnitBits;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::prefer::SourceGain;

/// The shares of all sets of units are tabulated if the query has at most this many units. For longer queries, each
/// share is computed when it is needed.
const MOST_TABLED: usize = 8;

/// How much of a query a set of units makes up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct QueryShare {
    share: f32,
    factor: f32,
}

/// Computes the share of a query that a set of units makes up. The shares of all sets are tabulated if the query has
/// few units.
pub(in crate::search) struct QueryShares {
    values: Vec<u32>,
    total: u32,
    /// The exponent that turns a share into a factor.
    power: f32,
    /// The share and the factor of each set of units; the index is the set as [`UnitBits`]. Empty if there are more
    /// than [`MOST_TABLED`] units.
    table: Vec<QueryShare>,
}

impl QueryShares {
    /// The shares of `units` with `values`. Extra units count only if all units are extra.
    pub fn new(units: &[PlanUnit], values: &[u32], power: f32) -> QueryShares {
        let has_main = units.iter().any(|unit| !unit.is_extra);
        let counts = |unit: &PlanUnit| !has_main || !unit.is_extra;
        let values: Vec<u32> = units
            .iter()
            .zip(values)
            .map(|(unit, value)| if counts(unit) { *value } else { 0 })
            .collect();
        let total = values.iter().sum();
        let mut shares = QueryShares { total, values, power, table: Vec::new() };
        if shares.values.len() <= MOST_TABLED {
            shares.table = (0..1_u32 << shares.values.len()).map(|bits| shares.sum(bits)).collect();
        }
        shares
    }

    fn sum(&self, units: UnitBits) -> QueryShare {
        let values = self.values.iter().enumerate();
        let held: u32 = values.filter(|(at, _)| units & (1 << at) != 0).map(|(_, v)| v).sum();
        // Sums of thousandths of inverse document frequencies are below 2^24, so an f32 is exact.
        let share = if held == self.total { 1.0 } else { held as f32 / self.total as f32 };
        QueryShare { share, factor: share.powf(self.power) }
    }

    /// The share of the query's total value that `units` have, from 0 to 1.
    pub fn share(&self, units: UnitBits) -> f32 {
        self.of(units).share
    }

    /// The factor for the score of a section that contains `units`.
    pub fn factor(&self, units: UnitBits) -> f32 {
        self.of(units).factor
    }

    fn of(&self, units: UnitBits) -> QueryShare {
        self.table.get(units as usize).copied().unwrap_or_else(|| self.sum(units))
    }

    /// The value of each unit; 0 for units that don't count.
    pub fn values(&self) -> &[u32] {
        &self.values
    }

    /// The least sum of values whose share of the total is at least `share`.
    pub fn least_value(&self, share: f32) -> u32 {
        let is_less = |value: u32| (value as f32 / self.total as f32) < share;
        // Rounding moves the bound by less than one.
        let near = (share * self.total as f32) as u32;
        (near.saturating_sub(1)..=self.total).find(|value| !is_less(*value)).unwrap_or(self.total)
    }

    /// The units that count.
    pub fn main(&self) -> UnitBits {
        let counting = self.values.iter().enumerate().filter(|(_, value)| **value > 0);
        counting.fold(0, |units, (at, _)| units | 1 << at)
    }

    /// The total value of the query, in thousandths of inverse document frequencies.
    pub fn total(&self) -> f32 {
        self.total as f32
    }
}

/// The part of a query that does not name sources.
pub(in crate::search) struct QueryRemainder {
    pub shares: QueryShares,
    /// Whether the query consists only of names.
    pub is_empty: bool,
}

impl QueryRemainder {
    /// Whether a section that contains `units` contains at least the share `least` of this part of the query. If the
    /// query consists only of names: whether `gain`, the section's bonus, shows that its source is a preferred one.
    pub fn is_held(&self, units: UnitBits, gain: SourceGain, least: f32) -> bool {
        if self.is_empty {
            return gain.units != 0;
        }
        let share = self.shares.share(units);
        share >= least && share > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(is_extra: bool) -> PlanUnit {
        PlanUnit {
            parts: vec![],
            weight: 1.0,
            is_required: false,
            is_extra,
            stem: None,
            preference: None,
        }
    }

    #[test]
    fn the_share_of_a_set_of_units_is_its_part_of_the_total_value() {
        let units = [unit(false), unit(false), unit(true)];
        let shares = QueryShares::new(&units, &[3_000, 1_000, 9_000], 0.5);
        assert_eq!((shares.share(0b001), shares.factor(0b001)), (0.75, 0.75_f32.sqrt()));
        assert_eq!((shares.share(0b011), shares.factor(0b011)), (1.0, 1.0));
        assert_eq!(shares.main(), 0b011);
        assert_eq!(shares.share(0b100), 0.0, "extra units don't count if there are others");
        let extra = QueryShares::new(&[unit(true)], &[500], 0.5);
        assert_eq!(extra.share(1), 1.0, "but they do alone");
    }

    #[test]
    fn tabulated_and_summed_shares_are_equal() {
        let few: Vec<PlanUnit> = (0..MOST_TABLED).map(|_| unit(false)).collect();
        let mut many = few.clone();
        many.push(unit(true));
        let values: Vec<u32> = (0..9).map(|at| 1_000 + 37 * at).collect();
        let tabled = QueryShares::new(&few, &values[..MOST_TABLED], 0.1);
        let summed = QueryShares::new(&many, &values, 0.1);
        assert!(!tabled.table.is_empty() && summed.table.is_empty());
        for units in [0, 1, 0b1010, 0b1111_1111] {
            assert_eq!(tabled.of(units), summed.of(units), "{units:b}");
        }
    }

    #[test]
    fn a_section_matches_by_its_source_alone_only_if_the_query_consists_of_names() {
        let shares = || QueryShares::new(&[unit(false), unit(false)], &[0, 1_000], 1.0);
        let gain = SourceGain { score: 1.0, units: 0b01 };
        let more = QueryRemainder { shares: shares(), is_empty: false };
        assert!(!more.is_held(0b01, gain, 0.5), "the other word is missing");
        assert!(more.is_held(0b10, gain, 0.5));
        let nothing = QueryRemainder { shares: shares(), is_empty: true };
        assert!(nothing.is_held(0, gain, 0.5));
        assert!(!nothing.is_held(0b01, SourceGain::default(), 0.5), "a section of another source");
    }
}
