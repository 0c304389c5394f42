//! Output for users: snippets, highlights in whole sections, and suggestions.

pub(in crate::search) mod highlight;
mod mark;
pub(in crate::search) mod suggest;
