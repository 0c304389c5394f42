//! The interface between a plan and its ranked candidates.
//!
//! [`run`](crate::search::run) makes a [`CandidateQuery`] of a request and passes it to a [`CandidateEngine`]. It
//! pages, counts and shows the [`Candidates`] without knowing how they were found. The embedded tantivy index
//! ([`embedded`](super::embedded)) is the engine in use.

use foldhash::HashMap;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::field::Filter;
use crate::search::index::section_set::SectionSet;
use crate::search::rank::match_counts::MatchCounts;
use crate::search::rank::plan::{Alternatives, Plan};
use crate::vocabulary::Vocabulary;

/// The maximum number of candidates that an engine returns. Facets count only the returned candidates.
pub(in crate::search) const BEST: usize = 1_000;

/// A candidate: a section, by its number in the opened index, with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::search) struct Ranked {
    pub section: u32,
    pub score: f32,
    /// Whether it was found by its meaning alone: it does not match the query.
    pub by_meaning: bool,
}

impl Ranked {
    /// A candidate that matches.
    pub fn matching(section: u32, score: f32) -> Ranked {
        Ranked { section, score, by_meaning: false }
    }
}

/// What an engine searches for.
pub(in crate::search) struct CandidateQuery<'a> {
    pub plan: &'a Plan<'a>,
    /// Candidates contain none of these; `None` if the query excludes nothing.
    pub excluded: Option<&'a Alternatives>,
    /// The filters typed in the query, and those passed with the request. A candidate must pass each of these two
    /// groups, so that a typed filter never adds sections that the request's filters exclude.
    pub filters: [&'a [Filter]; 2],
    /// Whether folded copies are candidates.
    pub with_copies: bool,
    pub vocabulary: &'a Vocabulary,
    pub budget: &'a Budget,
}

/// The candidates for a [`CandidateQuery`].
#[derive(Debug, Default)]
pub(in crate::search) struct Candidates {
    /// The number of sections that match, or of those that were counted.
    pub total: usize,
    /// Whether all matches were counted.
    pub total_is_exact: bool,
    /// How many of `best` match well; `None` if the query has no words.
    pub counts: Option<MatchCounts>,
    /// The best matches, at most [`BEST`], best first.
    pub best: Vec<Ranked>,
    /// Whether candidates need not contain most of the query, because too few sections do.
    pub is_relaxed: bool,
    /// The sections that pass the filters; `None` if there are no filters.
    pub allowed: Option<SectionSet>,
    /// The texts of some candidates, by the numbers of their sections, if the engine has returned them; packed as it
    /// keeps them.
    pub texts: HashMap<u32, String>,
}

/// Finds and ranks the candidates for a plan.
pub(in crate::search) trait CandidateEngine {
    /// The candidates for `query`, best first; none if the plan has no units and nothing is filtered or excluded.
    /// Each is a section of the opened index, at most once. The same query on the same generation returns the same
    /// candidates in the same order.
    ///
    /// `Err` if the budget is spent or the search cancelled, or if the engine can't be read.
    fn candidates(&self, query: &CandidateQuery) -> Result<Candidates, SearchError>;
}
