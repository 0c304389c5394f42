//! The embedded engine: an opened tantivy index, with the data that query understanding and ranking derive from it when
//! it is opened.

use std::path::Path;

use tantivy::tokenizer::{Language, TextAnalyzer};

use crate::search::index::budget::Budget;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::levels::LevelTable;
use crate::search::index::lexicon::Lexicon;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::record::{FoldedCopies, IndexedSource};
use crate::search::index::section_set::SectionSet;
use crate::search::query::understand::interpreter::Interpreter;
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::SourceIndex;
use crate::search::rank::best::Found;
use crate::search::rank::candidates::{CandidateEngine, CandidateQuery, Candidates, Ranked};
use crate::search::rank::conditions::{CodeWish, LinkWish, MatchConditions};
use crate::search::rank::filter::FilterEvaluator;
use crate::search::rank::matches::MatchRanking;
use crate::search::rank::plan::Planner;
use crate::search::rank::prefer::Preferred;
use crate::search::rank::units::{self, SegmentUnits};
use crate::search::rank::walk::walk_all;
use crate::search::rank::weights::WEIGHTS;
use crate::search::text::analysis;
use crate::vocabulary::Vocabulary;

/// If fewer sections than this contain most of the query, sections that contain less of it also match.
pub(in crate::search) const TOO_FEW: usize = 5;

/// An opened index, ready to search. Serves many searches at once.
pub(in crate::search) struct EmbeddedIndex {
    pub opened: OpenedIndex,
    pub labels: Labels,
    pub sources: Vec<IndexedSource>,
    names: SourceIndex,
    /// The stemmers of the index's languages, English first.
    pub stemmers: Vec<TextAnalyzer>,
    pub levels: LevelTable,
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

/// A search in progress.
pub(in crate::search) struct EmbeddedSearch<'a> {
    pub index: &'a EmbeddedIndex,
    pub query: &'a CandidateQuery<'a>,
}

impl EmbeddedSearch<'_> {
    /// The candidates, best first. If fewer than [`TOO_FEW`] sections contain most of the query, sections that contain
    /// less of it are also candidates.
    pub fn rank(&self) -> Result<Candidates, SearchError> {
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
            links: LinkWish::of(plan),
            code: CodeWish::of(plan, self.query.filters),
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
        let ranking = MatchRanking {
            opened,
            plan,
            values: &values,
            preferred: preferred.as_ref(),
            conditions: &conditions,
            budget,
        };
        let (by_words, strict) = ranking.rank(segments, false)?;
        if by_words >= TOO_FEW || plan.units.len() < 2 {
            return Ok(strict);
        }
        let segments = units::open(&plan.units, excluded, opened, tables, budget)?;
        let (_, relaxed) = ranking.rank(segments, true)?;
        Ok(if relaxed.total > strict.total { relaxed } else { strict })
    }

    /// The sections that pass the filters; `None` if there are no filters.
    pub fn allowed(&self) -> Result<Option<SectionSet>, SearchError> {
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

    pub fn filters(&self) -> FilterEvaluator<'_> {
        let EmbeddedIndex { opened, labels, sources, .. } = self.index;
        let (vocabulary, budget) = (self.query.vocabulary, self.query.budget);
        FilterEvaluator { opened, vocabulary, labels, sources, budget }
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
