//! Text to terms: [`tokens`] splits text into tokens, [`analysis`] turns tokens into terms of the index.

pub(in crate::search) mod analysis;
pub(in crate::search) mod tokens;
