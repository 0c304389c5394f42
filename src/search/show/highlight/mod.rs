//! Snippets: [`finder`] finds matches in a text, [`mod@window`] chooses the passage, [`mod@snippet`] cuts it.

mod begins;
mod code;
pub(in crate::search) mod finder;
mod matches;
pub(in crate::search) mod snippet;
mod window;
