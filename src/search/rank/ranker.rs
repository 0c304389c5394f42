//! Selects and orders the matches among the scored sections, and limits how many of one document are shown.
//!
//! There are two passes. The first orders all matches by BM25F, multiplied by the prior of the section and by the share
//! of the query that it contains. The second adds bonuses to the best of them that cost more to compute: for proximity
//! of query words, and for a heading that matches the query.

use foldhash::{HashMap, HashSet};

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::{HEADING, Hidden, OpenedIndex};
use crate::search::rank::board::Board;
use crate::search::rank::board::UnitBits;
use crate::search::rank::candidates::{BEST, Ranked};
use crate::search::rank::filter::Allowed;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::prefer::{Preferred, SourceGain};
use crate::search::rank::proximity::Proximity;
use crate::search::rank::weights::Weights;

/// The number of best matches that the second pass scores.
const LOOKED_AT: usize = 100;
/// The most units for which the shares of all combinations are tabulated.
const MOST_TABLED: usize = 10;

/// The matches of a query.
#[derive(Debug, Default)]
pub(in crate::search) struct Ranking {
    /// How many there are.
    pub total: usize,
    /// How many of them contain enough of the query without the bonus for a preferred source.
    pub by_words: usize,
    /// The best, at most [`BEST`], best first.
    pub best: Vec<Ranked>,
}

/// The conditions that a match fulfils.
pub(in crate::search) struct MatchConditions<'a> {
    /// The sections that pass the filters and contain no excluded word; `None` for all.
    pub allowed: Option<&'a Allowed>,
    /// Whether copies count as matches.
    pub with_copies: bool,
    /// Whether one unit is enough for a match.
    pub is_relaxed: bool,
    /// The sections with many links, if the query asks for links.
    pub links: Option<&'a Allowed>,
}

impl MatchConditions<'_> {
    /// Whether the section with number `at` may be a match, whatever it contains.
    pub fn show(&self, opened: &OpenedIndex, at: usize) -> bool {
        let is_hidden = match opened.hidden[at] {
            Hidden::No => false,
            Hidden::Folded => !self.with_copies,
            Hidden::Deleted => true,
        };
        !is_hidden && self.allowed.is_none_or(|allowed| allowed[at])
    }
}

/// Ranks the sections on a board.
pub(in crate::search) struct Ranker<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub units: &'a [PlanUnit],
    /// The value of each unit: thousandths of its weighted inverse document frequency.
    pub values: &'a [u32],
    pub board: &'a Board,
    pub preferred: Option<&'a Preferred>,
    pub budget: &'a Budget,
}

impl Ranker<'_> {
    /// The matches under `conditions`, in order. O(touched sections).
    pub fn rank(&self, conditions: &MatchConditions) -> Result<Ranking, SearchError> {
        let shares = QueryShares::new(self.units, self.values, self.weights.coverage);
        let rest = self.preferred.map(|preferred| self.rest(preferred));
        let least = if conditions.is_relaxed { 0.0 } else { self.weights.least_share };
        let required = match conditions.is_relaxed {
            true => 0,
            false => bits(self.units, |unit| unit.is_required),
        };
        self.budget.spend(self.board.touched.len())?;
        let (mut matches, mut by_words): (Vec<Ranked>, usize) = (Vec::new(), 0);
        for section in &self.board.touched {
            let at = *section as usize;
            let cell = &self.board.cells[at];
            let units = cell.units;
            if units & required != required || !conditions.show(self.opened, at) {
                continue;
            }
            let (share, _) = shares.of(units);
            let has_most = share >= least && share > 0.0;
            by_words += usize::from(has_most);
            let gain = self.gain(*section);
            let has_rest = || rest.as_ref().is_some_and(|rest| rest.is_held(units, gain, least));
            if !has_most && !has_rest() {
                continue;
            }
            let (_, worth) = shares.of(units | gain.units);
            let score = (cell.score + gain.score) * worth * self.worth(at, conditions);
            matches.push(Ranked { section: *section, score });
        }
        let total = matches.len();
        if matches.len() > BEST {
            matches.select_nth_unstable_by_key(BEST - 1, order);
            matches.truncate(BEST);
        }
        matches.sort_unstable_by_key(order);
        self.look_again(&mut matches, &shares, conditions)?;
        Ok(Ranking { total, by_words, best: matches })
    }

    /// The bonus of `section` for its source.
    fn gain(&self, section: u32) -> SourceGain {
        self.preferred.map(|p| p.gain(self.opened, section)).unwrap_or_default()
    }

    /// The part of the query that is not names of sources.
    fn rest(&self, preferred: &Preferred) -> QueryRemainder {
        let mut values = self.values.to_vec();
        for (at, value) in values.iter_mut().enumerate() {
            *value *= u32::from(preferred.units & (1 << at) == 0);
        }
        let shares = QueryShares::new(self.units, &values, self.weights.coverage);
        QueryRemainder { shares, is_nothing: preferred.is_all }
    }

    /// The factor for the score of the section `at` that does not depend on the query's words: prior and links.
    fn worth(&self, at: usize, conditions: &MatchConditions) -> f32 {
        let links = conditions.links.is_some_and(|links| links[at]);
        let links = if links { 1.0 + self.weights.links } else { 1.0 };
        self.opened.priors[at] * links
    }

    /// The second pass: adds the bonuses to the first of `matches`, which are ordered, and orders these again.
    fn look_again(
        &self,
        matches: &mut [Ranked],
        shares: &QueryShares,
        conditions: &MatchConditions,
    ) -> Result<(), SearchError> {
        let looked_at = matches.len().min(LOOKED_AT);
        let first = &mut matches[..looked_at];
        first.sort_unstable_by_key(|ranked| ranked.section);
        let sections: Vec<u32> = first.iter().map(|ranked| ranked.section).collect();
        let near = Proximity {
            opened: self.opened,
            units: self.units,
            values: self.values,
            weights: self.weights,
            budget: self.budget,
        };
        let near = near.of(&sections)?;
        for (ranked, near) in first.iter_mut().zip(near) {
            let at = ranked.section as usize;
            let heading = self.heading(ranked.section, shares);
            let bonus = self.weights.near * near + self.weights.heading * heading;
            let gain = self.gain(ranked.section);
            let (_, worth) = shares.of(self.board.cells[at].units | gain.units);
            ranked.score += bonus * worth * self.worth(at, conditions);
        }
        first.sort_unstable_by_key(order);
        Ok(())
    }

    /// How well the heading of `section` matches the query: higher the more of the query it contains, and the fewer
    /// other words.
    fn heading(&self, section: u32, shares: &QueryShares) -> f32 {
        let spared = self.preferred.map_or(0, |preferred| preferred.spared(self.opened, section));
        let units = self.board.cells[section as usize].headings & !spared;
        if units == 0 {
            return 0.0;
        }
        let (segment, doc) = self.opened.place(section);
        let length = self.opened.segments[segment].texts[HEADING].lengths.fieldnorm(doc).max(1);
        let (share, _) = shares.of(units);
        // Both are small counts of words.
        let purity = (units.count_ones() as f32 / length as f32).min(1.0);
        shares.total() / 1000.0 * share * purity
    }
}

/// The set of the units for which `wanted` is true.
fn bits(units: &[PlanUnit], wanted: impl Fn(&PlanUnit) -> bool) -> UnitBits {
    units
        .iter()
        .enumerate()
        .filter(|(_, unit)| wanted(unit))
        .fold(0, |bits, (at, _)| bits | 1 << at)
}

/// The sort key of matches: descending score, then ascending section number, so that the order is deterministic. The
/// bits of scores have the order of their values, because scores are never negative.
fn order(ranked: &Ranked) -> u64 {
    u64::from(!ranked.score.to_bits()) << 32 | u64::from(ranked.section)
}

/// Computes the share of the query's total value that a set of units has, and the factor for scores that follows.
struct QueryShares {
    values: Vec<u32>,
    total: u32,
    /// The exponent that turns a share into a factor.
    power: f32,
    /// Share and factor of every set of units; empty if there are too many units.
    table: Vec<(f32, f32)>,
}

impl QueryShares {
    /// The shares of `units` with `values`. Extra units count only if all units are extra.
    fn new(units: &[PlanUnit], values: &[u32], power: f32) -> QueryShares {
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

    fn sum(&self, units: u32) -> (f32, f32) {
        let values = self.values.iter().enumerate();
        let held: u32 = values.filter(|(at, _)| units & (1 << at) != 0).map(|(_, v)| v).sum();
        // Sums of thousandths of inverse document frequencies are below 2^24, so an f32 is exact.
        let share = if held == self.total { 1.0 } else { held as f32 / self.total as f32 };
        (share, share.powf(self.power))
    }

    fn of(&self, units: u32) -> (f32, f32) {
        self.table.get(units as usize).copied().unwrap_or_else(|| self.sum(units))
    }

    fn total(&self) -> f32 {
        self.total as f32
    }
}

/// The part of a query that is not names of sources.
struct QueryRemainder {
    shares: QueryShares,
    /// Whether the query consists only of names.
    is_nothing: bool,
}

impl QueryRemainder {
    /// Whether a section that contains `units` and has the bonus `gain` contains enough of it: at least the share
    /// `least`.
    fn is_held(&self, units: u32, gain: SourceGain, least: f32) -> bool {
        if self.is_nothing {
            return gain.units != 0;
        }
        let (share, _) = self.shares.of(units);
        share >= least && share > 0.0
    }
}

/// One page of `best`: at most `limit` hits after the first `offset`. All pages together have at most `most` hits per
/// document, and only the best of the parts of a long section.
pub(in crate::search) fn page(
    best: &[Ranked],
    opened: &OpenedIndex,
    most: usize,
    (offset, limit): (usize, usize),
) -> Vec<Ranked> {
    let mut shown: HashMap<u64, usize> = HashMap::default();
    let mut passages: HashSet<u64> = HashSet::default();
    let mut is_one_of_few = |ranked: &&Ranked| {
        let at = ranked.section as usize;
        if !passages.insert(opened.passages[at]) {
            return false;
        }
        let count = shown.entry(opened.documents[at]).or_insert(0);
        *count += 1;
        *count <= most
    };
    best.iter().filter(|ranked| is_one_of_few(ranked)).skip(offset).take(limit).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{fixture, record};

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
    fn a_section_has_the_share_of_the_query_that_its_units_weigh() {
        let units = [unit(false), unit(false), unit(true)];
        let shares = QueryShares::new(&units, &[3_000, 1_000, 9_000], 0.5);
        assert_eq!(shares.of(0b001), (0.75, 0.75_f32.sqrt()));
        assert_eq!(shares.of(0b011), (1.0, 1.0));
        assert_eq!(shares.of(0b100).0, 0.0, "what is extra does not count beside the rest");
        let extra = QueryShares::new(&[unit(true)], &[500], 0.5);
        assert_eq!(extra.of(1).0, 1.0, "alone, it does");
    }

    #[test]
    fn shares_of_many_units_are_those_of_few() {
        let few: Vec<PlanUnit> = (0..MOST_TABLED).map(|_| unit(false)).collect();
        let mut many = few.clone();
        many.push(unit(true));
        let values: Vec<u32> = (0..11).map(|at| 1_000 + 37 * at).collect();
        let tabled = QueryShares::new(&few, &values[..MOST_TABLED], 0.1);
        let summed = QueryShares::new(&many, &values, 0.1);
        assert!(!tabled.table.is_empty() && summed.table.is_empty());
        for units in [0, 1, 0b1010, 0b11_1111_1111] {
            assert_eq!(tabled.of(units), summed.of(units), "{units:b}");
        }
    }

    #[test]
    fn better_scores_come_first_and_equal_ones_by_number() {
        let ranked = |section, score| Ranked { section, score };
        let mut matches = [ranked(7, 0.5), ranked(3, 0.5), ranked(9, 2.0), ranked(1, 0.0)];
        matches.sort_unstable_by_key(order);
        assert_eq!(matches.map(|ranked| ranked.section), [9, 3, 7, 1]);
    }

    #[test]
    fn a_named_source_matches_alone_only_where_nothing_else_is_asked_for() {
        let shares = || QueryShares::new(&[unit(false), unit(false)], &[0, 1_000], 1.0);
        let gain = SourceGain { score: 1.0, units: 0b01 };
        let more = QueryRemainder { shares: shares(), is_nothing: false };
        assert!(!more.is_held(0b01, gain, 0.5), "the word beside the name is missing");
        assert!(more.is_held(0b10, gain, 0.5));
        let nothing = QueryRemainder { shares: shares(), is_nothing: true };
        assert!(nothing.is_held(0, gain, 0.5));
        assert!(!nothing.is_held(0b01, SourceGain::default(), 0.5), "a section of another source");
    }

    #[test]
    fn a_page_shows_few_hits_of_a_document_and_one_part_of_a_long_section() {
        let section = |path: &str, heading: &str| {
            let record = record(heading, "Apples are red.");
            crate::search::SectionRecord { path: path.into(), ..record }
        };
        let fixture = fixture([
            section("a.md", "One"),
            section("a.md", "Two"),
            section("a.md", "Two"),
            section("a.md", "Three"),
            section("b.md", "Four"),
        ]);
        let opened = &fixture.searcher.index.opened;
        let mut best: Vec<Ranked> = (0..5).map(|section| Ranked { section, score: 1.0 }).collect();
        best.sort_by_key(|ranked| opened.id(ranked.section).0);
        let shown = |most, window| -> Vec<u64> {
            let page = page(&best, opened, most, window);
            page.iter().map(|ranked| opened.id(ranked.section).0).collect()
        };
        assert_eq!(shown(3, (0, 10)), [0, 1, 3, 4]);
        assert_eq!(shown(2, (0, 10)), [0, 1, 4]);
        assert_eq!(shown(2, (1, 1)), [1], "the offset counts what is shown");
    }

    #[test]
    fn copies_count_where_one_place_is_asked_for_and_deleted_sections_never() {
        let mut fixture = fixture([record("A", "a"), record("B", "b"), record("C", "c")]);
        let opened = &mut fixture.searcher.index.opened;
        opened.hidden = vec![Hidden::No, Hidden::Folded, Hidden::Deleted];
        let show = |allowed: Option<&Allowed>, with_copies| {
            let conditions =
                MatchConditions { allowed, with_copies, is_relaxed: false, links: None };
            [0, 1, 2].map(|at| conditions.show(opened, at))
        };
        assert_eq!(show(None, false), [true, false, false]);
        assert_eq!(show(None, true), [true, true, false]);
        assert_eq!(show(Some(&vec![false, true, true]), true), [false, true, false]);
    }
}
