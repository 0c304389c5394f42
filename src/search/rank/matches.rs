//! Ranks the sections of an opened index that match a plan whose units were valued: the walk, then the passes over the
//! best matches. The same for an index of all sections and for one that holds only the candidates of another engine.

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::query::understand::question::Question;
use crate::search::rank::best::Found;
use crate::search::rank::candidates::{Candidates, Ranked};
use crate::search::rank::conditions::MatchConditions;
use crate::search::rank::extras::Extras;
use crate::search::rank::matching::{self, Matcher};
use crate::search::rank::plan::Plan;
use crate::search::rank::prefer::Preferred;
use crate::search::rank::ranker::Ranker;
use crate::search::rank::strong::StrongMatches;
use crate::search::rank::units::{SegmentUnits, UnitValue};
use crate::search::rank::walk::{COUNTED, WalkInput, walk};
use crate::search::rank::weights::{COMPARISON_WEIGHTS, WEIGHTS, Weights};

/// What ranking needs besides the readers of the units.
#[derive(Clone, Copy)]
pub(in crate::search) struct MatchRanking<'a> {
    pub opened: &'a OpenedIndex,
    pub plan: &'a Plan<'a>,
    /// The values of the units of the plan.
    pub values: &'a [UnitValue],
    pub preferred: Option<&'a Preferred>,
    pub conditions: &'a MatchConditions<'a>,
    pub budget: &'a Budget,
}

impl MatchRanking<'_> {
    /// The number of matches that contain enough of the query, and the candidates. If `is_relaxed`, one unit is enough
    /// for a match. The readers in `segments` must not have been used before.
    pub fn rank(
        &self,
        mut segments: Vec<SegmentUnits>,
        is_relaxed: bool,
    ) -> Result<(usize, Candidates), SearchError> {
        let MatchRanking { opened, plan, values, preferred, conditions, budget } = *self;
        let (units, weights) = (&plan.units[..], weights_for(plan));
        let matcher = &Matcher::new(units, values, preferred, weights, is_relaxed);
        let shares = &matcher.shares;
        let main = shares.main();
        let input =
            WalkInput { opened, weights, main, values, matcher, conditions, preferred, budget };
        let mut walked = walk(&input, &mut segments)?;
        let factor = |found: &Found| {
            let gain = preferred.map(|p| p.gain(opened, found.section)).unwrap_or_default();
            let factor = shares.factor(found.units | gain.units);
            factor * conditions.static_factor(opened, weights, found.section, found.has_links)
        };
        let extra = matching::bits(units, |_| true) & !main;
        let extras = Extras { opened, weights, units: extra, values, budget };
        extras.add(&mut walked.best, &mut segments, factor)?;
        let ranker = Ranker { opened, weights, units, values, shares, budget };
        ranker.rescore(&mut walked.best, factor)?;
        let strong = StrongMatches { opened, weights, units, shares, budget };
        let counts = Some(strong.count(&walked.best)?);
        let ranked = |found: Found| Ranked::matching(found.section, found.score);
        let candidates = Candidates {
            counts,
            total: walked.total,
            total_is_exact: walked.total < COUNTED,
            best: walked.best.into_iter().map(ranked).collect(),
            is_relaxed,
            ..Candidates::default()
        };
        Ok((walked.by_words, candidates))
    }
}

/// The weights for `plan`.
pub(in crate::search) fn weights_for(plan: &Plan) -> &'static Weights {
    match plan.question {
        Some(Question::Comparison) => &COMPARISON_WEIGHTS,
        _ => &WEIGHTS,
    }
}
