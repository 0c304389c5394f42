//! Typesets formulas: TeX by hostile authors becomes MathML that is safe in a page, or an error, and the caller then
//! shows the source.
//!
//! The steps, each a module:
//!
//! 1. [`tokens`] splits the TeX in the same way as the renderer. [`prepare`] renames what the renderer does not know and
//!    refuses what it must not read, by the table in [`commands`]. [`nesting`] refuses what would need too much stack.
//! 2. [`render`] gives the rest to KaTeX, without trust and without definitions by authors.
//! 3. [`mod@write`] walks through KaTeX's tree and writes the elements and [`attributes`] of a fixed list. [`letters`]
//!    has the letters of the fonts.
//!
//! This happens in the threads of [`workers`], with a limit on time. Results are kept in a [`cache`]. Nothing here uses
//! files or the network.

mod attributes;
mod cache;
mod commands;
mod formula;
mod letters;
mod nesting;
mod prepare;
mod render;
mod tokens;
mod typesetter;
mod workers;
mod write;

#[cfg(test)]
mod tests;

pub use formula::{FormulaDisplay, MathMl, TypesetError, VERSION};
pub use typesetter::Typesetter;
