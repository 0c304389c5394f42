//! A block of a document, before blocks are joined into sections, and the size limits of a section.

use crate::extract::Link;

/// A section closes before the block that would take it past this many words.
pub(in crate::extract) const MOST_WORDS: usize = 220;
/// A section closes before the block that would take it past this many lines: code can be long with few words.
pub(in crate::extract) const MOST_LINES: u32 = 60;

/// A paragraph, list item, table or code block, as plain text.
#[derive(Clone, Debug, Default)]
pub(in crate::extract) struct DocumentBlock {
    pub span: BlockSpan,
    pub text: String,
    pub code: String,
    pub links: Vec<Link>,
    /// The number of words in links that are not web links, such as links to other files of the repository.
    pub inner: usize,
    /// Whether it is a table row, which must not be split.
    pub is_row: bool,
    /// The lines of the file in `text`, ascending; empty if they are unknown.
    pub lines: Vec<LineStart>,
}

/// First and last line, cell, page or card of a block, 1-based and inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct BlockSpan {
    pub first: u32,
    pub last: u32,
}

impl BlockSpan {
    /// The span of a footnote, whose position in the file differs from its position in the text.
    pub const NONE: BlockSpan = BlockSpan { first: 0, last: 0 };

    /// The span of one line, cell, page or card.
    pub fn of(number: u32) -> BlockSpan {
        BlockSpan { first: number, last: number }
    }
}

/// The start of a line of the file in a block's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct LineStart {
    /// Byte offset in the text.
    pub offset: usize,
    /// 1-based.
    pub line: u32,
}

impl DocumentBlock {
    /// First and last line of the bytes `from..to` of its text; those of the whole block if its lines are unknown.
    pub fn span_of(&self, from: usize, to: usize) -> BlockSpan {
        let line = |byte: usize, reached: fn(usize, usize) -> bool| {
            let behind = self.lines.partition_point(|start| reached(start.offset, byte));
            let line = behind.checked_sub(1).map(|at| self.lines[at].line);
            line.map(|line| line.clamp(self.span.first, self.span.last))
        };
        let first = line(from, |begin, byte| begin <= byte).unwrap_or(self.span.first);
        let last = match self.lines.is_empty() {
            true => self.span.last,
            false => line(to, |begin, byte| begin < byte).unwrap_or(first),
        };
        BlockSpan { first, last: last.max(first) }
    }
}
