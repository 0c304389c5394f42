//! The embedded engine: an opened tantivy index, with the data that query understanding and ranking derive from it when
//! it is opened.

use std::path::Path;

use tantivy::tokenizer::{Language, TextAnalyzer};

use crate::search::index::budget::Budget;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::field::{Filter, FilterField};
use crate::search::index::levels::LevelTable;
use crate::search::index::lexicon::Lexicon;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::record::{FoldedCopies, IndexedSource};
use crate::search::index::section_set::SectionSet;
use crate::search::query::understand::interpreter::Interpreter;
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::SourceIndex;
use crate::search::query::understand::question::Question;
use crate::search::rank::best::Found;
use crate::search::rank::candidates::{CandidateEngine, CandidateQuery, Candidates, Ranked};
use crate::search::rank::conditions::{CodeWish, LinkWish, MatchConditions};
use crate::search::rank::extras::Extras;
use crate::search::rank::filter::FilterEvaluator;
use crate::search::rank::matching::{self, Matcher};
use crate::search::rank::plan::{Plan, Planner};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::ranker::Ranker;
use crate::search::rank::strong::StrongMatches;
use crate::search::rank::units::{self, SegmentUnits, UnitValue};
use crate::search::rank::walk::{COUNTED, WalkInput, walk, walk_all};
use crate::search::rank::weights::{COMPARISON_WEIGHTS, WEIGHTS, Weights};
use crate::search::text::analysis;
use crate::vocabulary::Vocabulary;

/// If fewer sections than this contain most of the query, sections that contain less of it also match.
const TOO_FEW: usize = 5;

/// An opened index, ready to search. Serves many searches at once.
pub(in crate::search) struct EmbeddedIndex {
    pub opened: OpenedIndex,
    pub labels: Labels,
    pub sources: Vec<IndexedSource>,
    names: SourceIndex,
    /// The stemmers of the index's languages, English first.
    pub stemmers: Vec<TextAnalyzer>,
    levels: LevelTable,
}

impl EmbeddedIndex {
    /// Opens the index in `folder`; see [`Searcher::open`](crate::search::Searcher::open).
    pub fn open(
        folder: &Path,
        copies: &FoldedCopies,
        vocabulary: &Vocabulary,
        sources: Vec<IndexedSource>,
    ) -> Result<EmbeddedIndex, SearchError> {
        let damaged = || SearchError::Damaged(folder.to_owned());
        let opened = guarded(damaged, || OpenedIndex::open(folder, copies))?;
        let stemmers = stemmers(&opened);
        let labels = Labels::new(vocabulary);
        let names = SourceIndex::new(&sources, &opened)?;
        let levels = LevelTable::new();
        Ok(EmbeddedIndex { opened, labels, sources, names, stemmers, levels })
    }

    /// The interpreter of queries for this index. It reads the words of the index through `lexicon`.
    pub fn interpreter<'a>(
        &'a self,
        vocabulary: &'a Vocabulary,
        lexicon: &'a Lexicon<'a>,
    ) -> Interpreter<'a> {
        Interpreter { vocabulary, labels: &self.labels, sources: &self.names, lexicon }
    }

    /// The words of this index. Reading them counts against `budget`.
    pub fn lexicon<'a>(&'a self, budget: &'a Budget) -> Lexicon<'a> {
        Lexicon { opened: &self.opened, stemmers: &self.stemmers, budget }
    }

    /// The planner for this index.
    pub fn planner<'a>(&'a self, vocabulary: &'a Vocabulary) -> Planner<'a> {
        Planner { vocabulary, labels: &self.labels, weights: &WEIGHTS, stemmers: &self.stemmers }
    }
}

impl CandidateEngine for EmbeddedIndex {
    fn candidates(&self, query: &CandidateQuery) -> Result<Candidates, SearchError> {
        EmbeddedSearch { index: self, query }.rank()
    }
}

/// What a search knows of the units of its plan before it looks for matches.
#[derive(Clone, Copy)]
struct PreparedUnits<'a> {
    values: &'a [UnitValue],
    preferred: Option<&'a Preferred>,
}

/// A search in progress.
struct EmbeddedSearch<'a> {
    index: &'a EmbeddedIndex,
    query: &'a CandidateQuery<'a>,
}

impl EmbeddedSearch<'_> {
    /// The candidates, best first. If fewer than [`TOO_FEW`] sections contain most of the query, sections that contain
    /// less of it are also candidates.
    fn rank(&self) -> Result<Candidates, SearchError> {
        let allowed = self.allowed()?;
        let candidates = self.rank_allowed(allowed.as_ref())?;
        Ok(Candidates { allowed, ..candidates })
    }

    fn rank_allowed(&self, allowed: Option<&SectionSet>) -> Result<Candidates, SearchError> {
        let CandidateQuery { plan, excluded, budget, .. } = *self.query;
        let opened = &self.index.opened;
        let conditions = MatchConditions {
            allowed,
            with_copies: self.query.with_copies,
            links: link_wish(plan),
            code: self.code_wish(),
        };
        let excluded = excluded.map(Vec::as_slice).unwrap_or_default();
        let tables = (&self.index.levels, &WEIGHTS);
        let segments = units::open(&plan.units, excluded, opened, tables, budget)?;
        if plan.units.is_empty() {
            return self.all(&conditions, segments);
        }
        let values = units::values(&plan.units, &segments, opened, &WEIGHTS, budget)?;
        let mut preferred = Preferred::of(plan, opened);
        if let Some(preferred) = &mut preferred {
            preferred.weigh(plan, &values, opened, &WEIGHTS);
        }
        let units = PreparedUnits { values: &values, preferred: preferred.as_ref() };
        let (by_words, strict) = self.matches(units, &conditions, segments, false)?;
        if by_words >= TOO_FEW || plan.units.len() < 2 {
            return Ok(strict);
        }
        let segments = units::open(&plan.units, excluded, opened, tables, budget)?;
        let (_, relaxed) = self.matches(units, &conditions, segments, true)?;
        Ok(if relaxed.total > strict.total { relaxed } else { strict })
    }

    /// The number of matches that contain enough of the query, and the candidates.
    fn matches(
        &self,
        units: PreparedUnits,
        conditions: &MatchConditions,
        mut segments: Vec<SegmentUnits>,
        is_relaxed: bool,
    ) -> Result<(usize, Candidates), SearchError> {
        let PreparedUnits { values, preferred } = units;
        let (opened, budget) = (&self.index.opened, self.query.budget);
        let (units, weights) = (&self.query.plan.units[..], self.weights());
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
            allowed: None,
        };
        Ok((walked.by_words, candidates))
    }

    /// The sections that pass the filters; `None` if there are no filters.
    fn allowed(&self) -> Result<Option<SectionSet>, SearchError> {
        let [typed, given] = self.query.filters;
        let filters = self.filters();
        let (typed, given) = (filters.allowed(typed)?, filters.allowed(given)?);
        Ok(match (typed, given) {
            (Some(mut typed), Some(given)) => {
                filters.keep(&mut typed, &given, true)?;
                Some(typed)
            }
            (typed, given) => typed.or(given),
        })
    }

    /// The candidates of a query without units, or none if nothing is filtered or excluded. All allowed sections match,
    /// sorted by descending prior. With the filter `has:code`, the priors of sections that are code with little else
    /// are first multiplied by a weight.
    fn all(
        &self,
        conditions: &MatchConditions,
        segments: Vec<SegmentUnits>,
    ) -> Result<Candidates, SearchError> {
        if conditions.allowed.is_none() && self.query.excluded.is_none() {
            return Ok(Candidates::default());
        }
        let walked =
            walk_all(&self.index.opened, &WEIGHTS, conditions, segments, self.query.budget)?;
        let ranked = |found: Found| Ranked::matching(found.section, found.score);
        let best = walked.best.into_iter().map(ranked).collect();
        let total = walked.total;
        Ok(Candidates { total, total_is_exact: true, best, ..Candidates::default() })
    }

    /// Whether the query asks for code: with a filter, or with its words.
    fn code_wish(&self) -> CodeWish {
        let is_code = |filter: &Filter| {
            filter.field == FilterField::Has && filter.value.eq_ignore_ascii_case("code")
        };
        let mut filters = self.query.filters.into_iter().flatten();
        match filters.any(|filter| is_code(filter) && !filter.excluded) {
            true => CodeWish::Yes,
            false if self.query.plan.names_code => CodeWish::Maybe,
            false => CodeWish::No,
        }
    }

    /// The weights for the query.
    fn weights(&self) -> &'static Weights {
        match self.query.plan.question {
            Some(Question::Comparison) => &COMPARISON_WEIGHTS,
            _ => &WEIGHTS,
        }
    }

    fn filters(&self) -> FilterEvaluator<'_> {
        let EmbeddedIndex { opened, labels, sources, .. } = self.index;
        let (vocabulary, budget) = (self.query.vocabulary, self.query.budget);
        FilterEvaluator { opened, vocabulary, labels, sources, budget }
    }
}

/// What `plan` wants of sections with many links.
fn link_wish(plan: &Plan) -> LinkWish {
    match plan.question {
        _ if plan.wants_links => LinkWish::Wanted,
        Some(_) => LinkWish::Unwanted,
        None => LinkWish::Any,
    }
}

/// The analyzers of the languages of the text in `opened`, English first.
fn stemmers(opened: &OpenedIndex) -> Vec<TextAnalyzer> {
    let mut languages = vec![Language::English];
    let codes = opened.values.languages().iter();
    for language in codes.filter_map(|code| analysis::stemmer(code)) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages.into_iter().map(analysis::stemmed).collect()
}

#[cfg(test)]
mod tests;
