//! The units of a query in an opened index: their readers, and how much each unit counts.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::LevelTable;
use crate::search::index::opened::OpenedIndex;
use crate::search::rank::bits::Span;
use crate::search::rank::opener::PartOpener;
use crate::search::rank::parts::Parts;
use crate::search::rank::plan::{Alternative, PlanUnit};
use crate::search::rank::weights::Weights;
use crate::search::rank::window::UnitWindow;

/// A sample is read in spans of so many sections.
const SAMPLED: u32 = 256;
/// The number of sections that contain a unit is estimated after so many postings were read.
const SAMPLE: usize = 256;

/// How much a unit counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::search) struct UnitValue {
    /// Its weighted inverse document frequency.
    pub idf: f32,
    /// The same in thousandths, plus 1, so that every unit counts. At most about 20,000.
    pub value: u32,
    /// The number of postings of the unit.
    pub postings: usize,
    /// An upper bound of the unit's score in a section.
    pub highest: f32,
}

/// The readers of all units in one segment.
pub(in crate::search) struct SegmentUnits<'a> {
    /// The index of the segment.
    pub segment: usize,
    /// In the order of the units of the plan.
    pub units: Vec<Parts<'a>>,
    /// Sections that contain one of these are not candidates.
    pub excluded: Parts<'a>,
}

/// Opens the readers of `units` and `excluded` in each segment. O(alternatives · segments) look-ups.
pub(in crate::search) fn open<'a>(
    units: &[PlanUnit],
    excluded: &[Alternative],
    opened: &'a OpenedIndex,
    (levels, weights): (&'a LevelTable, &'a Weights),
    budget: &'a Budget,
) -> Result<Vec<SegmentUnits<'a>>, SearchError> {
    let mut segments = Vec::with_capacity(opened.segments.len());
    for (number, segment) in opened.segments.iter().enumerate() {
        let opener = PartOpener { opened, segment, levels, weights, budget };
        let open = |unit: &PlanUnit| opener.open(&unit.parts);
        segments.push(SegmentUnits {
            segment: number,
            units: units.iter().map(open).collect::<Result<_, _>>()?,
            excluded: opener.open(excluded)?,
        });
    }
    Ok(segments)
}

/// The value of each of `units`.
pub(in crate::search) fn values(
    units: &[PlanUnit],
    segments: &[SegmentUnits],
    opened: &OpenedIndex,
    weights: &Weights,
    budget: &Budget,
) -> Result<Vec<UnitValue>, SearchError> {
    let mut window = UnitWindow::default();
    let mut values = Vec::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let parts = || segments.iter().map(|segment| (segment, &segment.units[at]));
        let documents = documents(parts(), opened, &mut window, budget)?;
        let idf = unit.weight * opened.rarity(documents);
        let highest = parts().map(|(_, parts)| parts.highest()).fold(0.0, f32::max);
        values.push(UnitValue {
            idf,
            value: (idf * 1000.0) as u32 + 1,
            postings: parts().map(|(_, parts)| parts.documents()).sum(),
            highest: idf * weights.saturated(highest),
        });
    }
    Ok(values)
}

/// `values` with the postings and upper bounds of other `segments`, which contain a part of the sections.
pub(in crate::search) fn in_part(
    values: &[UnitValue],
    segments: &[SegmentUnits],
    weights: &Weights,
) -> Vec<UnitValue> {
    let of_unit = |(at, value): (usize, &UnitValue)| {
        let parts = || segments.iter().map(|segment| &segment.units[at]);
        let highest = parts().map(Parts::highest).fold(0.0, f32::max);
        UnitValue {
            postings: parts().map(Parts::documents).sum(),
            highest: value.idf * weights.saturated(highest),
            ..*value
        }
    };
    values.iter().enumerate().map(of_unit).collect()
}

/// The number of sections that contain a unit whose `parts` in each segment are given. It is exact if the unit is one
/// list, or has at most [`SAMPLE`] postings. Otherwise, the first [`SAMPLE`] postings show how many lists contain the
/// same section on average.
fn documents<'s>(
    parts: impl Iterator<Item = (&'s SegmentUnits<'s>, &'s Parts<'s>)> + Clone,
    opened: &OpenedIndex,
    window: &mut UnitWindow,
    budget: &Budget,
) -> Result<usize, SearchError> {
    let all: usize = parts.clone().map(|(_, parts)| parts.documents()).sum();
    if parts.clone().all(|(_, parts)| parts.is_one_list()) {
        return Ok(all);
    }
    let (mut found, mut examined) = (0, 0);
    for (segment, parts) in parts {
        let sections = opened.segments[segment.segment].reader.max_doc();
        let mut parts = parts.clone();
        while examined + parts.examined() < SAMPLE && parts.next() < sections {
            let from = parts.next();
            let span = Span { from, to: sections.min(from + SAMPLED) };
            parts.read(span, None, window, budget)?;
            found += window.sections.count();
        }
        examined += parts.examined();
        if examined >= SAMPLE {
            break;
        }
    }
    Ok(if examined < SAMPLE { found } else { found * all / examined })
}
