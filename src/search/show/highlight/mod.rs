//! Snippets and highlights: which passage of a section is shown, and which words are marked in it.

mod begins;
mod code;
pub(in crate::search) mod finder;
mod matches;
pub(in crate::search) mod snippet;
mod window;
