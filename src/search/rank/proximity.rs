//! A bonus for sections where neighbouring words of the query occur close together.
//!
//! Each pair of neighbouring query words is a term of its own. Every occurrence of the pair in the body adds to the
//! frequency of the term: most if the words are adjacent, less if they are farther apart or in reverse order. The
//! frequency is normalised by body length and saturates like any other. (The pairs are those of sequential dependence:
//! D. Metzler, W. B. Croft, SIGIR 2005. The counting is that of Y. Rasolofo, J. Savoy, "Term proximity scoring for
//! keyword-based retrieval systems", ECIR 2003.)

use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::{BODY, FIELD_WEIGHTS};
use crate::search::index::opened::{OpenedIndex, SectionPlace};
use crate::search::index::postings::POSITIONS_PER_UNIT;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::units::UnitValue;
use crate::search::rank::weights::Weights;

/// The greatest distance that counts, in positions. Words that are farther apart get no bonus.
const FARTHEST: u32 = 10;
/// The factor for words in reverse order.
const TURNED: f32 = 0.7;

/// Computes the proximity of neighbouring units of a query.
pub(in crate::search) struct Proximity<'a> {
    pub opened: &'a OpenedIndex,
    pub units: &'a [PlanUnit],
    pub values: &'a [UnitValue],
    pub weights: &'a Weights,
    pub budget: &'a Budget,
}

impl Proximity<'_> {
    /// The proximity bonus of each of `sections` (ascending), in units of inverse document frequency. Each pair of
    /// neighbouring units adds at most the lesser of the values of the two units. Reads the positions of words in these
    /// sections only.
    pub fn of(&self, sections: &[u32]) -> Result<Vec<f32>, SearchError> {
        let mut near = vec![0.0; sections.len()];
        let mut before: Option<(usize, Vec<Vec<u32>>)> = None;
        for (at, unit) in self.units.iter().enumerate() {
            let Some(stem) = unit.stem.as_ref().filter(|_| self.has_neighbour(at)) else {
                before = None;
                continue;
            };
            let places = self.places(stem, sections)?;
            if let Some((other, others)) = &before {
                let value = self.values[*other].value.min(self.values[at].value) as f32 / 1000.0;
                for (((near, left), right), section) in
                    near.iter_mut().zip(others).zip(&places).zip(sections)
                {
                    let frequency = closeness(left, right) * self.norm(*section);
                    *near += value * frequency / (self.weights.saturation + frequency);
                }
            }
            before = Some((at, places));
        }
        Ok(near)
    }

    /// The factor that normalises frequencies in the body of `section` by the length of the body.
    fn norm(&self, section: u32) -> f32 {
        let place = self.opened.place(section);
        let length = self.opened.segments[place.segment].texts[BODY].lengths.fieldnorm(place.doc);
        FIELD_WEIGHTS[BODY].norm(length)
    }

    /// Whether a unit next to the one with index `at` has a stem.
    fn has_neighbour(&self, at: usize) -> bool {
        let has = |at: Option<usize>| {
            at.and_then(|at| self.units.get(at)).is_some_and(|unit| unit.stem.is_some())
        };
        has(at.checked_sub(1)) || has(Some(at + 1))
    }

    /// The positions of `stem` in the body of each of `sections`.
    fn places(&self, stem: &str, sections: &[u32]) -> Result<Vec<Vec<u32>>, SearchError> {
        let term = Term::from_field_text(self.opened.fields.body, stem);
        let mut places = vec![Vec::new(); sections.len()];
        for (at, segment) in self.opened.segments.iter().enumerate() {
            let terms = &segment.texts[BODY].terms;
            let option = IndexRecordOption::WithFreqsAndPositions;
            let Some(mut postings) = terms.read_postings(&term, option)? else { continue };
            for (section, places) in sections.iter().zip(&mut places) {
                let SectionPlace { segment: own, doc } = self.opened.place(*section);
                if own == at && postings.doc() <= doc && postings.seek(doc) == doc {
                    postings.positions(places);
                    self.budget.spend(1 + places.len() / POSITIONS_PER_UNIT)?;
                }
                if postings.doc() == TERMINATED {
                    break;
                }
            }
        }
        Ok(places)
    }
}

/// The frequency of a pair of words with the positions `left` and `right`. Each position of `left` adds the greater of
/// two values: 1 divided by the distance to the next position of `right`, and `TURNED` divided by the distance to the
/// previous position of `right`. A value is 0 if there is no such position or if the distance is above [`FARTHEST`].
fn closeness(left: &[u32], right: &[u32]) -> f32 {
    let mut sum = 0.0;
    let mut next = 0;
    for place in left {
        while right.get(next).is_some_and(|other| other < place) {
            next += 1;
        }
        let close = |at: Option<usize>, factor: f32| {
            let distance =
                at.and_then(|at| right.get(at)).map_or(0, |other| other.abs_diff(*place));
            // The distance is at most 10, so the conversion is exact.
            if (1..=FARTHEST).contains(&distance) { factor / distance as f32 } else { 0.0 }
        };
        sum += close(Some(next), 1.0).max(close(next.checked_sub(1), TURNED));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::closeness;

    #[test]
    fn the_nearest_positions_count() {
        assert_eq!(closeness(&[3, 40], &[41]), 1.0);
        assert_eq!(closeness(&[3, 40], &[4, 42]), 1.5);
        assert_eq!(closeness(&[40], &[10, 39]), 0.7);
        assert_eq!(closeness(&[1], &[3]), 0.5);
        assert_eq!(closeness(&[1], &[100]), 0.0);
        assert_eq!(closeness(&[], &[1]), 0.0);
        assert_eq!(closeness(&[5], &[5]), 0.0, "one place is not two words");
    }
}
