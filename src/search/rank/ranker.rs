//! The second pass of ranking: adds bonuses to the best matches, for proximity of query words and for a heading that
//! matches the query. These cost too much to compute for all matches.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::HEADING;
use crate::search::index::opened::OpenedIndex;
use crate::search::rank::best::Found;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::proximity::Proximity;
use crate::search::rank::shares::QueryShares;
use crate::search::rank::units::UnitValue;
use crate::search::rank::weights::Weights;

/// The number of best matches that the second pass scores.
const RESCORED: usize = 100;

/// Rescores the best matches.
pub(in crate::search) struct Ranker<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub units: &'a [PlanUnit],
    pub values: &'a [UnitValue],
    pub shares: &'a QueryShares,
    pub budget: &'a Budget,
}

impl Ranker<'_> {
    /// Adds the bonuses to the first [`RESCORED`] of the sorted `matches`, and sorts these again. `factor` gives the
    /// factor for the words of a match.
    pub fn rescore(
        &self,
        matches: &mut [Found],
        factor: impl Fn(&Found) -> f32,
    ) -> Result<(), SearchError> {
        let rescored = matches.len().min(RESCORED);
        let first = &mut matches[..rescored];
        first.sort_unstable_by_key(|found| found.section);
        let sections: Vec<u32> = first.iter().map(|found| found.section).collect();
        let near = Proximity {
            opened: self.opened,
            units: self.units,
            values: self.values,
            weights: self.weights,
            budget: self.budget,
        };
        let near = near.of(&sections)?;
        for (found, near) in first.iter_mut().zip(near) {
            let bonus = self.weights.near * near + self.weights.heading * self.heading(found);
            found.score += bonus * factor(found);
        }
        first.sort_unstable_by_key(Found::key);
        Ok(())
    }

    /// How well the heading of a section matches the query. The value is higher if the heading contains more of the
    /// query, and if it contains fewer other words.
    fn heading(&self, found: &Found) -> f32 {
        if found.headings == 0 {
            return 0.0;
        }
        let place = self.opened.place(found.section);
        let lengths = &self.opened.segments[place.segment].texts[HEADING].lengths;
        let length = lengths.fieldnorm(place.doc).max(1);
        let share = self.shares.share(found.headings);
        // Both numbers are small counts of words, so the conversion is exact.
        let purity = (found.headings.count_ones() as f32 / length as f32).min(1.0);
        self.shares.total() / 1000.0 * share * purity
    }
}
