//! Output for users: highlighted matches, snippets and suggestions.

pub(in crate::search) mod highlight;
pub(in crate::search) mod suggest;
