//! The query: how its text is parsed and what its words are understood as.

pub(in crate::search) mod grammar;
mod lexer;
pub(in crate::search) mod understand;

pub use grammar::{Node, Query, parse};

pub use super::index::field::{Filter, FilterField, MOST_FILTERS};
