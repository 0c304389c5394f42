//! A search from what was typed to the hits.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tantivy::Term;
use tantivy::tokenizer::{Language, TextAnalyzer};

use super::analysis;
use super::budget::Budget;
use super::facets::Facet;
use super::field::distinct;
use super::filter::{Allowed, Filters};
use super::highlight::{Finder, Marks, Snippet, snippet};
use super::lexicon::Lexicon;
use super::opened::Opened;
use super::plan::{Plan, Planner};
use super::prefer::Preferred;
use super::query::{self, Filter, FilterField, MOST_FILTERS, Query};
use super::rank::{self, BEST, Conditions, Ranked, Ranker, Ranking};
use super::score::{Board, Scorer};
use super::understand::labels::Labels;
use super::understand::names::SourceIndex;
use super::understand::{Interpreter, LastWord, Understanding, Understood, keep_what_finds};
use super::weights::WEIGHTS;
use super::{Copies, CopyPlace, IndexedSource, Record, SearchError, SectionId, guarded};
use crate::vocabulary::Vocabulary;

/// Hits of one document that are shown, unless a filter asks for its source or path.
const PER_DOCUMENT: usize = 3;
/// With fewer hits than this, hits need not hold most of the words.
const TOO_FEW: usize = 5;

/// A question to the index.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What was typed, in the query language.
    pub text: &'a str,
    /// Filters beside those that the text names; values, which nothing in the text can change.
    pub filters: &'a [Filter],
    pub limit: usize,
    pub offset: usize,
    pub understanding: Understanding,
    pub last_word: LastWord,
}

/// A hit.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: SectionId,
    pub score: f32,
    /// Without its text, code and links.
    pub record: Record,
    pub snippet: Snippet,
    /// Copies folded under it.
    pub copies: Vec<CopyPlace>,
}

/// The answer to a [`Request`].
#[derive(Debug)]
pub struct Answer {
    pub understood: Understood,
    /// The query with its words spelt right, if any was not.
    pub corrected: Option<String>,
    /// Matches, folded copies left out.
    pub total: usize,
    pub found: Vec<Found>,
    pub facets: Vec<Facet>,
    /// How many matches the facets count: the best, where there are many.
    pub counted: usize,
}

/// An open index of one generation. Cheap to share; answers many requests at once.
pub struct Searcher {
    pub(super) opened: Opened,
    copies: Copies,
    pub(super) labels: Labels,
    pub(super) sources: Vec<IndexedSource>,
    pub(super) names: SourceIndex,
    /// Of the index's languages, English first.
    pub(super) stemmers: Vec<TextAnalyzer>,
    /// Boards that no search uses at the moment.
    boards: Mutex<Vec<Board>>,
}

impl Searcher {
    /// Opens the index in `folder`, whose files are mapped, not read. Writes nothing.
    ///
    /// `sources` are all that a generation knows, also those without sections. `Err` if a file is missing or damaged. O(sections) for what is held of
    /// each.
    pub fn open(
        folder: &Path,
        copies: Copies,
        vocabulary: &Vocabulary,
        sources: Vec<IndexedSource>,
    ) -> Result<Searcher, SearchError> {
        let damaged = || SearchError::Damaged(folder.to_owned());
        let opened = guarded(damaged, || Opened::open(folder, &copies))?;
        let stemmers = stemmers(&opened);
        let labels = Labels::new(vocabulary);
        let names = SourceIndex::new(&sources, &opened)?;
        Ok(Searcher { opened, copies, labels, sources, names, stemmers, boards: Mutex::default() })
    }

    /// The hits for `request`, best first; an empty query finds nothing. The work that it takes is counted in `budget`.
    ///
    /// No text is an error. `Err` if text and values together name more than [`MOST_FILTERS`] different filters, if
    /// the budget is spent or the search cancelled, or if the index can't be read.
    pub fn search(
        &self,
        request: &Request,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Answer, SearchError> {
        self.opened.guarded(|| self.answer(request, vocabulary, budget))
    }

    fn answer(
        &self,
        request: &Request,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Answer, SearchError> {
        let query = query::parse(request.text);
        let typed = query.filters.clone();
        let query = filtered(query, request.filters)?;
        let lexicon = self.lexicon(budget);
        let interpreter = self.interpreter(vocabulary, &lexicon);
        let ends_open = !request.text.ends_with(char::is_whitespace);
        let last = if ends_open { request.last_word } else { LastWord::Whole };
        let mut reading = interpreter.understand(&query, request.understanding, last)?;
        let planner = Planner {
            vocabulary,
            labels: &self.labels,
            weights: &WEIGHTS,
            stemmers: &self.stemmers,
        };
        let plan = planner.plan(&reading);
        let filters = [typed.as_slice(), request.filters];
        let search = Search { searcher: self, query: &query, filters, planner: &planner, budget };
        // A search that is stopped leaves its board half read: it is not used again.
        let mut board = self.board();
        let ranking = search.rank(&plan, &mut reading.understood, &mut board)?;
        self.put_back(board);
        keep_what_finds(&mut reading.understood, ranking.total, &lexicon)?;
        let (from, limit) = (request.offset, request.limit);
        let shown = match asks_for_one_place(&query) {
            true => ranking.best.iter().skip(from).take(limit).copied().collect(),
            false => rank::page(&ranking.best, &self.opened, PER_DOCUMENT, (from, limit)),
        };
        Ok(Answer {
            corrected: corrected(request.text, &reading.understood),
            understood: reading.understood,
            total: ranking.total,
            found: self.fetch(&shown, &plan.marks, budget)?,
            facets: self.opened.values.count(&ranking.best),
            counted: ranking.best.len(),
        })
    }

    pub(super) fn interpreter<'a>(
        &'a self,
        vocabulary: &'a Vocabulary,
        lexicon: &'a Lexicon<'a>,
    ) -> Interpreter<'a> {
        Interpreter { vocabulary, labels: &self.labels, sources: &self.names, lexicon }
    }

    pub(super) fn lexicon<'a>(&'a self, budget: &'a Budget) -> Lexicon<'a> {
        Lexicon { opened: &self.opened, stemmers: &self.stemmers, budget }
    }

    fn fetch(
        &self,
        shown: &[Ranked],
        marks: &Marks<'_>,
        budget: &Budget,
    ) -> Result<Vec<Found>, SearchError> {
        // Most hits of an answer are of one language: their finder serves again.
        let mut finders: Vec<(Option<String>, Finder)> = Vec::new();
        let mut found = Vec::with_capacity(shown.len());
        for ranked in shown {
            let stored = self.opened.stored(ranked.section)?;
            let record = stored.shell()?;
            let known = finders.iter().position(|(language, _)| *language == record.language);
            let at = known.unwrap_or_else(|| {
                let finder = Finder::new(marks, record.language.as_deref());
                finders.push((record.language.clone(), finder));
                finders.len() - 1
            });
            let id = self.opened.id(ranked.section);
            let text = match stored.text() {
                "" => Cow::Owned(stored.rest()?.0),
                text => Cow::Borrowed(text),
            };
            budget.spend(text.len())?;
            let snippet = snippet(&text, &mut finders[at].1);
            let copies = self.copies.by_representative.get(&id).cloned().unwrap_or_default();
            found.push(Found { id, score: ranked.score, snippet, copies, record });
        }
        Ok(found)
    }

    /// A clean board, one that was used before if there is one.
    pub(super) fn board(&self) -> Board {
        let board = self.boards.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut board = board.unwrap_or_default();
        board.reset(self.opened.len());
        board
    }

    pub(super) fn put_back(&self, board: Board) {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner).push(board);
    }
}

/// A search under way.
struct Search<'a> {
    searcher: &'a Searcher,
    query: &'a Query,
    /// Those of the text and those given beside it: a hit passes both, so that the text never widens what was given.
    filters: [&'a [Filter]; 2],
    planner: &'a Planner<'a>,
    budget: &'a Budget,
}

impl Search<'_> {
    /// The matches of `plan` in order; those that hold less of it where too few hold most.
    fn rank(
        &self,
        plan: &Plan<'_>,
        understood: &mut Understood,
        board: &mut Board,
    ) -> Result<Ranking, SearchError> {
        let allowed = self.allowed(board)?;
        let opened = &self.searcher.opened;
        let scorer = Scorer::new(opened, &WEIGHTS, self.budget);
        let mut values = Vec::with_capacity(plan.units.len());
        let mut preferred = Preferred::of(plan, opened);
        board.reset(opened.len());
        for (unit, bit) in plan.units.iter().zip(0..) {
            values.push(scorer.add(unit, bit, preferred.as_ref(), board)?);
        }
        let mut conditions = Conditions {
            allowed: allowed.as_ref(),
            with_copies: asks_for_one_place(self.query),
            is_relaxed: false,
            links: None,
        };
        if plan.units.is_empty() {
            return self.all(&conditions);
        }
        let links = plan.wants_links.then(|| self.with_links()).transpose()?;
        let (units, budget) = (&plan.units[..], self.budget);
        if let Some(preferred) = &mut preferred {
            preferred.weigh(plan, &values, opened, &WEIGHTS);
            scorer.touch(preferred, board)?;
        }
        let (values, preferred) = (&values[..], preferred.as_ref());
        let ranker = Ranker { opened, weights: &WEIGHTS, units, values, board, preferred, budget };
        conditions.links = links.as_ref();
        let ranking = ranker.rank(&conditions)?;
        if ranking.by_words >= TOO_FEW || plan.units.len() < 2 {
            return Ok(ranking);
        }
        conditions.is_relaxed = true;
        let relaxed = ranker.rank(&conditions)?;
        understood.relaxed = relaxed.total > ranking.total;
        Ok(if understood.relaxed { relaxed } else { ranking })
    }

    /// What the filters leave of the sections, without those that hold an excluded word.
    fn allowed(&self, board: &mut Board) -> Result<Option<Allowed>, SearchError> {
        let opened = &self.searcher.opened;
        let [typed, given] = self.filters;
        let filters = self.filters();
        let mut allowed = filters.allowed(typed)?;
        if let Some(given) = filters.allowed(given)? {
            let allowed = allowed.get_or_insert_with(|| vec![true; opened.len()]);
            filters.keep(allowed, &given, true)?;
        }
        if !self.query.excluded.is_empty() {
            board.reset(opened.len());
            let scorer = Scorer::new(opened, &WEIGHTS, self.budget);
            let allowed = allowed.get_or_insert_with(|| vec![true; opened.len()]);
            let excluded = self.planner.excluded(&self.query.excluded);
            for (section, _) in scorer.sections(&excluded, board)? {
                allowed[section as usize] = false;
            }
        }
        Ok(allowed)
    }

    /// The sections that filters alone ask for, the best by themselves first; none without a filter.
    fn all(&self, conditions: &Conditions) -> Result<Ranking, SearchError> {
        if conditions.allowed.is_none() {
            return Ok(Ranking::default());
        }
        let opened = &self.searcher.opened;
        self.budget.spend(opened.len())?;
        let is_shown = |section: u32| conditions.show(opened, section as usize);
        let shown = (0..).zip(&opened.priors).filter(|(section, _)| is_shown(*section));
        let mut best: Vec<Ranked> =
            shown.map(|(section, prior)| Ranked { section, score: *prior }).collect();
        best.sort_by(|a, b| b.score.total_cmp(&a.score));
        let total = best.len();
        best.truncate(BEST);
        Ok(Ranking { total, by_words: total, best })
    }

    fn with_links(&self) -> Result<Allowed, SearchError> {
        let links = Term::from_field_text(self.searcher.opened.fields.has, "links");
        self.filters().holding(&links)
    }

    fn filters(&self) -> Filters<'_> {
        let Searcher { opened, labels, sources, .. } = self.searcher;
        let (vocabulary, budget) = (self.planner.vocabulary, self.budget);
        Filters { opened, vocabulary, labels, sources, budget }
    }
}

/// `query` with `given` filters beside its own, each once. `Err` if there are more than [`MOST_FILTERS`].
fn filtered(mut query: Query, given: &[Filter]) -> Result<Query, SearchError> {
    query.filters = distinct(query.filters.into_iter().chain(given.iter().cloned()));
    match query.filters.len() {
        named if named > MOST_FILTERS => Err(SearchError::TooManyFilters { named }),
        _ => Ok(query),
    }
}

/// The analyzers of the languages that `opened` holds text in, English first.
fn stemmers(opened: &Opened) -> Vec<TextAnalyzer> {
    let mut languages = vec![Language::English];
    let codes = opened.values.languages().iter();
    for language in codes.filter_map(|code| analysis::stemmer(code)) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages.into_iter().map(analysis::stemmed).collect()
}

/// Whether the query asks for what stands in one source or path, copy or not.
fn asks_for_one_place(query: &Query) -> bool {
    let is_place = |field| matches!(field, FilterField::Source | FilterField::Path);
    query.filters.iter().any(|filter| is_place(filter.field) && !filter.excluded)
}

/// `text` with what was typed wrong as it was read.
pub(super) fn corrected(text: &str, understood: &Understood) -> Option<String> {
    if understood.corrections.is_empty() {
        return None;
    }
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    for correction in &understood.corrections {
        let typed: Vec<&str> = correction.typed.split(' ').collect();
        let is_typed = |run: &[String]| {
            run.iter().zip(&typed).all(|(word, typed)| {
                word.to_lowercase().trim_end_matches(|c: char| !c.is_alphanumeric()) == *typed
            })
        };
        if let Some(at) = words.windows(typed.len()).position(is_typed) {
            words.splice(at..at + typed.len(), [correction.read_as.clone()]);
        }
    }
    Some(words.join(" "))
}
