//! Full-text search over sections, with tantivy.
//!
//! A section is one document of the index ([`document`], [`schema`]). [`mod@write`] keeps the index in step with
//! the store and hard-links it into a generation; [`opened`] reads one. A search goes through these, in
//! order: [`query`] reads what a person typed; [`understand`] says what it means, with the index's own
//! words ([`lexicon`]), the vocabulary's labels and the names of sources; [`plan`] makes units of it, [`filter`] leaves what may
//! be shown; [`score`] adds up BM25F over four fields, [`prefer`] what a named source gains, [`rank`] orders, with what
//! [`near`] says of the best;
//! [`facets`] counts them, [`highlight`] cuts the snippet; [`run`] puts these together. [`suggest`] serves
//! who is still typing, [`mark`] who reads a whole section. All numbers of ranking stand in [`weights`].
//!
//! Filters are values ([`field`]), whether they were typed or came beside the text. Every reading of the index goes
//! through [`postings`] or counts what it reads by itself, against the [`budget`] that each search has.
//!
//! Postings, positions, dictionaries and stored fields are tantivy's; scoring is our own, over its postings,
//! since a unit of a query (a word with its spellings, completions and topic, in four fields) saturates
//! as one, which its query types can't say. What depends on the whole corpus (copies) stands beside the
//! index, in [`Copies`], so that it can change without indexing anything again.

mod index;
pub mod query;
mod rank;
mod run;
mod show;
mod text;

pub use index::budget::{Budget, Stopped};
pub use index::error::SearchError;
pub use index::facets::Facet;
pub use index::field::{Filter, FilterField, MOST_FILTERS};
pub use index::record::{Copies, CopyPlace, IndexedSource, Record, TopicMention};
pub use index::schema::VERSION;
pub use index::section::SectionId;
pub(crate) use index::section::first_u64;
pub use index::write;
pub use query::understand::understood::{
    Correction, LastWord, PreferredSources, Understanding, Understood, UnderstoodTopic,
};
pub use run::searcher::{Answer, Found, Request, Searcher};
pub use show::highlight::snippet::{Snippet, excerpt};
pub use show::suggest::{Suggested, Suggestion};
