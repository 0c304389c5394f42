//! Upper bounds of scores: they show which sections can't be among the best.

use crate::search::rank::bits::{UnitBits, each_unit};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::units::UnitValue;

/// Upper bounds of the scores of sections.
pub(in crate::search) struct ScoreBounds {
    /// The highest score of each unit, including the factor that does not depend on the words.
    units: Vec<f32>,
    /// The highest score for the source.
    source: f32,
    /// The bound for each set of units. Empty if there are more than [`MOST_TABLED`] units.
    table: Vec<f32>,
}

/// The bounds of all sets of units are tabulated if there are at most this many units.
const MOST_TABLED: usize = 8;

impl ScoreBounds {
    /// The bounds for units with `values`. `factor` is the highest factor that does not depend on the words.
    pub fn new(values: &[UnitValue], preferred: Option<&Preferred>, factor: f32) -> ScoreBounds {
        let units: Vec<f32> = values.iter().map(|value| value.highest * factor).collect();
        let source = factor * preferred.map_or(0.0, Preferred::most);
        let mut bounds = ScoreBounds { units, source, table: Vec::new() };
        if bounds.units.len() <= MOST_TABLED {
            bounds.table = (0..1 << bounds.units.len()).map(|units| bounds.sum(units)).collect();
        }
        bounds
    }

    fn sum(&self, units: UnitBits) -> f32 {
        each_unit(units).map(|unit| self.units[unit]).sum::<f32>() + self.source
    }

    /// An upper bound of the score of a section with the main units `units`.
    pub fn of(&self, units: UnitBits) -> f32 {
        self.table.get(units as usize).copied().unwrap_or_else(|| self.sum(units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabulated_and_summed_bounds_are_equal() {
        let value = |highest| UnitValue { idf: 1.0, value: 1, postings: 1, highest };
        let values: Vec<UnitValue> = (0..9_u8).map(|at| value(f32::from(at))).collect();
        let few = ScoreBounds::new(&values[..MOST_TABLED], None, 2.0);
        let many = ScoreBounds::new(&values, None, 2.0);
        assert!(!few.table.is_empty() && many.table.is_empty());
        for units in [0, 0b110, 0b1111_1111] {
            assert_eq!(few.of(units), many.of(units), "{units:b}");
        }
        assert_eq!(few.of(0b110), 6.0);
    }
}
