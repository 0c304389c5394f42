//! Scores what the graph shows (guides, evidence, resources, related topics, prerequisites, topics and steps) against
//! labels that people wrote by reading, and compares two runs.
//!
//! [`labels`] reads the labels, [`score()`] scores an index, [`values`] defines and stores what was measured, and
//! [`figures()`] sums it up.

mod figures;
pub mod labels;
mod score;
pub mod values;

pub use figures::{GraphFigure, figures};
pub use score::score;
