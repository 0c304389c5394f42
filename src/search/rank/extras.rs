//! Adds the extra units of a query, such as names of several words, to the scores of the best matches.
//!
//! An extra unit never decides whether a section matches. Many of them are phrases, which cost too much to look up in
//! all matches.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::{OpenedIndex, SectionPlace};
use crate::search::rank::best::Found;
use crate::search::rank::bits::{Span, UnitBits, WINDOW, WindowBits, each_unit};
use crate::search::rank::units::{SegmentUnits, UnitValue};
use crate::search::rank::weights::Weights;
use crate::search::rank::window::UnitWindow;

/// The number of best matches in which extra units are looked up.
const EXTENDED: usize = 200;

/// Looks up extra units in the best matches.
pub(in crate::search) struct Extras<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    /// The extra units.
    pub units: UnitBits,
    pub values: &'a [UnitValue],
    pub budget: &'a Budget,
}

impl Extras<'_> {
    /// Adds the scores of the extra units to the first [`EXTENDED`] of the sorted `matches`, and sorts these again. The
    /// extra units of `segments` must not have been read before. `factor` gives the factor for the words of a match.
    pub fn add(
        &self,
        matches: &mut [Found],
        segments: &mut [SegmentUnits],
        factor: impl Fn(&Found) -> f32,
    ) -> Result<(), SearchError> {
        let extended = matches.len().min(EXTENDED);
        let first = &mut matches[..extended];
        if self.units == 0 {
            return Ok(());
        }
        first.sort_unstable_by_key(|found| found.section);
        let mut window = UnitWindow::default();
        let window_of = |found: &Found| {
            let SectionPlace { segment, doc } = self.opened.place(found.section);
            (segment, doc / WINDOW * WINDOW)
        };
        for found in first.chunk_by_mut(|a, b| window_of(a) == window_of(b)) {
            let Some((segment, from)) = found.first().map(window_of) else { continue };
            let to = (from + WINDOW).min(self.opened.segments[segment].reader.max_doc());
            let base = self.opened.segments[segment].base + from;
            let mut wanted = WindowBits::default();
            found.iter().for_each(|found| wanted.insert(found.section - base));
            for unit in each_unit(self.units) {
                let parts = &mut segments[segment].units[unit];
                parts.read(Span { from, to }, Some(&wanted), &mut window, self.budget)?;
                for found in found.iter_mut() {
                    self.count(unit, &window, found.section - base, found, &factor);
                }
            }
        }
        first.sort_unstable_by_key(Found::key);
        Ok(())
    }

    /// Adds `unit` to `found`, which is at `at` in `window`, if the section contains it.
    fn count(
        &self,
        unit: usize,
        window: &UnitWindow,
        at: u32,
        found: &mut Found,
        factor: impl Fn(&Found) -> f32,
    ) {
        if window.sections.contains(at) {
            let saturated = self.weights.saturated(window.frequency(at));
            found.score += self.values[unit].idf * saturated * factor(found);
            found.units |= 1 << unit;
            found.headings |= UnitBits::from(window.headings.contains(at)) << unit;
        }
    }
}
