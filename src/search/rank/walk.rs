//! Walks through the index, window by window, and finds the best matches.
//!
//! A match must contain enough of the query. So some units, usually the most common ones, can't make a match by
//! themselves. They are not read to find candidates, but only where the other units, the drivers, found some (compare H.
//! Turtle, J. Flood, "Query evaluation: strategies and optimizations", IPM 31(6), 1995: MaxScore). When [`COUNTED`]
//! matches were counted, matches that can't be among the best are no longer looked for either. The memory that a walk
//! needs does not depend on the size of the index.

use tantivy::Term;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::section_set::each_bit;
use crate::search::rank::best::{Best, Found};
use crate::search::rank::bits::{Span, UnitBits, WINDOW, WindowBits, each_unit};
use crate::search::rank::bounds::ScoreBounds;
use crate::search::rank::conditions::{LinkWish, MatchConditions};
use crate::search::rank::lists::List;
use crate::search::rank::matching::{Match, Matcher, skipped};
use crate::search::rank::prefer::{Preferred, SourceGain};
use crate::search::rank::units::{SegmentUnits, UnitValue};
use crate::search::rank::weights::Weights;
use crate::search::rank::window::{HeldUnits, UnitWindow};

/// At most this many matches are counted.
pub(in crate::search) const COUNTED: usize = 10_000;

/// The data of a walk that does not change.
pub(in crate::search) struct WalkInput<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    /// The units that decide whether a section matches.
    pub main: UnitBits,
    pub values: &'a [UnitValue],
    pub matcher: &'a Matcher,
    pub conditions: &'a MatchConditions<'a>,
    pub preferred: Option<&'a Preferred>,
    pub budget: &'a Budget,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub(in crate::search) struct Walked {
    /// The number of matches, at most [`COUNTED`].
    pub total: usize,
    /// The number of counted matches that contain enough of the query without the bonus for a preferred source.
    pub by_words: usize,
    /// The best matches, best first.
    pub best: Vec<Found>,
}

/// Walks through `segments`, and finds the matches by the main units. The other units are not read. O(postings of the
/// drivers).
pub(in crate::search) fn walk(
    input: &WalkInput,
    segments: &mut [SegmentUnits],
) -> Result<Walked, SearchError> {
    let mut walk = Walk::new(input);
    for segment in segments {
        walk.segment(segment)?;
    }
    let Walk { total, by_words, best, .. } = walk;
    Ok(Walked { total, by_words, best: best.into_sorted() })
}

/// The sections that fulfil `conditions` and contain nothing excluded, with their static factors as scores. O(sections).
pub(in crate::search) fn walk_all(
    opened: &OpenedIndex,
    weights: &Weights,
    conditions: &MatchConditions,
    segments: Vec<SegmentUnits>,
    budget: &Budget,
) -> Result<Walked, SearchError> {
    let (mut total, mut best) = (0, Best::default());
    let mut window = UnitWindow::default();
    for mut segment in segments {
        let index = &opened.segments[segment.segment];
        let sections = index.reader.max_doc();
        for from in (0..sections).step_by(WINDOW as usize) {
            let span = Span { from, to: sections.min(from + WINDOW) };
            let mut found = WindowBits::full();
            conditions.keep_shown(opened, index.base + from, &mut found);
            segment.excluded.read(span, Some(&found), &mut window, budget)?;
            found.remove(&window.sections);
            budget.spend(found.count())?;
            for at in found.iter().take_while(|at| from + at < sections) {
                let section = index.base + from + at;
                let score = conditions.static_factor(opened, weights, section, false);
                total += 1;
                best.add(Found { section, score, units: 0, headings: 0, has_links: false });
            }
        }
    }
    Ok(Walked { total, by_words: total, best: best.into_sorted() })
}

/// A walk in progress.
struct Walk<'a> {
    input: &'a WalkInput<'a>,
    total: usize,
    by_words: usize,
    best: Best,
    /// The units that are read to find candidates.
    drivers: UnitBits,
    bounds: ScoreBounds,
    /// What each main unit has in the current window.
    windows: Vec<UnitWindow>,
    held: HeldUnits,
    /// The main units in each section of the current window that is still a candidate.
    units: Box<[UnitBits; WINDOW as usize]>,
    /// What the excluded alternatives have in the current window.
    excluded: UnitWindow,
}

/// The lists of a segment that belong to no unit.
struct OtherLists {
    /// The sections of the sources that the query consists of.
    named: Vec<List>,
    /// The sections with many links, if the query cares.
    links: Option<List>,
}

impl<'a> Walk<'a> {
    fn new(input: &'a WalkInput<'a>) -> Walk<'a> {
        Walk {
            input,
            total: 0,
            by_words: 0,
            best: Best::default(),
            drivers: input.main & !skipped(input.values, |units| input.matcher.can_skip(units)),
            bounds: ScoreBounds::new(
                input.values,
                input.preferred,
                input.conditions.highest_factor(input.weights),
            ),
            windows: vec![UnitWindow::default(); input.values.len()],
            held: HeldUnits::default(),
            units: Box::new([0; WINDOW as usize]),
            excluded: UnitWindow::default(),
        }
    }

    fn segment(&mut self, segment: &mut SegmentUnits) -> Result<(), SearchError> {
        let sections = self.input.opened.segments[segment.segment].reader.max_doc();
        let mut lists = self.lists(segment.segment)?;
        loop {
            if self.total >= COUNTED {
                self.choose_drivers();
            }
            let drivers = each_unit(self.drivers).map(|unit| segment.units[unit].next());
            let next = drivers.chain(lists.named.iter().map(List::doc)).min();
            let Some(next) = next.filter(|next| *next < sections) else { return Ok(()) };
            let from = next / WINDOW * WINDOW;
            let span = Span { from, to: sections.min(from + WINDOW) };
            self.window(span, segment, &mut lists)?;
        }
    }

    fn lists(&self, segment: usize) -> Result<OtherLists, SearchError> {
        let WalkInput { opened, budget, conditions, .. } = *self.input;
        let reader = &opened.segments[segment].reader;
        let open = |term: &Term| {
            let terms = reader.inverted_index(term.field())?;
            List::open(&terms, term, reader.max_doc(), budget)
        };
        let mut named = Vec::new();
        let preferred = self.input.preferred.filter(|preferred| preferred.is_all);
        for number in preferred.iter().flat_map(|preferred| preferred.sources()) {
            if let Some(id) = opened.values.source_name(number) {
                named.extend(open(&Term::from_field_text(opened.fields.source, id))?);
            }
        }
        let links = Term::from_field_text(opened.fields.has, "links");
        let links = if conditions.links == LinkWish::Any { None } else { open(&links)? };
        Ok(OtherLists { named, links })
    }

    /// Leaves out the drivers that can't lead to one of the best matches.
    fn choose_drivers(&mut self) {
        let can_skip = |units| !self.best.wants(self.bounds.of(units & self.input.main));
        let drivers = self.input.main & !skipped(self.input.values, can_skip);
        if drivers.count_ones() < self.drivers.count_ones() {
            self.drivers = drivers;
        }
    }

    fn window(
        &mut self,
        span: Span,
        segment: &mut SegmentUnits,
        lists: &mut OtherLists,
    ) -> Result<(), SearchError> {
        let budget = self.input.budget;
        let mut sections = WindowBits::default();
        for unit in each_unit(self.drivers) {
            segment.units[unit].read(span, None, &mut self.windows[unit], budget)?;
            sections.add(&self.windows[unit].sections);
        }
        for list in &mut lists.named {
            list.each(span, None, budget, |posting| sections.insert(posting.at))?;
        }
        let base = self.input.opened.segments[segment.segment].base + span.from;
        self.input.conditions.keep_shown(self.input.opened, base, &mut sections);
        if !segment.excluded.is_empty() && !sections.is_empty() {
            segment.excluded.read(span, Some(&sections), &mut self.excluded, budget)?;
            sections.remove(&self.excluded.sections);
        }
        self.read_others(span, segment, &sections)?;
        self.keep_matches(base, &mut sections)?;
        let mut links = WindowBits::default();
        if let Some(list) = lists.links.as_mut().filter(|_| !sections.is_empty()) {
            list.each(span, Some(&sections), budget, |posting| links.insert(posting.at))?;
        }
        budget.spend(sections.count())?;
        sections.iter().for_each(|at| self.score(at, base + at, links.contains(at)));
        Ok(())
    }

    /// Reads the main units that are no drivers where they are in one of `sections`.
    fn read_others(
        &mut self,
        span: Span,
        segment: &mut SegmentUnits,
        sections: &WindowBits,
    ) -> Result<(), SearchError> {
        let is_empty = sections.is_empty();
        for unit in each_unit(self.input.main & !self.drivers) {
            match is_empty {
                true => self.windows[unit].clear(),
                false => {
                    let window = &mut self.windows[unit];
                    segment.units[unit].read(span, Some(sections), window, self.input.budget)?;
                }
            }
        }
        Ok(())
    }

    /// Counts the matches among `sections`, and keeps those that can be among the best. `base` is the number of the
    /// first section of the window.
    fn keep_matches(&mut self, base: u32, sections: &mut WindowBits) -> Result<(), SearchError> {
        self.input.budget.spend(sections.count())?;
        for (at, word) in sections.words.iter_mut().enumerate().filter(|(_, word)| **word != 0) {
            self.held.read(&self.windows, self.input.main, at);
            let mut kept = 0;
            for bit in each_bit(*word) {
                let units = self.held.of(bit);
                let is_counting = self.total < COUNTED;
                let can_be_best = self.best.wants(self.bounds.of(units));
                if !is_counting && !can_be_best {
                    continue;
                }
                let gain = self.gain(base + u32::try_from(at * 64).unwrap_or(0) + bit);
                let found = self.input.matcher.check(units, gain);
                if found == Match::No {
                    continue;
                }
                self.total += usize::from(is_counting);
                self.by_words += usize::from(is_counting && found == Match::ByWords);
                kept |= u64::from(can_be_best) << bit;
                self.units[at * 64 + bit as usize] = units;
            }
            *word = kept;
        }
        Ok(())
    }

    fn gain(&self, section: u32) -> SourceGain {
        self.input.preferred.map(|p| p.gain(self.input.opened, section)).unwrap_or_default()
    }

    /// Scores a match: `section`, at `at` in the window.
    fn score(&mut self, at: u32, section: u32, has_links: bool) {
        let WalkInput { opened, weights, matcher, conditions, .. } = *self.input;
        let units = self.units[(at % WINDOW) as usize];
        let spared = self.input.preferred.map_or(0, |p| p.spared(opened, section));
        let words: f32 = each_unit(units & !spared)
            .map(|unit| {
                let frequency = self.windows[unit].frequency(at);
                self.input.values[unit].idf * weights.saturated(frequency)
            })
            .sum();
        let gain = self.gain(section);
        let factor = matcher.shares.factor(units | gain.units);
        let score = (words + gain.score)
            * factor
            * conditions.static_factor(opened, weights, section, has_links);
        if self.best.wants(score) {
            let headings = each_unit(units & !spared).fold(0, |held, unit| {
                held | u32::from(self.windows[unit].headings.contains(at)) << unit
            });
            self.best.add(Found { section, score, units, headings, has_links });
        }
    }
}
