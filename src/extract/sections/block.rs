//! A block of a document, as the readers of the formats pass it on, and the size limits of a section.

use std::ops::Range;

use crate::extract::Link;

/// The size of a section in words. If the blocks below a heading have more than one and three quarters times as many
/// words together, they are divided among several sections.
pub(in crate::extract) const MOST_WORDS: usize = 220;
/// In slides, a section ends at the end of a slide if it has at least this many words.
pub(in crate::extract) const LEAST_WORDS: usize = 60;
/// The size of a section in lines, because code can have many lines with few words. If the blocks below a heading have
/// more than one and three quarters times as many lines together, they are divided among several sections.
pub(in crate::extract) const MOST_LINES: u32 = 60;

/// A paragraph, list item, table row or code block, as plain text.
#[derive(Clone, Debug, Default)]
pub(in crate::extract) struct DocumentBlock {
    pub span: BlockSpan,
    pub text: String,
    pub code: String,
    pub links: Vec<Link>,
    /// The number of words in links that are not web links, such as links to other files of the repository.
    pub inner: usize,
    pub kind: BlockKind,
    /// The formulas of `text`, in order.
    pub formulas: Vec<BlockFormula>,
    /// Where lines of the file begin in `text`, ascending; empty if this is unknown.
    pub lines: Vec<LineStart>,
}

/// How a block relates to its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) enum BlockKind {
    #[default]
    Prose,
    /// A table row, which must not be split.
    Row,
    /// A label or a question: it belongs to the block that follows.
    Lead,
    /// A paragraph that begins with a bold title.
    Titled,
    /// A formula on lines of its own, or a paragraph that begins with a formula because it continues a sentence. It
    /// belongs to the block before it.
    Formula,
    /// A picture without text. The sentence that announces it is left out.
    Picture,
}

/// A formula in the text of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct BlockFormula {
    /// The bytes of its readable form in the text.
    pub range: Range<usize>,
    /// The formula as its author wrote it, without delimiters.
    pub tex: String,
}

/// First and last line, cell, page or card of a block, 1-based and inclusive. Both are 0 if the block has no position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct BlockSpan {
    pub first: u32,
    pub last: u32,
}

impl BlockSpan {
    /// No position. A footnote has none, because its position in the file differs from its position in the text.
    pub const NONE: BlockSpan = BlockSpan { first: 0, last: 0 };

    /// The span of one line, cell, page or card.
    pub fn of(number: u32) -> BlockSpan {
        BlockSpan { first: number, last: number }
    }
}

/// Where a line of the file begins in a block's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct LineStart {
    /// Byte offset in the text.
    pub offset: usize,
    /// The number of the line, 1-based.
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
