//! Understanding a query: topics, spelling, completion, filler and names of sources.

mod filler;
pub(in crate::search) mod interpreter;
pub(in crate::search) mod labels;
mod namer;
pub(in crate::search) mod names;
mod spelling;
pub(in crate::search) mod understood;
