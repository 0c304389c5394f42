//! Full-text search over sections, with tantivy.
//!
//! The folders are layers. A file imports only files of its own folder and of folders above it in this list:
//!
//! - [`text`]: tokens and terms.
//! - [`cluster`]: a client for OpenSearch clusters.
//! - [`index`]: the tantivy index. A section is one document ([`index::document`], [`index::schema`]).
//! - [`mod@query`]: parses a query, and uses the words of the index, the labels of the vocabulary and the names of
//!   sources to decide what the words of the query mean.
//! - [`rank`]: turns an understood query into a plan, and finds and ranks candidates for the plan. Another engine can
//!   supply the candidates ([`rank::candidates`]).
//! - [`opensearch`]: supplies them from an OpenSearch cluster.
//! - [`show`]: finds matches in texts, and makes snippets and suggestions.
//! - [`run`]: the [`Searcher`], which combines these.
//!
//! A filter is a [`Filter`], whether it is typed in the query or passed separately. Every read of the index counts
//! against the budget of a search ([`index::budget`]).
//!
//! tantivy provides postings, positions, dictionaries and stored fields. Cairn computes scores itself: the frequencies
//! of a query unit (a word with its corrections, completions and topic, in four fields) saturate together, which
//! tantivy's query types can't express. Data that depends on the whole corpus (copies) is stored beside the index, in
//! [`FoldedCopies`], so that it can change without reindexing.

pub mod cluster;
#[cfg(test)]
pub(crate) mod fixture;
mod index;
pub mod opensearch;
pub mod query;
mod rank;
mod run;
mod show;
mod text;

pub use index::budget::{Budget, SearchStopped};
pub use index::error::SearchError;
pub use index::facets::{CountedValue, FacetCounts, FacetField};
pub use index::field::{Filter, FilterField, MOST_FILTERS};
pub use index::record::{
    CopyPlace, FoldedCopies, IndexedSource, SectionLocation, SectionRecord, TopicMention,
};
pub use index::schema::VERSION;
pub use index::section::SectionId;
pub(crate) use index::section::first_u64;
pub use index::spool::SectionSpool;
pub use index::values::IndexForm;
pub use index::write;
pub use opensearch::connection::ClusterSections;
pub use query::understand::question::Question;
pub use query::understand::understood::{
    Correction, LastWord, MeaningUse, PreferredSources, Understanding, Understood, UnderstoodTopic,
};
pub use rank::match_counts::MatchCounts;
pub use run::read::NearbySection;
pub(crate) use run::read::locations;
pub use run::request::{SearchHit, SearchRequest, SearchResponse};
pub use run::searcher::Searcher;
pub use show::highlight::snippet::{Snippet, excerpt};
pub use show::suggest::{Suggested, Suggestion};
pub(crate) use text::analysis::english_stems;
