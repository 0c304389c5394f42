//! Text to terms: [`tokens`] splits text into words, [`analysis`] makes the terms of the index of them.

pub(in crate::search) mod analysis;
pub(in crate::search) mod tokens;
