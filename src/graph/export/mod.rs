//! Writes the graph in formats for other programs: SKOS in Turtle, GraphML, and DOT.
//!
//! All formats contain the topics and their edges. Turtle and GraphML also contain the resources that at least two
//! independent voices cite. The same graph gives the same bytes.

mod dot;
mod format;
mod graphml;
mod part;
mod turtle;

pub use format::{Format, all, around, write};
