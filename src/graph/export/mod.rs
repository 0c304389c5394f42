//! The graph for other programs: SKOS Turtle, GraphML, DOT.
//!
//! All formats hold the topics and their edges; Turtle and GraphML the resources that two independent
//! voices or more cite too. The same graph gives the same bytes.

mod dot;
mod format;
mod graphml;
mod part;
mod turtle;

pub use format::{Format, all, around, write};
