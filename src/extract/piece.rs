//! A block of a document, before blocks are joined into sections, and the size limits of a section.

use super::Link;

/// A section closes before the block that would take it past this many words.
pub(super) const MOST_WORDS: usize = 220;
/// A section closes before the block that would take it past this many lines: code can be long with few words.
pub(super) const MOST_LINES: u32 = 60;

/// A paragraph, list item, table or code block, as plain text.
#[derive(Clone, Debug, Default)]
pub(super) struct DocumentBlock {
    /// First and last line, cell, page or card; `(0, 0)` for a footnote, whose position in the file differs from
    /// its position in the text.
    pub at: (u32, u32),
    pub text: String,
    pub code: String,
    pub links: Vec<Link>,
    /// The number of words in links that are not web links, such as links to other files of the repository.
    pub inner: usize,
    /// Whether it is a table row, which must not be split.
    pub is_row: bool,
    /// Byte offsets in `text`, ascending, each with the line of the file that starts there.
    pub lines: Vec<(usize, u32)>,
}
