//! Renders a block of a Markdown syntax tree as plain text, code and links.
//!
//! The tree is traversed in a loop, not by recursion, so that no nesting overflows the stack.

use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};

use super::dialect::mermaid;
use super::html::fragment::{self, InlineLink, OpenLink};
use super::sections::{BlockSpan, DocumentBlock, LineStart};
use super::sentences::sentences;
use super::words::words;
use super::{Link, links};

/// A block as plain text, with the positions of its links.
#[derive(Default)]
pub(super) struct Rendered {
    pub text: String,
    pub code: String,
    links: Vec<InlineLink>,
    /// The open links, innermost last.
    open: Vec<OpenLink>,
    /// The number of open list items.
    depth: usize,
    /// The lines of the file in `text`, ascending.
    lines: Vec<LineStart>,
}

/// Renders `node` and its descendants. O(nodes).
pub(super) fn render<'a>(node: &'a AstNode<'a>) -> Rendered {
    let mut rendered = Rendered::default();
    let mut skipped = None;
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(node) if skipped.is_none() => {
                if matches!(node.data().value, NodeValue::Image(_)) {
                    // The alternative texts of images are mostly badges and file names.
                    skipped = Some(std::ptr::from_ref(node));
                    continue;
                }
                rendered.mark_line(node.data().sourcepos.start.line);
                rendered.start(&node.data().value);
            }
            NodeEdge::End(node) => match skipped {
                Some(at) if std::ptr::eq(at, node) => skipped = None,
                Some(_) => {}
                None => rendered.end(&node.data().value),
            },
            NodeEdge::Start(_) => {}
        }
    }
    rendered
}

impl Rendered {
    /// Records that the text rendered next comes from `line` of the file, unless it or a later line is recorded.
    fn mark_line(&mut self, line: usize) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let last = self.lines.last().copied().unwrap_or_default();
        if last.line < line {
            self.lines.push(LineStart { offset: last.offset.max(self.text.len()), line });
        }
    }

    fn start(&mut self, value: &NodeValue) {
        match value {
            NodeValue::Text(text) => self.text.push_str(text),
            NodeValue::Code(code) => self.text.push_str(&code.literal),
            NodeValue::Math(math) => self.text.push_str(math.literal.trim()),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.space(),
            NodeValue::CodeBlock(block) if block.info.trim() == "mermaid" => {
                self.line();
                self.text.push_str(&mermaid::labels(&block.literal));
            }
            NodeValue::CodeBlock(block) => self.code_block(&block.literal),
            NodeValue::HtmlBlock(block) => self.html_block(&block.literal),
            NodeValue::HtmlInline(tag) => self.inline_html(tag),
            NodeValue::Link(link) => self.open_link(link.url.clone()),
            NodeValue::Item(_) | NodeValue::TaskItem(_) => {
                self.line();
                let indent = "  ".repeat(self.depth.min(6));
                self.text.push_str(&indent);
                self.text.push_str("- ");
                self.depth += 1;
            }
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableRow(_) => self.line(),
            NodeValue::TableCell if !self.text.is_empty() && !self.text.ends_with('\n') => {
                self.text.push_str(" | ");
            }
            _ => {}
        }
    }

    fn end(&mut self, value: &NodeValue) {
        match value {
            NodeValue::Item(_) | NodeValue::TaskItem(_) => {
                self.depth = self.depth.saturating_sub(1)
            }
            NodeValue::Link(_) => self.close_link(),
            _ => {}
        }
    }

    fn code_block(&mut self, code: &str) {
        if !self.code.is_empty() {
            self.code.push('\n');
        }
        self.code.push_str(code.trim_start_matches('\n').trim_end());
    }

    fn html_block(&mut self, html: &str) {
        let fragment = fragment::read(html);
        self.line();
        let base = self.text.len();
        self.text.push_str(&fragment.text);
        let links = fragment.links.into_iter();
        self.links.extend(links.map(|link| InlineLink { offset: base + link.offset, ..link }));
    }

    fn inline_html(&mut self, tag: &str) {
        if tag.starts_with("</a") {
            self.close_link();
        } else if let Some(url) = fragment::inline_link(tag) {
            self.open_link(url);
        } else if tag.starts_with("<br") {
            self.space();
        }
    }

    /// Starts a link to `url`.
    pub fn open_link(&mut self, url: String) {
        self.open.push(OpenLink { url, offset: self.text.len() });
    }

    /// Whether it is a table of contents: at least three links to anchors in the same file, which make up at
    /// least 90 % of its words.
    pub fn is_contents(&self) -> bool {
        let inside: Vec<usize> = self
            .links
            .iter()
            .filter(|link| link.url.starts_with('#'))
            .map(|link| words(&link.text))
            .collect();
        // Plus one word for each item's mark.
        inside.len() >= 3
            && (inside.iter().sum::<usize>() + inside.len()) * 10 >= words(&self.text) * 9
    }

    /// Ends the innermost open link, if there is one.
    pub fn close_link(&mut self) {
        if let Some(link) = self.open.pop() {
            self.links.push(link.close(&self.text));
        }
    }

    /// Starts a new line, unless at the start of one or right after a list item's mark.
    fn line(&mut self) {
        let at_start =
            self.text.is_empty() || self.text.ends_with('\n') || self.text.ends_with("- ");
        if !at_start {
            self.text.truncate(self.text.trim_end().len());
            self.text.push('\n');
        }
    }

    /// Appends a space, unless the text is empty or ends with a space or a line end.
    pub fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    /// The block at `span`, with canonical links.
    pub fn into_block(self, span: BlockSpan) -> DocumentBlock {
        let (mut links, mut inner) = (Vec::new(), 0);
        let mut sentences = Sentences { text: &self.text, line: 0..0, starts: Vec::new() };
        for InlineLink { url, offset, text } in &self.links {
            match links::canonical(url) {
                // A linked image is mostly a badge and is left out; for videos it is the usual form of a link.
                Some(url) if text.is_empty() && !url.starts_with("https://youtube.com/") => {}
                Some(url) => {
                    // A bare URL gets the whole line: punctuation in the URL may look like a sentence end.
                    let is_bare = text.starts_with("http") || text.starts_with("www.");
                    let sentence = sentences.at(*offset, is_bare);
                    links.push(Link { url, text: text.clone(), sentence });
                }
                None => inner += words(text),
            }
        }
        let text = self.text.trim_end().to_owned();
        DocumentBlock {
            span,
            links,
            code: self.code,
            text,
            inner,
            is_row: false,
            lines: self.lines,
        }
    }
}

/// Finds the sentences around the links of a text. Each line is split once, however many links it has.
struct Sentences<'a> {
    text: &'a str,
    /// The line that was split last, and the offsets of its sentences; no offsets if it is one sentence.
    line: Range<usize>,
    starts: Vec<usize>,
}

impl Sentences<'_> {
    /// The sentence of the line that contains the byte `offset`, or the line itself if `whole`; at most 300
    /// characters.
    fn at(&mut self, offset: usize, whole: bool) -> String {
        let offset = offset.min(self.text.len());
        if !self.line.contains(&offset) {
            self.look(offset);
        }
        let Range { start, end } = self.line;
        let sentence = match self.starts.partition_point(|at| *at <= offset) {
            _ if whole || offset >= end => start..end,
            0 => start..end,
            next => self.starts[next - 1]..self.starts.get(next).copied().unwrap_or(end),
        };
        let sentence = self.text[sentence].trim().trim_start_matches("- ");
        match sentence.char_indices().nth(300) {
            Some((cut, _)) => sentence[..cut].to_owned(),
            None => sentence.to_owned(),
        }
    }

    /// Finds the line that contains the byte `offset` and splits it into sentences.
    fn look(&mut self, offset: usize) {
        let from = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let to = self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at);
        let line = &self.text[from..to];
        let may_part = !line.is_ascii() || [". ", "? ", "! "].iter().any(|end| line.contains(end));
        self.line = from..to;
        self.starts.clear();
        if may_part {
            self.starts.extend(sentences(line).map(|(at, _)| from + at));
        }
    }
}

/// First and last line of `node`, without blank lines at its end. In a notebook, the cell; none for a footnote.
pub(super) fn span_of<'a>(node: &'a AstNode<'a>, cell: Option<u32>, lines: &[&str]) -> BlockSpan {
    if let Some(cell) = cell {
        return BlockSpan::of(cell);
    }
    if matches!(node.data().value, NodeValue::FootnoteDefinition(_)) {
        return BlockSpan::NONE;
    }
    let position = node.data().sourcepos;
    let most = lines.len().max(1);
    let first = position.start.line.clamp(1, most);
    let mut last = position.end.line.clamp(first, most);
    while last > first && lines.get(last - 1).is_some_and(|line| line.trim().is_empty()) {
        last -= 1;
    }
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    BlockSpan { first: number(first), last: number(last) }
}
