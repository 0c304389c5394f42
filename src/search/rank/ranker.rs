//! Selects and orders the matches among the scored sections.
//!
//! There are two passes. The first pass sorts all matches by their score. This is the BM25F score with the bonus for a
//! preferred source, multiplied by a factor for the share of the query that the section contains, by the section's
//! prior, and by factors for many links and for code. The second pass adds two bonuses to the best matches: for
//! proximity of query words, and for a heading that matches the query. These cost too much to compute for all matches.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::{HEADING, Hidden, OpenedIndex};
use crate::search::rank::board::{Board, UnitBits};
use crate::search::rank::candidates::{BEST, Ranked};
use crate::search::rank::filter::Allowed;
use crate::search::rank::plan::PlanUnit;
use crate::search::rank::prefer::{Preferred, SourceGain};
use crate::search::rank::proximity::Proximity;
use crate::search::rank::shares::{QueryRemainder, QueryShares};
use crate::search::rank::weights::Weights;

/// The number of best matches that the second pass scores.
const RESCORED: usize = 100;

/// The matches of a query.
#[derive(Debug, Default)]
pub(in crate::search) struct Ranking {
    /// The number of matches.
    pub total: usize,
    /// The number of matches that contain enough of the query without the bonus for a preferred source.
    pub by_words: usize,
    /// The best matches, at most [`BEST`], best first.
    pub best: Vec<Ranked>,
}

/// The conditions that a section must fulfil to be a match.
pub(in crate::search) struct MatchConditions<'a> {
    /// The sections that pass the filters and contain no excluded word; `None` for all.
    pub allowed: Option<&'a Allowed>,
    /// Whether copies count as matches.
    pub with_copies: bool,
    /// Whether one unit is enough for a match.
    pub is_relaxed: bool,
    /// The sections with many links, if the query asks for links.
    pub links: Option<&'a Allowed>,
    pub code: CodeWish,
}

/// Whether a query asks for code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::search) enum CodeWish {
    /// Neither its filters nor its words ask for code.
    #[default]
    No,
    /// It contains an identifier or names code, but may mean a subject.
    Maybe,
    /// It has the filter `has:code`.
    Yes,
}

impl MatchConditions<'_> {
    /// Whether the section with number `at` may be a match: it is not hidden and passes the filters.
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
        let remainder = self.preferred.map(|preferred| self.remainder(preferred));
        let least = if conditions.is_relaxed { 0.0 } else { self.weights.least_share };
        let required = match conditions.is_relaxed {
            true => 0,
            false => bits(self.units, |unit| unit.is_required),
        };
        self.budget.spend(self.board.touched.len())?;
        let mut matches: Vec<Ranked> = Vec::new();
        let mut by_words = 0;
        for section in &self.board.touched {
            let at = *section as usize;
            let cell = &self.board.cells[at];
            let units = cell.units;
            if units & required != required || !conditions.show(self.opened, at) {
                continue;
            }
            let share = shares.of(units).share;
            let has_most = share >= least && share > 0.0;
            by_words += usize::from(has_most);
            let gain = self.gain(*section);
            let has_remainder =
                || remainder.as_ref().is_some_and(|rest| rest.is_held(units, gain, least));
            if !has_most && !has_remainder() {
                continue;
            }
            let factor = shares.of(units | gain.units).factor;
            let score = (cell.score + gain.score) * factor * self.static_factor(at, conditions);
            matches.push(Ranked { section: *section, score });
        }
        let total = matches.len();
        if matches.len() > BEST {
            matches.select_nth_unstable_by_key(BEST - 1, sort_key);
            matches.truncate(BEST);
        }
        matches.sort_unstable_by_key(sort_key);
        self.second_pass(&mut matches, &shares, conditions)?;
        Ok(Ranking { total, by_words, best: matches })
    }

    /// The bonus of `section` for its source.
    fn gain(&self, section: u32) -> SourceGain {
        self.preferred.map(|p| p.gain(self.opened, section)).unwrap_or_default()
    }

    /// The part of the query that does not name sources.
    fn remainder(&self, preferred: &Preferred) -> QueryRemainder {
        let mut values = self.values.to_vec();
        for (at, value) in values.iter_mut().enumerate() {
            *value *= u32::from(preferred.units & (1 << at) == 0);
        }
        let shares = QueryShares::new(self.units, &values, self.weights.coverage);
        QueryRemainder { shares, is_empty: preferred.is_all }
    }

    /// A factor for the score of the section with number `at`: its prior, raised if the query asks for links and the
    /// section has many, and the factor for code. It does not depend on which words the section contains.
    fn static_factor(&self, at: usize, conditions: &MatchConditions) -> f32 {
        let links = conditions.links.is_some_and(|links| links[at]);
        let links = if links { 1.0 + self.weights.links } else { 1.0 };
        self.opened.priors[at] * links * self.code_factor(at, conditions.code)
    }

    /// The factor for the score of the section `at` if it is code with little prose; 1 for other sections.
    fn code_factor(&self, at: usize, code: CodeWish) -> f32 {
        match code {
            CodeWish::No if self.opened.listings[at] => self.weights.listing,
            CodeWish::Yes if self.opened.listings[at] => self.weights.wanted_listing,
            _ => 1.0,
        }
    }

    /// The second pass: adds the bonuses to the first [`RESCORED`] of the sorted `matches`, and sorts these again.
    fn second_pass(
        &self,
        matches: &mut [Ranked],
        shares: &QueryShares,
        conditions: &MatchConditions,
    ) -> Result<(), SearchError> {
        let rescored = matches.len().min(RESCORED);
        let first = &mut matches[..rescored];
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
            let factor = shares.of(self.board.cells[at].units | gain.units).factor;
            ranked.score += bonus * factor * self.static_factor(at, conditions);
        }
        first.sort_unstable_by_key(sort_key);
        Ok(())
    }

    /// How well the heading of `section` matches the query. The value is higher if the heading contains more of the
    /// query, and if it contains fewer other words.
    fn heading(&self, section: u32, shares: &QueryShares) -> f32 {
        let spared = self.preferred.map_or(0, |preferred| preferred.spared(self.opened, section));
        let units = self.board.cells[section as usize].headings & !spared;
        if units == 0 {
            return 0.0;
        }
        let place = self.opened.place(section);
        let lengths = &self.opened.segments[place.segment].texts[HEADING].lengths;
        let length = lengths.fieldnorm(place.doc).max(1);
        let share = shares.of(units).share;
        // Both numbers are small counts of words, so the conversion is exact.
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
fn sort_key(ranked: &Ranked) -> u64 {
    u64::from(!ranked.score.to_bits()) << 32 | u64::from(ranked.section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{fixture, record};
    use crate::search::rank::plan::{Alternative, PlanPart};
    use crate::search::rank::score::Scorer;
    use crate::search::rank::weights::WEIGHTS;

    #[test]
    fn better_scores_come_first_and_equal_ones_by_number() {
        let ranked = |section, score| Ranked { section, score };
        let mut matches = [ranked(7, 0.5), ranked(3, 0.5), ranked(9, 2.0), ranked(1, 0.0)];
        matches.sort_unstable_by_key(sort_key);
        assert_eq!(matches.map(|ranked| ranked.section), [9, 3, 7, 1]);
    }

    #[test]
    fn copies_count_where_one_place_is_asked_for_and_deleted_sections_never() {
        let mut fixture = fixture([record("A", "a"), record("B", "b"), record("C", "c")]);
        let opened = &mut fixture.searcher.index.opened;
        opened.hidden = vec![Hidden::No, Hidden::Folded, Hidden::Deleted];
        let show = |allowed: Option<&Allowed>, with_copies| {
            let conditions = MatchConditions {
                allowed,
                with_copies,
                is_relaxed: false,
                links: None,
                code: CodeWish::No,
            };
            [0, 1, 2].map(|at| conditions.show(opened, at))
        };
        assert_eq!(show(None, false), [true, false, false]);
        assert_eq!(show(None, true), [true, true, false]);
        assert_eq!(show(Some(&vec![false, true, true]), true), [false, true, false]);
    }

    /// The ids of the sections of the given texts that match `words`, best first. The last word is required if
    /// `is_required`.
    fn ranked(texts: &[&str], words: &[&str], is_required: bool, is_relaxed: bool) -> Vec<u64> {
        let fixture = fixture(texts.iter().map(|text| record("Note", text)));
        let opened = &fixture.searcher.index.opened;
        let budget = Budget::unlimited();
        let units: Vec<PlanUnit> = (1..)
            .zip(words)
            .map(|(number, word)| PlanUnit {
                parts: vec![Alternative::as_typed(PlanPart::Stem((*word).into()))],
                weight: 1.0,
                is_required: is_required && number == words.len(),
                is_extra: false,
                stem: Some((*word).into()),
                preference: None,
            })
            .collect();
        let mut board = Board::default();
        board.reset(opened.len());
        let scorer = Scorer::new(opened, &WEIGHTS, &budget);
        let values: Vec<u32> = (0..)
            .zip(&units)
            .map(|(bit, unit)| scorer.add(unit, bit, None, &mut board).unwrap())
            .collect();
        let ranker = Ranker {
            opened,
            weights: &WEIGHTS,
            units: &units,
            values: &values,
            board: &board,
            preferred: None,
            budget: &budget,
        };
        let conditions = MatchConditions {
            allowed: None,
            with_copies: false,
            is_relaxed,
            links: None,
            code: CodeWish::No,
        };
        let ranking = ranker.rank(&conditions).unwrap();
        assert_eq!(ranking.total, ranking.best.len());
        ranking.best.iter().map(|ranked| opened.id(ranked.section).0).collect()
    }

    #[test]
    fn a_match_contains_half_of_the_query_unless_the_search_is_relaxed() {
        let texts = ["red and hot iron", "red and hot", "iron", "red and nothing", "none"];
        let words = ["red", "hot", "iron"];
        assert_eq!(ranked(&texts, &words, false, false), [0, 1]);
        let mut relaxed = ranked(&texts, &words, false, true);
        assert_eq!(relaxed[..2], [0, 1]);
        relaxed.sort_unstable();
        assert_eq!(relaxed, [0, 1, 2, 3]);
    }

    #[test]
    fn a_match_contains_every_required_unit_unless_the_search_is_relaxed() {
        let texts = ["red hot iron", "red hot"];
        let words = ["red", "hot", "iron"];
        assert_eq!(ranked(&texts, &words, true, false), [0]);
        assert_eq!(ranked(&texts, &words, true, true), [0, 1]);
    }

    #[test]
    fn of_two_sections_with_the_same_words_the_one_with_neighbouring_words_is_better() {
        let texts = ["red and a very long way to hot", "and a very long way to red hot"];
        assert_eq!(ranked(&texts, &["red", "hot"], false, false), [1, 0]);
    }
}
