//! Turns text into terms: [`tokens`] splits text into tokens, and [`analysis`] turns tokens into terms of the index.
//! [`greek`] replaces Greek letters with their names.

pub(in crate::search) mod analysis;
pub(in crate::search) mod greek;
pub(in crate::search) mod tokens;
