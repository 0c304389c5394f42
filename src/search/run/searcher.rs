//! Runs a search request: parses and understands the query, plans, gets candidates from the engine, fetches the hits.

use std::path::Path;
use std::sync::Arc;

use crate::meaning::MeaningTable;
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::field::{Filter, FilterField, MOST_FILTERS, distinct};
use crate::search::index::record::{FoldedCopies, IndexedSource};
use crate::search::opensearch::engine::ClusterReader;
use crate::search::query::grammar::{self as query, Query};
use crate::search::query::understand::interpreter::keep_useful_corrections;
use crate::search::query::understand::understood::corrected;
use crate::search::rank::candidates::{CandidateEngine, CandidateQuery, Ranked};
use crate::search::rank::embedded::EmbeddedIndex;
use crate::search::rank::pager::page;
use crate::search::run::meaning::MeaningSearch;
use crate::search::run::request::{SearchRequest, SearchResponse};
use crate::search::show::suggest::{Suggester, Suggestion};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::label_index::LabelIndex;

/// The maximum number of hits of one document on all pages together. If a filter selects a source or path, there is no
/// maximum.
const PER_DOCUMENT: usize = 3;

/// An open index of one generation. Can be shared and run many requests concurrently.
pub struct Searcher {
    pub(in crate::search) index: EmbeddedIndex,
    pub(in crate::search) copies: FoldedCopies,
    /// Makes the vectors of queries; `None` if there is no table, or the index was made with another one.
    pub(in crate::search) table: Option<Arc<MeaningTable>>,
    /// The same sections in a cluster, which finds the candidates; `None` for the embedded engine.
    pub(in crate::search) cluster: Option<ClusterReader>,
}

impl Searcher {
    /// Opens the index in `folder` by memory-mapping its files. Writes nothing.
    ///
    /// `sources` are all sources of the generation, also those without sections. `Err` if a file is missing or
    /// damaged. O(sections) for the arrays held in memory. Searches do not use meaning before
    /// [`Searcher::with_table`].
    pub fn open(
        folder: &Path,
        copies: FoldedCopies,
        vocabulary: &Vocabulary,
        sources: Vec<IndexedSource>,
    ) -> Result<Searcher, SearchError> {
        let index = EmbeddedIndex::open(folder, &copies, vocabulary, sources)?;
        Ok(Searcher { index, copies, table: None, cluster: None })
    }

    /// Uses `table` for the meaning of queries. It has no effect if the vectors of the index were made with another
    /// table.
    pub fn with_table(mut self, table: Arc<MeaningTable>) -> Searcher {
        let made_with = self.index.opened.vectors.table.as_deref();
        self.table = (made_with == Some(table.version().as_str())).then_some(table);
        self
    }

    /// Whether searches can use the meaning of queries.
    pub fn has_meaning(&self) -> bool {
        self.table.is_some()
    }

    /// The labels of the vocabulary with which the index was opened.
    pub fn labels(&self) -> &LabelIndex {
        &self.index.labels.index
    }

    /// The hits for `request`, best first; none if the query has no word, filter or exclusion. The work counts against
    /// `budget`.
    ///
    /// Any text is valid. `Err` if the text and `filters` together have more than [`MOST_FILTERS`] different filters,
    /// if the budget is spent or the search cancelled, or if the index can't be read.
    pub fn search(
        &self,
        request: &SearchRequest,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<SearchResponse, SearchError> {
        self.index.opened.guarded(|| match &self.cluster {
            Some(cluster) => self.answer_with(cluster, request, vocabulary, budget),
            None if self.is_outline() => Err(SearchError::NoCluster),
            None => self.answer(&self.index, request, vocabulary, budget),
        })
    }

    /// The response to `request` with the candidates of `engine`.
    pub(super) fn answer(
        &self,
        engine: &impl CandidateEngine,
        request: &SearchRequest,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<SearchResponse, SearchError> {
        let query = query::parse(request.text);
        let typed = query.filters.clone();
        let query = filtered(query, request.filters)?;
        let lexicon = self.index.lexicon(budget);
        let interpreter = self.index.interpreter(vocabulary, &lexicon);
        let last = request.last();
        let mut reading = interpreter.understand(&query, request.understanding, last)?;
        let planner = self.index.planner(vocabulary);
        let plan = planner.plan(&reading);
        let excluded = (!query.excluded.is_empty()).then(|| planner.excluded(&query.excluded));
        let is_one_place = asks_for_one_place(&query);
        let mut candidates = engine.candidates(&CandidateQuery {
            plan: &plan,
            excluded: excluded.as_ref(),
            filters: [typed.as_slice(), request.filters],
            with_copies: is_one_place,
            vocabulary,
            budget,
        })?;
        reading.understood.relaxed = candidates.is_relaxed;
        keep_useful_corrections(&mut reading.understood, candidates.total, &lexicon)?;
        // Facets and counts are about the matches, so they come before sections are added by meaning.
        let counted = candidates.best.len();
        let matches = candidates.best.iter().map(|ranked| ranked.section);
        let facets = self.index.opened.values.count(matches);
        let meaning = MeaningSearch {
            opened: &self.index.opened,
            table: self.table.as_deref(),
            query: &query,
            last,
            is_on: request.understanding.meaning,
            understood: &reading.understood,
            with_copies: is_one_place,
            budget,
        };
        let meant = meaning.order(&mut candidates)?;
        reading.understood.meaning = meant.used;
        let shown = self.shown(&candidates.best, is_one_place, request);
        let vector = meant.vector.as_ref();
        Ok(SearchResponse {
            corrected: corrected(request.text, &reading.understood),
            understood: reading.understood,
            total: candidates.total,
            total_is_exact: candidates.total_is_exact,
            counts: candidates.counts,
            found: self.fetch(&shown, &candidates.texts, &plan.marks, vector, budget)?,
            near: meant.added,
            facets,
            counted,
            stand_in: None,
        })
    }

    /// The page of `best` that `request` asks for. If `is_one_place`, the number of hits of one document is unlimited.
    fn shown(&self, best: &[Ranked], is_one_place: bool, request: &SearchRequest) -> Vec<Ranked> {
        let (offset, limit) = (request.offset, request.limit);
        match is_one_place {
            true => best.iter().skip(offset).take(limit).copied().collect(),
            false => page(best, &self.index.opened, PER_DOCUMENT, offset, limit),
        }
    }

    /// At most `limit` suggestions for `text`: topics, then headings, then sources. Within each kind, those with more
    /// sections come first; a topic counts more if one of its labels begins with `text`. Topics take more than half of
    /// the places only if headings and sources don't fill the other half. Misspelled words are corrected if nothing
    /// matches the text as typed.
    pub fn suggest(
        &self,
        text: &str,
        limit: usize,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let suggester = Suggester { index: &self.index, vocabulary, budget };
        self.index.opened.guarded(|| suggester.suggest(text, limit))
    }

    /// `text` with its misspelled words corrected; `None` if no word was corrected.
    pub fn spelled(
        &self,
        text: &str,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Option<String>, SearchError> {
        let suggester = Suggester { index: &self.index, vocabulary, budget };
        self.index.opened.guarded(|| suggester.corrected(text))
    }
}

/// `query` with the filters `given` added to its own, without duplicates. `Err` if there are more than
/// [`MOST_FILTERS`].
fn filtered(mut query: Query, given: &[Filter]) -> Result<Query, SearchError> {
    query.filters = distinct(query.filters.into_iter().chain(given.iter().cloned()));
    match query.filters.len() {
        named if named > MOST_FILTERS => Err(SearchError::TooManyFilters { named }),
        _ => Ok(query),
    }
}

/// Whether a filter selects sources or paths. Then folded copies are also hits.
fn asks_for_one_place(query: &Query) -> bool {
    let is_place = |field| matches!(field, FilterField::Source | FilterField::Path);
    query.filters.iter().any(|filter| is_place(filter.field) && !filter.excluded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{SearchFixture, fixture, record};
    use crate::search::index::facets::CountedValue;
    use crate::search::rank::candidates::Candidates;
    use crate::search::{LastWord, SectionRecord, Understanding};

    /// An engine that returns the given candidates.
    struct GivenCandidates(Vec<Ranked>);

    impl CandidateEngine for GivenCandidates {
        fn candidates(&self, query: &CandidateQuery) -> Result<Candidates, SearchError> {
            assert_eq!(query.plan.units.len(), 1);
            assert_eq!(query.filters.map(<[Filter]>::len), [1, 0]);
            assert!(query.excluded.is_some() && !query.with_copies);
            let best = self.0.clone();
            Ok(Candidates { total: 77, best, is_relaxed: true, ..Candidates::default() })
        }
    }

    #[test]
    fn an_answer_shows_the_candidates_of_any_engine_in_their_order() {
        let of = |source: &str, text: &str| SectionRecord {
            source: source.into(),
            ..record(text, text)
        };
        let records = [of("a/a", "drift"), of("b/b", "no match"), of("b/b", "drifts")];
        let SearchFixture { searcher, vocabulary, .. } = &fixture(records);
        let request = SearchRequest {
            text: "drift -ads lang:en",
            filters: &[],
            limit: 10,
            offset: 0,
            understanding: Understanding::LITERAL,
            last_word: LastWord::Whole,
        };
        let ranked = vec![Ranked::matching(2, 9.0), Ranked::matching(1, 4.0)];
        let engine = GivenCandidates(ranked);
        let answer = searcher.answer(&engine, &request, vocabulary, &Budget::unlimited()).unwrap();
        let found: Vec<(u64, f32)> = answer.found.iter().map(|hit| (hit.id.0, hit.score)).collect();
        assert_eq!(found, [(2, 9.0), (1, 4.0)]);
        assert_eq!((answer.total, answer.counted, answer.understood.relaxed), (77, 2, true));
        assert!(!answer.total_is_exact);
        assert_eq!(answer.facets[0].values, [CountedValue { value: "b/b".into(), count: 2 }]);
        assert_eq!(answer.found[0].snippet.highlights, [(0, 6)]);
    }
}
