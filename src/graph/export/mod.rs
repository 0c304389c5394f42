//! The graph for other programs: SKOS Turtle, GraphML, DOT.
//!
//! All formats contain the topics and their edges. Turtle and GraphML also contain the resources that at least two
//! independent voices cite. The same graph gives the same bytes.

mod dot;
mod format;
mod graphml;
mod part;
mod turtle;

pub use format::{Format, all, around, write};
