//! Renders a block of a Markdown syntax tree as plain text, code and links.
//!
//! The tree is traversed in a loop, not by recursion, so that no nesting overflows the stack.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, ListType, NodeValue};

use super::dialect::mermaid;
use super::formula::{is_money, readable_formula, readable_text};
use super::html::fragment::{self, InlineLink, OpenLink};
use super::info;
use super::link_sentences::LinkSentences;
use super::row::{LONGEST_HEADER, OpenRow, TableHeaders};
use super::sections::{BlockFormula, BlockKind, BlockSpan, DocumentBlock, LineStart};
use super::words::words;
use super::{Link, limits, links};

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
    /// The length of the text right after the mark of the last list item was written. The item's text begins on the
    /// same line.
    marked: usize,
    /// Where lines of the file begin in `text`, ascending.
    lines: Vec<LineStart>,
    formulas: Vec<BlockFormula>,
    /// The table row that is rendered, if its cells are written with headers.
    row: Option<OpenRow>,
    /// Whether there are pictures, which have no text.
    has_pictures: bool,
}

/// Renders `node` and its descendants. O(nodes).
pub(super) fn render<'a>(node: &'a AstNode<'a>) -> Rendered {
    traverse(node, Rendered::default())
}

/// Renders the table row `node` with the header of its column before each cell: `Company: Acme; Year: 2024`. Empty
/// cells are left out.
pub(super) fn render_row<'a>(node: &'a AstNode<'a>, headers: &TableHeaders) -> Rendered {
    traverse(node, Rendered { row: Some(OpenRow::new(headers)), ..Rendered::default() })
}

/// The headers of the table `node`; `None` if all headers are empty, or if the table has only one row.
pub(super) fn headers<'a>(node: &'a AstNode<'a>) -> Option<TableHeaders> {
    let first = node.first_child()?;
    first.next_sibling()?;
    let headers = first.children().map(|cell| {
        let text = render(cell).text.replace('\n', " ");
        limits::cut(text.trim().trim_end_matches(':'), LONGEST_HEADER).to_owned()
    });
    let headers: TableHeaders = headers.collect();
    headers.iter().any(|header| !header.is_empty()).then_some(headers)
}

/// Renders a block of HTML. O(length).
pub(super) fn render_html(html: &str) -> Rendered {
    let mut rendered = Rendered::default();
    rendered.html_block(html);
    rendered
}

fn traverse<'a>(node: &'a AstNode<'a>, mut rendered: Rendered) -> Rendered {
    let mut skipped = None;
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(node) if skipped.is_none() => {
                if matches!(node.data().value, NodeValue::Image(_)) {
                    // Images are skipped, because their alternative texts usually describe badges or are file names.
                    skipped = Some(std::ptr::from_ref(node));
                    rendered.has_pictures = true;
                    continue;
                }
                rendered.mark_line(node.data().sourcepos.start.line);
                if matches!(node.data().value, NodeValue::Item(_) | NodeValue::TaskItem(_)) {
                    rendered.item(&item_mark(node));
                }
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

/// The mark of the list item `node`: `- `, or the item's number as its author wrote it, so that references such as
/// "step 2" can be followed. If a neighbour has the same number, the numbers mean nothing (some authors number every
/// item with 1), so the mark is `- `.
fn item_mark<'a>(node: &'a AstNode<'a>) -> String {
    let number = |node: &'a AstNode<'a>| match &node.data().value {
        NodeValue::Item(list) if list.list_type == ListType::Ordered => Some(list.start),
        _ => None,
    };
    let own = number(node);
    let neighbours = [node.previous_sibling(), node.next_sibling()];
    let is_repeated = neighbours.into_iter().flatten().any(|other| number(other) == own);
    match own {
        Some(number) if !is_repeated => format!("{number}. "),
        _ => "- ".to_owned(),
    }
}

impl Rendered {
    /// Begins a list item with `mark`.
    fn item(&mut self, mark: &str) {
        self.line();
        self.text.push_str(&"  ".repeat(self.depth.min(6)));
        self.text.push_str(mark);
        self.marked = self.text.len();
        self.depth += 1;
    }

    /// Records that the text rendered next comes from `line` of the file, unless this line or a later one has been
    /// recorded.
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
            NodeValue::Math(math) => self.formula(&math.literal, math.display_math),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.space(),
            NodeValue::CodeBlock(block) if block.info.trim() == "mermaid" => {
                self.line();
                self.text.push_str(&mermaid::lines(&block.literal));
            }
            NodeValue::CodeBlock(block) if block.info.trim() == "math" => {
                self.line();
                self.formula(&block.literal, true);
            }
            NodeValue::CodeBlock(block) => self.code_block(&block.info, &block.literal),
            NodeValue::HtmlBlock(block) => self.html_block(&block.literal),
            NodeValue::HtmlInline(tag) => self.inline_html(tag),
            NodeValue::Link(link) => self.open_link(link.url.clone()),
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableRow(_) => self.line(),
            NodeValue::TableCell if self.row.is_some() => {
                let text = &mut self.text;
                self.row.iter_mut().for_each(|row| row.open_cell(text, 0, 1));
            }
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
            NodeValue::TableCell => {
                let text = &mut self.text;
                self.row.iter().for_each(|row| row.close_cell(text));
            }
            _ => {}
        }
    }

    /// Writes the readable form of a formula. Text that looks like an amount of money is written unchanged.
    fn formula(&mut self, literal: &str, is_display: bool) {
        if !is_display && is_money(literal) {
            self.text.push('$');
            self.text.push_str(literal);
            self.text.push('$');
            return;
        }
        let tex = literal.trim();
        let readable = readable_formula(tex);
        if readable.is_empty() {
            return;
        }
        let from = self.text.len();
        self.text.push_str(&readable);
        self.formulas.push(BlockFormula { range: from..self.text.len(), tex: tex.to_owned() });
    }

    /// Whether the text consists of one formula and punctuation.
    fn is_formula(&self) -> bool {
        let [BlockFormula { range, .. }] = &self.formulas[..] else { return false };
        let around = [&self.text[..range.start], &self.text[range.end..]];
        let is_blank = |text: &&str| !text.contains(char::is_alphanumeric);
        around.iter().all(is_blank)
    }

    /// Appends `code`. If the info string `info` of its fence contains a title, the title comes before it as a comment.
    /// A blank line separates `code` from earlier code, which may be another file.
    fn code_block(&mut self, info: &str, code: &str) {
        if code.trim().is_empty() {
            return;
        }
        if !self.code.is_empty() {
            self.code.push_str("\n\n");
        }
        if let Some(title) = info::title(info) {
            self.code.push_str(&title);
            self.code.push('\n');
        }
        self.code.push_str(code.trim_start_matches('\n').trim_end());
    }

    fn html_block(&mut self, html: &str) {
        self.has_pictures |= html.contains("<img");
        let fragment = fragment::read(html);
        let inner = Rendered { text: fragment.text, links: fragment.links, ..Rendered::default() };
        let inner = inner.with_readable_formulas();
        self.line();
        let base = self.text.len();
        self.text.push_str(&inner.text);
        let links = inner.links.into_iter();
        self.links.extend(links.map(|link| InlineLink { offset: base + link.offset, ..link }));
        self.formulas.extend(inner.formulas.into_iter().map(|formula| BlockFormula {
            range: base + formula.range.start..base + formula.range.end,
            ..formula
        }));
    }

    /// Replaces formulas in the text with their readable form. For text that was not read as Markdown.
    pub fn with_readable_formulas(mut self) -> Rendered {
        let Some(readable) = readable_text(&self.text) else { return self };
        self.links.iter_mut().for_each(|link| link.offset = readable.offset(link.offset));
        self.lines.iter_mut().for_each(|line| line.offset = readable.offset(line.offset));
        self.text = readable.text;
        self.formulas = readable.formulas;
        self
    }

    pub fn has_formulas(&self) -> bool {
        !self.formulas.is_empty()
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

    /// Whether the block is a table of contents: it has at least three links to anchors in the same file, and these
    /// make up at least 90 % of its words.
    pub fn is_contents(&self) -> bool {
        let inside: Vec<usize> = self
            .links
            .iter()
            .filter(|link| link.url.starts_with('#'))
            .map(|link| words(&link.text))
            .collect();
        // Each item's list marker counts as one word too.
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
        let at_start = self.text.is_empty() || self.text.ends_with('\n');
        if !at_start && self.text.len() != self.marked {
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
        let mut sentences = LinkSentences::new(&self.text);
        for InlineLink { url, offset, text } in &self.links {
            match links::canonical(url) {
                // The link of an image has no text. The image is usually a badge, so the link is left out. A video is
                // often linked by an image too, so links to videos are kept.
                Some(url) if text.is_empty() && !url.starts_with("https://youtube.com/") => {}
                Some(url) => {
                    // For a bare URL, the sentence is the whole line: punctuation in the URL may look like a sentence
                    // end.
                    let is_bare = text.starts_with("http") || text.starts_with("www.");
                    let sentence = sentences.at(*offset, is_bare);
                    links.push(Link { url, text: text.clone(), sentence });
                }
                None => inner += words(text),
            }
        }
        let begins_with_formula = self.formulas.first().is_some_and(|first| first.range.start == 0);
        let kind = match (&self.row, begins_with_formula || self.is_formula()) {
            (Some(_), _) => BlockKind::Row,
            _ if self.has_pictures && self.text.trim().is_empty() => BlockKind::Picture,
            (None, true) => BlockKind::Formula,
            (None, false) => BlockKind::Prose,
        };
        let text = self.text.trim_end().to_owned();
        DocumentBlock {
            span,
            links,
            code: self.code,
            text,
            inner,
            kind,
            formulas: self.formulas,
            lines: self.lines,
        }
    }
}

/// The first and last line of `node`, without blank lines at its end. In a notebook, the cell number; for a footnote,
/// [`BlockSpan::NONE`].
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
