//! The knowledge graph: how topics stand to each other, and where that is said.
//!
//! Nodes are the vocabulary's topics. Curated edges (broader, requires, related) come from the
//! vocabulary, whose own reason is their evidence; mined edges come from sentences that name both
//! ends, and keep the best of them: a mined edge without evidence does not exist. [`build`] makes
//! the graph of a generation: `curated` and `ties` say which edges there are, `evidence` which
//! sentences show them, [`cases`] what is said of the case studies. [`walk`] answers which topics are
//! near another, [`learn()`] what to learn before one, [`paths`] how one leads to another, and [`export`]
//! writes all of it for other programs.

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

pub use cases::{Case, Coverage};
pub use evidence::MOST_EVIDENCE;
pub use learn::{Lesson, learn};
pub use model::{Edge, Evidence, Graph, GraphError, VERSION, Why};
pub use path::{Hop, paths};
pub use walk::{Neighbour, related};
