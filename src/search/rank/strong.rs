//! Tells apart how well sections match a query: those that are about it, those that mention all of it, and those with
//! some of its words.
//!
//! A unit of the query is strong in a section if the section's own heading contains it, or if the section is about a
//! topic that the unit certainly names. In a strong match, the strong units make up most of the query.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::postings::each_block;
use crate::search::rank::best::Found;
use crate::search::rank::bits::UnitBits;
use crate::search::rank::match_counts::MatchCounts;
use crate::search::rank::plan::{PlanPart, PlanUnit};
use crate::search::rank::shares::QueryShares;
use crate::search::rank::weights::Weights;

/// The least share of a query of three or more units that is strong in a strong match.
const LEAST: f32 = 0.6;
/// Of a query with at most this many units, all must be strong.
const SHORT: u32 = 2;

/// The least share of a query with these `shares` that is strong in a strong match.
pub(in crate::search) fn least_share(shares: &QueryShares) -> f32 {
    if shares.main().count_ones() <= SHORT { 1.0 } else { LEAST }
}

/// Counts strong matches.
pub(in crate::search) struct StrongMatches<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub units: &'a [PlanUnit],
    pub shares: &'a QueryShares,
    pub budget: &'a Budget,
}

impl StrongMatches<'_> {
    /// How many of `matches` match well. O(matches + sections about the topics that the query names).
    pub fn count(&self, matches: &[Found]) -> Result<MatchCounts, SearchError> {
        let main = self.shares.main();
        let least = least_share(self.shares);
        let mut strong: HashMap<u32, UnitBits> =
            matches.iter().map(|found| (found.section, found.headings & main)).collect();
        for (slug, units) in self.topics(main) {
            let term = Term::from_field_text(self.opened.fields.about, slug);
            for segment in &self.opened.segments {
                let (option, base) = (IndexRecordOption::Basic, segment.base);
                each_block(&segment.about, &term, option, self.budget, |block| {
                    for doc in block.docs() {
                        if let Some(known) = strong.get_mut(&(base + doc)) {
                            *known |= units;
                        }
                    }
                })?;
            }
        }
        let is_strong = |found: &&Found| {
            strong.get(&found.section).is_some_and(|units| self.shares.share(*units) >= least)
        };
        let is_whole = |found: &&Found| found.units & main == main;
        let (strong, others): (Vec<&Found>, Vec<&Found>) = matches.iter().partition(is_strong);
        let mentions = others.into_iter().filter(is_whole).count();
        Ok(MatchCounts { strong: strong.len(), mentions })
    }

    /// The topics that the query certainly names, with the units of `main` that name them.
    fn topics(&self, main: UnitBits) -> HashMap<&str, UnitBits> {
        let mut topics: HashMap<&str, UnitBits> = HashMap::new();
        for (unit, at) in self.units.iter().zip(0..) {
            let sure = unit.parts.iter().filter(|part| part.weight >= self.weights.topic);
            for part in sure.filter(|_| main & (1 << at) != 0) {
                if let PlanPart::Topic(slug) = &part.part {
                    *topics.entry(slug).or_default() |= 1 << at;
                }
            }
        }
        topics
    }
}
