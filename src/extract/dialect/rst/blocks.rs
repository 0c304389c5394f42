//! The blocks of a document, from the first line to the last.
//!
//! What a line belongs to is a matter of its column: a stack holds the items, bodies and quotes
//! that are open, each with the column its content has in the source and in Markdown. Every line
//! is written at its own place of a page as long as the source; a block that writes nothing
//! leaves blank lines. There is no recursion but for the cells of tables, and that has a limit.

use super::lines::{Lines, Marker, bullet, enumerator, explicit};
use super::names::Names;

/// Lists deeper than this are flattened: nobody writes them, and a Markdown reader pays for each.
const DEEPEST: usize = 16;

/// Something open that later lines may belong to.
struct Open {
    /// A body belongs to what is marked in this column; items and quotes have none.
    mark: Option<usize>,
    /// The column of the content, once it is known.
    content: Option<usize>,
    /// The column of the content in Markdown.
    out: usize,
}

/// How a title is marked. Titles of one style have one level.
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

pub(super) struct Blocks<'a> {
    pub(super) lines: &'a Lines,
    pub(super) names: &'a mut Names,
    /// How many tables this is in.
    pub(super) depth: usize,
    /// The styles of titles, in the order they came up.
    pub(super) styles: Vec<TitleStyle>,
    /// Whether nothing but the title came yet, so that fields are about the document.
    pub(super) head: bool,
    page: Vec<String>,
    stack: Vec<Open>,
    /// The line that items started on, and their marks.
    lead: Option<(usize, String)>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(lines: &'a Lines, names: &'a mut Names, depth: usize) -> Self {
        let page = vec![String::new(); lines.len()];
        let (styles, stack) = (Vec::new(), Vec::new());
        Self { lines, names, depth, styles, head: true, page, stack, lead: None }
    }

    /// The Markdown, line by line.
    pub(super) fn run(mut self) -> Vec<String> {
        let mut i = self.lines.filled(0);
        while i < self.lines.len() {
            self.enter(self.lines.indent(i));
            let next = self.block(i);
            i = self.lines.filled(next.max(i + 1));
        }
        self.page
    }

    /// Writes line `i`, behind the marks or the indentation it is due.
    pub(super) fn put(&mut self, i: usize, text: &str) {
        let lead = self.lead.take_if(|(line, _)| *line == i).map(|(_, lead)| lead);
        let lead = lead.unwrap_or_else(|| " ".repeat(self.column()));
        if let Some(line) = self.page.get_mut(i) {
            *line = if text.is_empty() { lead.trim_end().to_owned() } else { lead + text };
        }
    }

    /// Whether line `i` is there and nothing is written on it.
    pub(super) fn free(&self, i: usize) -> bool {
        self.page.get(i).is_some_and(String::is_empty)
    }

    /// Where content of what is open starts in Markdown.
    fn column(&self) -> usize {
        self.stack.last().map_or(0, |open| open.out)
    }

    /// Whether something is open or marked on this line, so that no title can be here.
    pub(super) fn nested(&self) -> bool {
        self.depth > 0 || self.lead.is_some() || !self.stack.is_empty()
    }

    /// Opens the body of what is marked in column `mark`.
    pub(super) fn open(&mut self, mark: usize, shift: usize) {
        let out = self.column() + if self.stack.len() < 2 * DEEPEST { shift } else { 0 };
        self.stack.push(Open { mark: Some(mark), content: None, out });
    }

    /// Marks line `i` as the start of an item.
    pub(super) fn lead(&mut self, i: usize, mark: &str) {
        let indent = self.column();
        let lead = self.lead.get_or_insert_with(|| (i, " ".repeat(indent)));
        lead.1.push_str(mark);
    }

    /// Closes what a line with this indentation does not belong to, and opens a quote if the line
    /// is indented deeper than that. Markdown would take the quote's indentation for code, so
    /// quotes lose it.
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
            self.stack.push(Open { mark: None, content: Some(indent), out: self.column() });
        }
    }

    fn block(&mut self, i: usize) -> usize {
        let mut col = self.lines.indent(i);
        while let Some(marker) = self.marker(i, col) {
            self.head = false;
            self.lead(i, &marker.lead);
            let out = self.column() + marker.width;
            let rest = self.lines.from(i, col + marker.offset);
            // An item whose text starts below: in the column it has then.
            let (mark, content) =
                if rest.is_empty() { (Some(col), None) } else { (None, Some(col + marker.offset)) };
            self.stack.push(Open { mark, content, out });
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

    /// Writes marks that no text came for.
    fn settle(&mut self) {
        if let Some((i, _)) = self.lead {
            self.put(i, "");
        }
    }

    /// The list item that starts in column `col` of line `i`.
    fn marker(&self, i: usize, col: usize) -> Option<Marker> {
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

    /// Whether what follows line `i` lets "A. Name" be a list item whose text is in column `text`.
    fn listed(&self, i: usize, text: usize) -> bool {
        let next = self.lines.get(i + 1).trim_start();
        next.is_empty() || self.lines.indent(i + 1) == text || enumerator(next).is_some()
    }

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
