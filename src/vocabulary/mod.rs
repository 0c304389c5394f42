//! The vocabulary: topics as SKOS concepts (W3C Recommendation "SKOS Simple Knowledge Organization
//! System Reference", 2009), read from `sources/vocabulary/*.ttl`.
//!
//! The fields of knowledge are the top concepts; the eight steps of a design answer are collections whose
//! members are topics. Cairn adds two properties to SKOS: `cairn:requires` (a topic that must be understood
//! first, with the reason) and `cairn:rule` (limits where a label counts, if it is also plain English). A rule may refer to
//! contexts, which are named lists of words. [`mod@load`] reads the files, [`read`] parses them into drafts ([`mod@draft`]),
//! and [`check`] checks the rules. [`lint`] gives warnings. `rejected` reads the terms that are no topics.
//! [`label`] normalises spellings. [`label_index`] finds labels in texts, with [`label_tree`]. [`common_words`] lists words without a
//! subject of their own.

mod check;
pub(crate) mod common_words;
mod draft;
pub(crate) mod folded;
pub mod label;
pub mod label_index;
pub(crate) mod label_rule;
mod label_tree;
pub mod lint;
mod load;
mod model;
pub(crate) mod plain;
mod read;
mod rejected;

pub use load::{VocabularyFiles, load, parse};
pub use model::{
    CAIRN, CONTEXT, LabelRule, Requirement, SCHEME, SKOS, STEP, Step, TOPIC, Topic, TopicSlug,
    Vocabulary,
};
pub use rejected::RejectedTerms;
