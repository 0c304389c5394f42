//! The blocks of a document, from the first line to the last.
//!
//! The column of a line decides which block it belongs to: a stack holds the open items, bodies and
//! quotes, each with the column of its content in the source and in Markdown. Every line is written
//! at its own index of a page with as many lines as the source; a block that writes nothing leaves
//! blank lines. Only table cells are read recursively, to a limited depth.

use super::lines::{ListMarker, RstLines, bullet, enumerator, explicit};
use super::names::RstNames;

/// Lists nested deeper are flattened: each level costs a Markdown parser time.
const DEEPEST: usize = 16;

/// An open item, body or quote, which later lines may belong to.
struct OpenBlock {
    /// The column of its mark, for a body and for an item whose text starts on a later line. `None` for quotes and for
    /// items with text on their first line.
    mark: Option<usize>,
    /// The column of the content in the source; `None` until it is known.
    content: Option<usize>,
    /// The column of the content in Markdown.
    out: usize,
}

/// How a title is marked. Titles of the same style have the same level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TitleStyle {
    /// The character of the line below the title, and of the line above it.
    pub mark: char,
    pub has_overline: bool,
}

/// How the last line of a text ends in Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineBreak {
    /// A following line continues the paragraph.
    Soft,
    /// A following line starts on a line of its own.
    Hard,
}

/// How the argument of a directive, note or field relates to a line that follows without a blank line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArgumentEnd {
    /// The line continues the paragraph.
    Joined,
    /// The line is separate.
    Separate,
}

/// Converts the blocks of a document or of a table cell.
pub(super) struct BlockConverter<'a> {
    pub(super) lines: &'a RstLines,
    pub(super) names: &'a mut RstNames,
    /// The number of tables that these blocks are in.
    pub(super) depth: usize,
    /// The styles of titles, in order of appearance.
    pub(super) styles: Vec<TitleStyle>,
    /// Whether nothing but titles, fields and comments has been read so far, so that fields are metadata.
    pub(super) head: bool,
    page: Vec<String>,
    stack: Vec<OpenBlock>,
    /// The index of the line on which items start, with the indentation and list marks still to be written there.
    /// `None` if nothing is to be written.
    lead: Option<(usize, String)>,
}

impl<'a> BlockConverter<'a> {
    pub(super) fn new(lines: &'a RstLines, names: &'a mut RstNames, depth: usize) -> Self {
        let page = vec![String::new(); lines.len()];
        let (styles, stack) = (Vec::new(), Vec::new());
        Self { lines, names, depth, styles, head: true, page, stack, lead: None }
    }

    /// Converts all blocks to Markdown and returns it line by line.
    pub(super) fn run(mut self) -> Vec<String> {
        let mut i = self.lines.filled(0);
        while i < self.lines.len() {
            self.enter(self.lines.indent(i));
            let next = self.block(i);
            i = self.lines.filled(next.max(i + 1));
        }
        self.page
    }

    /// Writes `text` to line `i`, after the pending marks or the indentation.
    pub(super) fn put(&mut self, i: usize, text: &str) {
        let lead = self.lead.take_if(|(line, _)| *line == i).map(|(_, lead)| lead);
        let lead = lead.unwrap_or_else(|| " ".repeat(self.column()));
        if let Some(line) = self.page.get_mut(i) {
            *line = if text.is_empty() { lead.trim_end().to_owned() } else { lead + text };
        }
    }

    /// Whether line `i` exists and nothing is written on it.
    pub(super) fn free(&self, i: usize) -> bool {
        self.page.get(i).is_some_and(String::is_empty)
    }

    /// The Markdown column of the content of the innermost open block.
    fn column(&self) -> usize {
        self.stack.last().map_or(0, |open| open.out)
    }

    /// Whether these blocks are in a table, a block is open, or marks are pending. No title can be here then.
    pub(super) fn nested(&self) -> bool {
        self.depth > 0 || self.lead.is_some() || !self.stack.is_empty()
    }

    /// Opens the body that belongs to a mark in column `mark`; in Markdown, it is indented by `shift` columns.
    pub(super) fn open(&mut self, mark: usize, shift: usize) {
        let out = self.column() + if self.stack.len() < 2 * DEEPEST { shift } else { 0 };
        self.stack.push(OpenBlock { mark: Some(mark), content: None, out });
    }

    /// Adds `mark` to the pending marks of line `i`, where an item starts.
    pub(super) fn lead(&mut self, i: usize, mark: &str) {
        let indent = self.column();
        let lead = self.lead.get_or_insert_with(|| (i, " ".repeat(indent)));
        lead.1.push_str(mark);
    }

    /// Closes the blocks that a line with this indentation doesn't belong to. Opens a quote if the line is indented
    /// deeper than the content of the blocks that stay open. Quotes lose their indentation, because Markdown would read
    /// them as code.
    fn enter(&mut self, indent: usize) {
        while let Some(open) = self.stack.last_mut() {
            let inside = match (open.mark, open.content) {
                (Some(mark), _) => indent > mark,
                (None, content) => content.is_none_or(|content| indent >= content),
            };
            if inside {
                let content = open.content.get_or_insert(indent);
                *content = indent.min(*content);
                break;
            }
            self.stack.pop();
        }
        let content = self.stack.last().and_then(|open| open.content).unwrap_or(0);
        if indent > content {
            self.stack.push(OpenBlock { mark: None, content: Some(indent), out: self.column() });
        }
    }

    /// Converts the block at line `i`, with the items that start there. Returns the next line to read.
    fn block(&mut self, i: usize) -> usize {
        let mut col = self.lines.indent(i);
        while let Some(marker) = self.marker(i, col) {
            self.head = false;
            self.lead(i, &marker.lead);
            let out = self.column() + marker.width;
            let rest = self.lines.from(i, col + marker.offset);
            // If the item's text starts on a later line, that line determines its column.
            let (mark, content) =
                if rest.is_empty() { (Some(col), None) } else { (None, Some(col + marker.offset)) };
            self.stack.push(OpenBlock { mark, content, out });
            col += marker.offset;
            if rest.is_empty() {
                self.settle();
                return i + 1;
            }
        }
        let next = self.leaf(i, col);
        self.settle();
        next
    }

    /// Writes the pending marks if no text was written after them.
    fn settle(&mut self) {
        if let Some((i, _)) = self.lead {
            self.put(i, "");
        }
    }

    /// The mark of the list item that starts in column `col` of line `i`; `None` if no item starts there.
    fn marker(&self, i: usize, col: usize) -> Option<ListMarker> {
        let rest = self.lines.from(i, col);
        let titled = !self.nested() && self.titled(i);
        if titled || self.stack.len() >= DEEPEST {
            return None;
        }
        bullet(rest).or_else(|| {
            let marker = enumerator(rest)?;
            (!marker.weak || self.listed(i, col + marker.offset)).then_some(marker)
        })
    }

    /// Whether line `i`, such as "A. Name", may be a list item with its text in column `text`: the next line is
    /// blank, starts in this column or is another item.
    fn listed(&self, i: usize, text: usize) -> bool {
        let next = self.lines.get(i + 1).trim_start();
        next.is_empty() || self.lines.indent(i + 1) == text || enumerator(next).is_some()
    }

    /// Converts the block in column `col` of line `i`, which isn't an item. Returns the next line to read.
    fn leaf(&mut self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let rest = lines.from(i, col);
        if !self.nested()
            && let Some(next) = self.title(i)
        {
            return next;
        }
        if explicit(rest) {
            return self.explicit(i, col);
        }
        if rest.starts_with("__ ") && col == lines.indent(i) {
            return i + 1;
        }
        if let Some(next) = self.field(i, col) {
            return next;
        }
        self.head = false;
        if let Some(next) = self.table(i, col) {
            return next;
        }
        if rest.starts_with(">>> ") {
            return self.doctest(i, col);
        }
        if rest == "|" || rest.starts_with("| ") {
            return self.verses(i, col);
        }
        self.paragraph(i, col)
    }
}
