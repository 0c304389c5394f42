//! The knowledge graph: how topics are related, and which sentences say so.
//!
//! Nodes are the vocabulary's topics. Curated edges (broader, requires, related) come from the vocabulary, whose
//! reason is their evidence. Mined edges come from sentences that name both topics, and keep the best sentences:
//! every mined edge has evidence. [`build`] builds the graph of a generation: `curated` and `ties` find the edges,
//! `evidence` selects sentences, [`cases`] collects what is said about the case studies. [`walk`] finds related
//! topics, [`learn()`] prerequisites, and [`paths`] chains between topics; [`export`] writes the graph for other
//! programs.

pub mod build;
pub mod cases;
mod curated;
mod evidence;
pub mod export;
mod learn;
mod model;
mod path;
pub mod place;
mod ties;
mod walk;
mod without;

pub use cases::{CaseStudy, Coverage};
pub use evidence::MOST_EVIDENCE;
pub use learn::{NeededFor, TopicToLearn, learn};
pub use model::{Edge, Evidence, Graph, GraphError, VERSION, Why};
pub use path::{PathHop, paths};
pub use walk::{Neighbour, related};
