//! Turns reStructuredText into Markdown, so that one reader serves both.
//!
//! The Markdown has exactly as many lines as the source, and every title stands on the line it
//! had: what a Markdown reader says about line numbers holds for the source too. Markup without
//! a Markdown counterpart gives up its marks, not its words; what is no prose (images, tables of
//! contents, comments) leaves blank lines behind. The work done is linear in the length of the
//! text, however it is made, and nothing in it can panic: every block writes into a page that
//! has its full number of lines from the start.

mod blocks;
mod directives;
#[cfg(test)]
mod hostile;
mod inline;
mod kinds;
mod leaves;
mod lines;
mod marks;
mod names;
mod roles;
mod tables;
#[cfg(test)]
mod tests;

use blocks::Blocks;
use lines::Lines;
use names::Names;

/// The Markdown of the reStructuredText `text`; as many lines as before. O(length).
pub(super) fn plain(text: &str) -> String {
    let lines = Lines::new(text.split('\n').map(lines::clean).collect());
    let mut names = Names::collect(&lines, text.len());
    Blocks::new(&lines, &mut names, 0).run().join("\n")
}
