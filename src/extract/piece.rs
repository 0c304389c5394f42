//! One block of a document, before blocks are joined into sections, and the size limits of a section.

use super::Link;

/// A section closes before the block that would take it past this many words.
pub(super) const MOST_WORDS: usize = 220;
/// A section closes before the block that would take it past this many lines: code can be long with few words.
pub(super) const MOST_LINES: u32 = 60;

/// A paragraph, list item, table or code block, as plain text.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    /// First and last line, or first and last cell; `(0, 0)` for a block that stands elsewhere in
    /// the file than in the reading order (a footnote).
    pub at: (u32, u32),
    pub text: String,
    pub code: String,
    pub links: Vec<Link>,
    /// Words of links that lead elsewhere in the same repository.
    pub inner: usize,
    /// Whether it must not be parted: a row of a table.
    pub is_row: bool,
    /// Where in the text lines of the file begin, ascending: the byte and the line.
    pub lines: Vec<(usize, u32)>,
}
