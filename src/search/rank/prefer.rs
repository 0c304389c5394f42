//! The score that sections gain if the query names their source.
//!
//! Each word of a name counts as if it occurred in every section of the source. It counts with the lower of two inverse
//! document frequencies: that of the word, and that of a term that occurs in exactly the source's sections. Actual
//! occurrences of the word in these sections add nothing, because pages about the source would otherwise rank above
//! pages that match the rest of the query. (If the query consists only of names of sources, there is no rest, and
//! actual occurrences count.) A name excludes nothing: a section that contains enough of the other words matches,
//! whatever its source. Every section that would match without the preference also matches.

use crate::search::index::opened::OpenedIndex;
use crate::search::rank::bits::UnitBits;
use crate::search::rank::plan::Plan;
use crate::search::rank::units::UnitValue;
use crate::search::rank::weights::Weights;

/// The bonus of a section for its source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::search) struct SourceGain {
    pub score: f32,
    /// The units that count as contained in the section.
    pub units: UnitBits,
}

/// The sources that a query prefers.
pub(in crate::search) struct Preferred {
    /// For each source, by its number in the index: the bonus of its sections.
    gains: Vec<SourceGain>,
    /// The units that belong to names of sources.
    pub units: UnitBits,
    /// Whether the query, apart from extra units, consists only of names of sources. Then all sections of these sources
    /// match.
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
    pub fn weigh(
        &mut self,
        plan: &Plan,
        values: &[UnitValue],
        opened: &OpenedIndex,
        weights: &Weights,
    ) {
        for (at, preference) in plan.preferences.iter().enumerate() {
            let rarity = opened.rarity(preference.sections);
            let own = plan.units.iter().zip(values).filter(|(unit, _)| unit.preference == Some(at));
            // The values are thousandths of inverse document frequencies. An f32 represents them exactly.
            let words = own.map(|(_, value)| (value.value as f32 / 1000.0).min(rarity));
            let score = weights.preferred * words.sum::<f32>();
            for number in &preference.sources {
                self.gains[*number].score += score;
            }
        }
    }

    /// The same preferences for the index `other`, which contains a part of the sections of `opened` and numbers its
    /// sources on its own. O(sources).
    pub fn renumbered(&self, opened: &OpenedIndex, other: &OpenedIndex) -> Preferred {
        let gain = |number| {
            let id = other.values.source_name(number)?;
            self.gains.get(opened.values.source(id)?).copied()
        };
        let gains = (0..other.values.sources()).map(|number| gain(number).unwrap_or_default());
        Preferred { gains: gains.collect(), units: self.units, is_all: self.is_all }
    }

    /// The score of each preferred source, by its number.
    pub fn scores(&self) -> impl Iterator<Item = (usize, f32)> {
        let preferred = self.gains.iter().enumerate().filter(|(_, gain)| gain.units != 0);
        preferred.map(|(number, gain)| (number, gain.score))
    }

    /// The bonus of `section`.
    pub fn gain(&self, opened: &OpenedIndex, section: u32) -> SourceGain {
        let number = opened.values.source_of(section);
        number.and_then(|number| self.gains.get(number)).copied().unwrap_or_default()
    }

    /// The units whose occurrences in `section` are ignored, because they already count for `section` through its
    /// source. Empty if the query consists only of names of sources.
    pub fn spared(&self, opened: &OpenedIndex, section: u32) -> u32 {
        if self.is_all { 0 } else { self.gain(opened, section).units }
    }

    /// The highest score that a section gains.
    pub fn most(&self) -> f32 {
        self.gains.iter().map(|gain| gain.score).fold(0.0, f32::max)
    }

    /// The numbers of the preferred sources.
    pub fn sources(&self) -> impl Iterator<Item = usize> {
        self.scores().map(|(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{fixture, record};
    use crate::search::query::understand::names::Preference;
    use crate::search::rank::plan::PlanUnit;
    use crate::search::rank::weights::WEIGHTS;

    fn unit(preference: Option<usize>) -> PlanUnit {
        PlanUnit {
            parts: Vec::new(),
            weight: 1.0,
            is_required: false,
            is_extra: false,
            stem: None,
            preference,
        }
    }

    /// A plan of `units` that prefers the source with the number 1.
    fn plan(units: Vec<PlanUnit>) -> Plan<'static> {
        let preferences = vec![Preference { sources: vec![1], sections: 1 }];
        Plan { units, preferences, ..Plan::default() }
    }

    #[test]
    fn only_sections_of_the_named_source_gain_for_the_words_of_its_name() {
        let mut records = [record("A", "a"), record("B", "b")];
        records[1].source = "bob/lists".into();
        let fixture = fixture(records);
        let opened = &fixture.searcher.index.opened;
        let section = |id| (0..2).find(|section| opened.id(*section).0 == id).unwrap();
        let (ann, bob) = (section(0), section(1));
        let plan = plan(vec![unit(None), unit(Some(0))]);
        let mut preferred = Preferred::of(&plan, opened).unwrap();
        let value = |value| UnitValue { idf: 0.0, value, postings: 0, highest: 0.0 };
        preferred.weigh(&plan, &[9_000, 100].map(value), opened, &WEIGHTS);
        assert_eq!(preferred.gain(opened, ann), SourceGain::default());
        let gain = preferred.gain(opened, bob);
        assert_eq!(gain, SourceGain { score: WEIGHTS.preferred * 0.1, units: 0b10 });
        assert_eq!(preferred.spared(opened, bob), 0b10);
        assert_eq!(preferred.sources().collect::<Vec<_>>(), [1]);
        assert!(!preferred.is_all);
    }

    #[test]
    fn words_are_spared_in_their_source_unless_the_query_consists_of_names() {
        let mut records = [record("A", "a"), record("B", "b")];
        records[1].source = "bob/lists".into();
        let fixture = fixture(records);
        let opened = &fixture.searcher.index.opened;
        let preferred = Preferred::of(&plan(vec![unit(Some(0))]), opened).unwrap();
        assert!(preferred.is_all);
        assert_eq!([0, 1].map(|section| preferred.spared(opened, section)), [0, 0]);
        assert!(Preferred::of(&plan(vec![unit(None)]), opened).is_none());
    }
}
