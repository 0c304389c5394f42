//! Converts reStructuredText to Markdown, so that the Markdown reader can read both.
//!
//! The Markdown has exactly as many lines as the source, and every title is on its own line of the
//! source, so that line numbers of the Markdown are valid for the source. Markup without a Markdown
//! counterpart loses its marks but keeps its text; blocks that aren't prose (images, tables of
//! contents, comments) become blank lines. For any text, the time is linear in its length, and
//! nothing panics: every block writes into a page that has all its lines from the start.

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

use blocks::BlockConverter;
use lines::RstLines;
use names::RstNames;

/// Converts the reStructuredText `text` to Markdown with the same number of lines. O(length).
pub(super) fn plain(text: &str) -> String {
    let lines = RstLines::new(text.split('\n').map(lines::clean).collect());
    let mut names = RstNames::collect(&lines, text.len());
    BlockConverter::new(&lines, &mut names, 0).run().join("\n")
}
