//! Converts TeX formulas to text that people can read and search: `\frac{1}{p(x \mid y)}` becomes `1 / p(x | y)`.
//!
//! It covers the commands that formulas in study material use, not all of TeX: commands without a meaning for readers
//! are removed, unknown ones keep their name ([`read`], [`commands`], [`mod@write`]). The result is for snippets, tags,
//! feeds and the terminal; pages typeset the TeX itself. [`delimiters`] finds formulas in Markdown and [`plain`] in
//! other text. [`dollars`] distinguishes them from amounts of money.

mod commands;
mod delimiters;
mod dollars;
mod plain;
mod read;
mod write;

pub(super) use delimiters::with_dollars;
pub use dollars::is_money;
pub(super) use plain::readable_text;
pub use read::readable_formula;

#[cfg(test)]
mod tests;
