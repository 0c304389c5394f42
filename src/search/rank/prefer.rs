//! The score that sections gain if the query names their source.
//!
//! Each word of a name counts as if it occurred in every section of the source, with the lower of two inverse document
//! frequencies: that of the word, and that of the source's sections. Actual occurrences in these sections then add
//! nothing; otherwise pages about the source would rank above pages that match the rest of the query. A name excludes
//! nothing: a section that contains enough of the other words matches, whatever its source, and so does every section
//! that would match without the preference.

use crate::search::index::opened::OpenedIndex;
use crate::search::rank::board::UnitBits;
use crate::search::rank::plan::Plan;
use crate::search::rank::weights::Weights;

/// The bonus of a section for its source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::search) struct SourceGain {
    pub score: f32,
    /// The units that the section counts as containing.
    pub units: UnitBits,
}

/// The sources that a query prefers.
pub(in crate::search) struct Preferred {
    /// By the source's number in the index.
    gains: Vec<SourceGain>,
    /// The units that belong to names of sources.
    pub units: UnitBits,
    /// Whether the query consists only of names: then all sections of their sources match.
    pub is_all: bool,
}

impl Preferred {
    /// The sources that `plan` prefers, with scores of 0 until `Preferred::weigh` is called; `None` if it prefers none.
    /// O(sources + units).
    pub fn of(plan: &Plan, opened: &OpenedIndex) -> Option<Preferred> {
        let mut preferred = Preferred {
            gains: vec![SourceGain::default(); opened.values.sources()],
            units: 0,
            is_all: plan.units.iter().all(|unit| unit.is_extra || unit.preference.is_some()),
        };
        for (unit, bit) in plan.units.iter().zip(0..) {
            let Some(preference) = unit.preference.and_then(|at| plan.preferences.get(at)) else {
                continue;
            };
            preferred.units |= 1 << bit;
            for number in &preference.sources {
                preferred.gains[*number].units |= 1 << bit;
            }
        }
        (preferred.units != 0).then_some(preferred)
    }

    /// Computes the score of each preferred source from `values`, the values of the units of `plan`.
    pub fn weigh(&mut self, plan: &Plan, values: &[u32], opened: &OpenedIndex, weights: &Weights) {
        for (at, preference) in plan.preferences.iter().enumerate() {
            let rarity = opened.rarity(preference.sections);
            let own = plan.units.iter().zip(values).filter(|(unit, _)| unit.preference == Some(at));
            // Thousandths of inverse document frequencies: exact in an f32.
            let words = own.map(|(_, value)| (*value as f32 / 1000.0).min(rarity));
            let score = weights.preferred * words.sum::<f32>();
            for number in &preference.sources {
                self.gains[*number].score += score;
            }
        }
    }

    /// The bonus of `section`.
    pub fn gain(&self, opened: &OpenedIndex, section: u32) -> SourceGain {
        let number = opened.values.source_of(section);
        number.and_then(|number| self.gains.get(number)).copied().unwrap_or_default()
    }

    /// The units that count for `section` because of its source, so that their occurrences in it are ignored; none if
    /// the query consists only of names.
    pub fn spared(&self, opened: &OpenedIndex, section: u32) -> u32 {
        if self.is_all { 0 } else { self.gain(opened, section).units }
    }

    /// The numbers of the preferred sources.
    pub fn sources(&self) -> impl Iterator<Item = usize> {
        self.gains.iter().enumerate().filter(|(_, gain)| gain.units != 0).map(|(number, _)| number)
    }
}
