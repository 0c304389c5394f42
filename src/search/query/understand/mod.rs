//! Understanding a query: [`interpreter`] runs the steps, the other files implement one each.

mod filler;
pub(in crate::search) mod interpreter;
pub(in crate::search) mod labels;
mod namer;
pub(in crate::search) mod names;
mod spelling;
pub(in crate::search) mod understood;
