//! The embedded engine: an opened tantivy index, with the data that query understanding and ranking derive from it when
//! it is opened.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tantivy::Term;
use tantivy::tokenizer::{Language, TextAnalyzer};

use crate::search::index::budget::Budget;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::field::{Filter, FilterField};
use crate::search::index::lexicon::Lexicon;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::record::{FoldedCopies, IndexedSource};
use crate::search::query::understand::interpreter::Interpreter;
use crate::search::query::understand::labels::Labels;
use crate::search::query::understand::names::SourceIndex;
use crate::search::rank::board::Board;
use crate::search::rank::candidates::{BEST, CandidateEngine, CandidateQuery, Candidates, Ranked};
use crate::search::rank::filter::{Allowed, FilterEvaluator};
use crate::search::rank::plan::Planner;
use crate::search::rank::prefer::Preferred;
use crate::search::rank::ranker::{CodeWish, MatchConditions, Ranker, Ranking};
use crate::search::rank::score::Scorer;
use crate::search::rank::weights::WEIGHTS;
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
    /// Unused boards, kept to avoid allocating them again.
    boards: Mutex<Vec<Board>>,
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
        Ok(EmbeddedIndex { opened, labels, sources, names, stemmers, boards: Mutex::default() })
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

    /// A clean board. Reuses a board that was put back, if there is one.
    fn board(&self) -> Board {
        let board = self.boards.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut board = board.unwrap_or_default();
        board.reset(self.opened.len());
        board
    }

    /// Returns a board for reuse.
    fn put_back(&self, board: Board) {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner).push(board);
    }
}

impl CandidateEngine for EmbeddedIndex {
    fn candidates(&self, query: &CandidateQuery) -> Result<Candidates, SearchError> {
        let search = EmbeddedSearch { index: self, query };
        // The board of a failed search is half filled, so it is not reused.
        let mut board = self.board();
        let candidates = search.rank(&mut board)?;
        self.put_back(board);
        Ok(candidates)
    }
}

/// A search in progress.
struct EmbeddedSearch<'a> {
    index: &'a EmbeddedIndex,
    query: &'a CandidateQuery<'a>,
}

impl EmbeddedSearch<'_> {
    /// The candidates, best first. If fewer than [`TOO_FEW`] sections contain most of the query, sections that contain
    /// less of it are also candidates.
    fn rank(&self, board: &mut Board) -> Result<Candidates, SearchError> {
        let plan = self.query.plan;
        let allowed = self.allowed(board)?;
        let opened = &self.index.opened;
        let scorer = Scorer::new(opened, &WEIGHTS, self.query.budget);
        let mut values = Vec::with_capacity(plan.units.len());
        let mut preferred = Preferred::of(plan, opened);
        board.reset(opened.len());
        for (unit, bit) in plan.units.iter().zip(0..) {
            values.push(scorer.add(unit, bit, preferred.as_ref(), board)?);
        }
        let mut conditions = MatchConditions {
            allowed: allowed.as_ref(),
            with_copies: self.query.with_copies,
            is_relaxed: false,
            links: None,
            code: self.code_wish(),
        };
        if plan.units.is_empty() {
            return self.all(&conditions);
        }
        let links = plan.wants_links.then(|| self.with_links()).transpose()?;
        let (units, budget) = (&plan.units[..], self.query.budget);
        if let Some(preferred) = &mut preferred {
            preferred.weigh(plan, &values, opened, &WEIGHTS);
            scorer.touch(preferred, board)?;
        }
        let (values, preferred) = (&values[..], preferred.as_ref());
        let ranker = Ranker { opened, weights: &WEIGHTS, units, values, board, preferred, budget };
        conditions.links = links.as_ref();
        let ranking = ranker.rank(&conditions)?;
        if ranking.by_words >= TOO_FEW || plan.units.len() < 2 {
            return Ok(found(ranking, false));
        }
        conditions.is_relaxed = true;
        let relaxed = ranker.rank(&conditions)?;
        let is_relaxed = relaxed.total > ranking.total;
        Ok(found(if is_relaxed { relaxed } else { ranking }, is_relaxed))
    }

    /// The sections that pass the filters and contain no excluded word; `None` if nothing is filtered or excluded.
    fn allowed(&self, board: &mut Board) -> Result<Option<Allowed>, SearchError> {
        let opened = &self.index.opened;
        let [typed, given] = self.query.filters;
        let filters = self.filters();
        let mut allowed = filters.allowed(typed)?;
        if let Some(given) = filters.allowed(given)? {
            let allowed = allowed.get_or_insert_with(|| vec![true; opened.len()]);
            filters.keep(allowed, &given, true)?;
        }
        if let Some(excluded) = self.query.excluded {
            board.reset(opened.len());
            let scorer = Scorer::new(opened, &WEIGHTS, self.query.budget);
            let allowed = allowed.get_or_insert_with(|| vec![true; opened.len()]);
            for found in scorer.sections(excluded, board)? {
                allowed[found.section as usize] = false;
            }
        }
        Ok(allowed)
    }

    /// The candidates of a query without units, or none if nothing is filtered or excluded. All allowed sections match,
    /// sorted by descending prior. With the filter `has:code`, the priors of sections that are code with little else
    /// are first multiplied by a weight.
    fn all(&self, conditions: &MatchConditions) -> Result<Candidates, SearchError> {
        if conditions.allowed.is_none() {
            return Ok(Candidates::default());
        }
        let opened = &self.index.opened;
        self.query.budget.spend(opened.len())?;
        let is_shown = |section: u32| conditions.show(opened, section as usize);
        let is_wanted =
            |section: u32| conditions.code == CodeWish::Yes && opened.listings[section as usize];
        let score = |section: u32, prior: f32| match is_wanted(section) {
            true => prior * WEIGHTS.wanted_listing,
            false => prior,
        };
        let shown = (0..).zip(&opened.priors).filter(|(section, _)| is_shown(*section));
        let mut best: Vec<Ranked> = shown
            .map(|(section, prior)| Ranked { section, score: score(section, *prior) })
            .collect();
        best.sort_by(|a, b| b.score.total_cmp(&a.score));
        let total = best.len();
        best.truncate(BEST);
        Ok(Candidates { total, best, is_relaxed: false })
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

    fn with_links(&self) -> Result<Allowed, SearchError> {
        let links = Term::from_field_text(self.index.opened.fields.has, "links");
        self.filters().holding(&links)
    }

    fn filters(&self) -> FilterEvaluator<'_> {
        let EmbeddedIndex { opened, labels, sources, .. } = self.index;
        let (vocabulary, budget) = (self.query.vocabulary, self.query.budget);
        FilterEvaluator { opened, vocabulary, labels, sources, budget }
    }
}

/// The candidates of `ranking`.
fn found(ranking: Ranking, is_relaxed: bool) -> Candidates {
    Candidates { total: ranking.total, best: ranking.best, is_relaxed }
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
