//! The knowledge graph: how topics are related, and the evidence for it.
//!
//! Nodes are the vocabulary's topics. Curated edges (broader, requires, related) come from the vocabulary; their
//! evidence is the reason that the vocabulary gives, if any. Mined edges come from sentences that name both topics; the
//! best of these sentences are stored as the edge's evidence. [`build`] builds the graph of a generation: `said` keeps
//! the sentences, `curated`, `counts` and `ties` find the edges, `evidence` selects sentences, `case_collector` collects the
//! sections about case studies ([`case_section`], [`cases`]). [`walk`] finds related topics, [`learn()`] prerequisites, and
//! [`paths`] chains between topics; [`export`] writes the graph for other programs.

pub mod build;
mod case_collector;
pub mod case_section;
pub mod cases;
mod counts;
mod curated;
mod error;
mod evidence;
pub mod export;
mod learn;
mod model;
mod name_place;
mod passage_text;
mod path;
pub mod place;
mod relation;
mod said;
mod sentence;
mod sentence_words;
mod shards;
mod statement;
mod ties;
mod verbs;
mod version;
mod walk;
mod without;

pub use cases::{CaseStudy, Coverage};
pub use error::GraphError;
pub use evidence::MOST_EVIDENCE;
pub use learn::{NeededFor, TopicToLearn, learn};
pub use model::{Edge, Evidence, Graph, Why};
pub use path::{PathHop, paths};
pub use sentence::SaidSentence;
pub use shards::write_resources;
pub use version::VERSION;
pub use walk::{Neighbour, related};
