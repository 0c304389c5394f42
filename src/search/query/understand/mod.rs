//! Understands queries: [`interpreter`] runs the steps; the other files contain the steps and the types that they use.

mod draft;
mod filler;
pub(in crate::search) mod interpreter;
pub(in crate::search) mod labels;
mod namer;
pub(in crate::search) mod names;
pub(in crate::search) mod question;
pub(in crate::search) mod reading;
mod spelling;
pub(in crate::search) mod understood;
