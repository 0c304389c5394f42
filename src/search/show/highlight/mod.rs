//! Snippets: [`finder`] finds matches in a text, [`mod@window`] chooses the passage, `edges` its
//! exact start and end, and [`mod@snippet`] cuts it.

mod begins;
mod code;
mod edges;
pub(in crate::search) mod finder;
mod line_kind;
mod matches;
pub(in crate::search) mod snippet;
mod window;
