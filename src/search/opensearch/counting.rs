//! How much the units of a plan count, from the words of the local index.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::rank::embedded::EmbeddedIndex;
use crate::search::rank::plan::{Alternative, Alternatives, PlanPart, PlanUnit};
use crate::search::rank::units::{self, UnitValue};
use crate::search::rank::weights::WEIGHTS;

/// The values of `units`. An outline has no positions. So it counts the sections with all words of a phrase, which are
/// more than those with the phrase.
pub(in crate::search) fn values(
    local: &EmbeddedIndex,
    units: &[PlanUnit],
    budget: &Budget,
) -> Result<Vec<UnitValue>, SearchError> {
    let counted: Vec<PlanUnit>;
    let units = match local.opened.is_outline {
        true => {
            let of =
                |unit: &PlanUnit| PlanUnit { parts: without_order(&unit.parts), ..unit.clone() };
            counted = units.iter().map(of).collect();
            &counted
        }
        false => units,
    };
    let segments = units::open(units, &[], &local.opened, (&local.levels, &WEIGHTS), budget)?;
    units::values(units, &segments, &local.opened, &WEIGHTS, budget)
}

/// `parts` with phrases replaced by all their words.
fn without_order(parts: &Alternatives) -> Alternatives {
    let of = |alternative: &Alternative| {
        let part = match &alternative.part {
            PlanPart::Phrase(stems) => {
                let one = |stem: &String| vec![Alternative::as_typed(PlanPart::Stem(stem.clone()))];
                PlanPart::All(stems.iter().map(one).collect())
            }
            PlanPart::Exact { parts, words } => {
                PlanPart::Exact { parts: without_order(parts), words: words.clone() }
            }
            PlanPart::All(elements) => PlanPart::All(elements.iter().map(without_order).collect()),
            part => part.clone(),
        };
        Alternative { part, weight: alternative.weight }
    };
    parts.iter().map(of).collect()
}
