//! A search request and its response.

use crate::search::cluster::ClusterFault;
use crate::search::index::facets::FacetCounts;
use crate::search::index::field::Filter;
use crate::search::index::record::{CopyPlace, SectionRecord};
use crate::search::index::section::SectionId;
use crate::search::query::understand::understood::{LastWord, Understanding, Understood};
use crate::search::rank::match_counts::MatchCounts;
use crate::search::show::highlight::snippet::Snippet;

/// A search request.
#[derive(Clone, Debug)]
pub struct SearchRequest<'a> {
    /// The typed text, in the query language.
    pub text: &'a str,
    /// Filters passed separately from the text. Nothing in the text can change them.
    pub filters: &'a [Filter],
    pub limit: usize,
    pub offset: usize,
    pub understanding: Understanding,
    pub last_word: LastWord,
}

impl SearchRequest<'_> {
    /// Whether the last word may be unfinished: not if a space follows it.
    pub(super) fn last(&self) -> LastWord {
        let ends_with_space = self.text.ends_with(char::is_whitespace);
        if ends_with_space { LastWord::Whole } else { self.last_word }
    }
}

/// A hit.
#[derive(Clone, Debug)]
pub struct SearchHit {
    pub id: SectionId,
    pub score: f32,
    /// Whether the section was found by its meaning alone: it does not match the query.
    pub by_meaning: bool,
    /// The section's record, without its text, code, links and Markdown.
    pub record: SectionRecord,
    pub snippet: Snippet,
    /// The folded copies of the section.
    pub copies: Vec<CopyPlace>,
}

/// The response to a [`SearchRequest`].
#[derive(Debug)]
pub struct SearchResponse {
    pub understood: Understood,
    /// The query with its misspelled words corrected; `None` if no word was corrected.
    pub corrected: Option<String>,
    /// The number of sections that match; if there are very many, the number of those that were counted. Folded copies
    /// count only if a filter selects a source or path.
    pub total: usize,
    /// Whether all matches were counted.
    pub total_is_exact: bool,
    /// How many of the best matches match well; `None` if the query has no words.
    pub counts: Option<MatchCounts>,
    pub found: Vec<SearchHit>,
    /// The number of further sections that don't match, but are near in meaning. They are among the results.
    pub near: usize,
    pub facets: Vec<FacetCounts>,
    /// The number of matches that the facets count. If there are many matches, only the best are counted.
    pub counted: usize,
    /// Why the embedded engine answered instead of the cluster; `None` if the engine that is set answered.
    pub stand_in: Option<ClusterFault>,
}
