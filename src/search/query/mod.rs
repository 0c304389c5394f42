//! Queries: [`lexer`] and [`grammar`] parse the text, [`understand`] decides what it means.

pub(in crate::search) mod grammar;
mod lexer;
pub(in crate::search) mod understand;

pub use grammar::{Node, Query, parse};

pub use super::index::field::{Filter, FilterField, MOST_FILTERS};
