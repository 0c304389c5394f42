//! Reads Markdown in GitHub's dialect, with front matter and embedded HTML.

use std::borrow::Cow;
use std::collections::BTreeMap;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Anchorizer, Arena, Options, parse_document};

use super::formula::with_dollars;
use super::frontmatter::{self, FrontMatter};
use super::html::disclosure::{self, DisclosurePart};
use super::html::fragment;
use super::markdown_options;
use super::nesting;
use super::render::{self, render, render_html, render_row, span_of};
use super::row::TableHeaders;
use super::sections::{
    BlockKind, BlockSpan, DocumentBlock, MOST_WORDS, SectionBuilder, SpanUnit, is_label, is_list,
};
use super::words::words;
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};
use question::{bold_line, is_titled, is_unanswered, question};

mod question;

/// The maximum depth in the syntax tree of list items that are split. Each level costs time, because an item is
/// rendered to measure it.
const DEEPEST: u32 = 6;
/// The level of a bold line that serves as a heading.
const BOLD_LEVEL: u8 = 2;
/// The level of a question in the front matter, which the whole file answers.
const FILE_LEVEL: u8 = 1;

/// The footnotes to which no reference has been read so far, by name.
type Footnotes<'a> = BTreeMap<String, &'a AstNode<'a>>;

/// Reads the Markdown `text`. Returns `None`, with a problem, if the author asks not to be indexed.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let mut reader = MarkdownReader::new(SectionBuilder::new(SpanUnit::Lines));
    reader.markdown(text, None, problems);
    if reader.matter.is_private {
        problems.push(Problem::new(Stage::Extract, "left out, as its author asks (noindex)"));
        return None;
    }
    Some(reader.finish())
}

/// Reads Markdown into sections; for a notebook, one cell at a time.
pub(super) struct MarkdownReader {
    pub builder: SectionBuilder,
    options: Options<'static>,
    anchorizer: Anchorizer,
    title: Option<String>,
    title_is_first_level: bool,
    matter: FrontMatter,
    /// Whether bold lines count as headings, because the file has no other headings.
    bold_is_heading: bool,
    /// Whether the file links to its own anchors.
    has_inner_links: bool,
    headings: HeadingMode,
}

/// How headings are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HeadingMode {
    /// Each heading starts a section.
    Sections,
    /// Headings are lines of the text.
    Text,
}

impl MarkdownReader {
    pub fn new(builder: SectionBuilder) -> Self {
        MarkdownReader {
            builder,
            options: markdown_options::for_documents(),
            anchorizer: Anchorizer::new(),
            title: None,
            title_is_first_level: false,
            matter: FrontMatter::default(),
            bold_is_heading: false,
            has_inner_links: false,
            headings: HeadingMode::Sections,
        }
    }

    /// A reader for one post of a thread. Headings start no sections: they are read as ordinary lines. Front matter isn't
    /// recognised.
    pub fn of_post(builder: SectionBuilder) -> Self {
        let mut reader = MarkdownReader::new(builder);
        reader.options.extension.front_matter_delimiter = None;
        reader.headings = HeadingMode::Text;
        reader
    }

    /// Reads `text`. The positions of its blocks are line numbers, or the number `cell` if it is given.
    pub fn markdown(&mut self, text: &str, cell: Option<u32>, problems: &mut Vec<Problem>) {
        let flat = nesting::flattened(text);
        if matches!(flat, Cow::Owned(_)) {
            let message =
                "block quotes and lists are nested too deeply: the deepest are read as text";
            problems.push(Problem::new(Stage::Extract, message));
        }
        let text = &*with_dollars(&flat);
        let arena = Arena::new();
        let root = parse_document(&arena, text, &self.options);
        let lines: Vec<&str> = text.lines().collect();
        let mut footnotes: Footnotes = root
            .children()
            .filter_map(|node| match &node.data().value {
                NodeValue::FootnoteDefinition(definition) => Some((definition.name.clone(), node)),
                _ => None,
            })
            .collect();
        self.has_inner_links = text.contains("](#") || text.contains("href=\"#");
        let is_heading = |node: &AstNode| matches!(node.data().value, NodeValue::Heading(_));
        self.bold_is_heading =
            cell.is_none() && !root.children().any(is_heading) && !text.contains("<h");
        for block in root.children() {
            if let NodeValue::FrontMatter(matter) = &block.data().value {
                self.matter = frontmatter::read(matter, problems);
                self.title_is_first_level |= self.matter.title.is_some();
                self.title = self.matter.title.take().or(self.title.take());
                if let Some(question) = self.matter.question.take() {
                    self.heading(FILE_LEVEL, &question, None, cell.unwrap_or(1));
                }
                continue;
            }
            if !matches!(block.data().value, NodeValue::FootnoteDefinition(_)) {
                self.block(block, cell, &lines);
                self.footnotes(block, &mut footnotes);
            }
        }
        // Footnotes without any reference come last.
        footnotes.into_values().for_each(|note| self.footnote(note));
        self.builder.report(problems);
    }

    /// Adds the footnotes whose first reference is in `block`.
    fn footnotes<'a>(&mut self, block: &'a AstNode<'a>, footnotes: &mut Footnotes<'a>) {
        if footnotes.is_empty() {
            return;
        }
        for node in block.descendants() {
            let note = match &node.data().value {
                NodeValue::FootnoteReference(reference) => footnotes.remove(&reference.name),
                _ => None,
            };
            note.into_iter().for_each(|note| self.footnote(note));
        }
    }

    fn footnote<'a>(&mut self, note: &'a AstNode<'a>) {
        self.builder.block(render(note).into_block(BlockSpan::NONE));
    }

    /// The document with all text that was read so far.
    pub fn finish(self) -> Document {
        let sections = self.builder.finish();
        let kind = if is_list(&sections) { DocumentKind::List } else { DocumentKind::Note };
        let FrontMatter { date, licence, tags, .. } = self.matter;
        Document { title: self.title, kind, date, licence, tags, sections }
    }

    /// Reads `block`, a child of the root: a heading or content.
    fn block<'a>(&mut self, block: &'a AstNode<'a>, cell: Option<u32>, lines: &[&str]) {
        let at = |node: &'a AstNode<'a>| span_of(node, cell, lines);
        if self.headings == HeadingMode::Text {
            return self.content(block, &at);
        }
        let level = match &block.data().value {
            NodeValue::Heading(heading) => Some(heading.level),
            _ => None,
        };
        if let Some(level) = level {
            let rendered = render(block);
            let text = rendered.text.replace('\n', " ");
            // GitHub generates the anchor from the TeX, not from its readable form.
            let anchor = match rendered.has_formulas() {
                true => self.anchorizer.anchorize(block.collect_text().trim()),
                false => self.anchorizer.anchorize(text.trim()),
            };
            if is_unanswered(block, level, text.trim()) {
                return self.unanswered(text.trim(), at(block));
            }
            self.heading(level, text.trim(), Some(anchor), at(block).first);
            return;
        }
        if self.bold_is_heading
            && let Some(text) = bold_line(block)
        {
            self.heading(BOLD_LEVEL, &text, None, at(block).first);
            return;
        }
        if let NodeValue::HtmlBlock(html) = &block.data().value {
            return self.html(&html.literal, at(block));
        }
        if let Some(question) = question(block) {
            return self.builder.question(&question, at(block).first);
        }
        self.content(block, &at);
    }

    /// Adds a question without an answer as an item of the text above it.
    fn unanswered(&mut self, question: &str, span: BlockSpan) {
        self.builder.end_answer();
        let text = format!("- {question}");
        self.builder.block(DocumentBlock { span, text, ..DocumentBlock::default() });
    }

    /// Adds a block of HTML: a heading, the parts of a `<details>` element, or text.
    fn html(&mut self, html: &str, at: BlockSpan) {
        let whole = fragment::read(html);
        if let Some(level) = whole.heading {
            let anchor = self.anchorizer.anchorize(&whole.text);
            self.keep_title(level, &whole.text);
            return self.builder.html_heading(level, &whole.text, Some(anchor), at.first);
        }
        if !self.title_is_first_level
            && let Some((title, rest)) = html.split_once("</h1>")
            && fragment::read(title).heading == Some(1)
        {
            // Other elements follow the title in the same block of HTML.
            self.html(title, at);
            return self.html(rest, at);
        }
        for part in disclosure::parts(html) {
            match part {
                // A summary such as "Click to expand" is not a question, so it is left out.
                DisclosurePart::Summary(summary) if is_label(&summary) => {}
                DisclosurePart::Summary(summary) => self.builder.question(&summary, at.first),
                DisclosurePart::End => self.builder.end_answer(),
                DisclosurePart::Html(html) => self.builder.block(render_html(html).into_block(at)),
            }
        }
    }

    /// Adds `block` to the builder: lists item by item, tables row by row, and long items child by child, so that
    /// sections can be cut between items, rows and children. A question at the start of an outermost item becomes a
    /// heading. A table of contents is left out.
    fn content<'a>(&mut self, block: &'a AstNode<'a>, at: &dyn Fn(&'a AstNode<'a>) -> BlockSpan) {
        let is_list = matches!(block.data().value, NodeValue::List(_));
        if self.has_inner_links && is_list && render(block).is_contents() {
            return;
        }
        let mut headers = None;
        let mut has_questions = false;
        let mut open = vec![(block, 0)];
        while let Some((node, depth)) = open.pop() {
            let skipped = match node.data().value {
                NodeValue::List(_) => Some(0),
                NodeValue::Table(_) => {
                    headers = render::headers(node);
                    Some(usize::from(headers.is_some()))
                }
                NodeValue::Item(_) | NodeValue::TaskItem(_)
                    if depth == 1 && self.asks(node, at) =>
                {
                    has_questions = true;
                    Some(1)
                }
                NodeValue::Item(_) | NodeValue::TaskItem(_) => {
                    (depth < DEEPEST && is_long(node)).then_some(0)
                }
                _ => None,
            };
            if let Some(skipped) = skipped {
                let first = open.len();
                open.extend(node.children().skip(skipped).map(|child| (child, depth + 1)));
                open[first..].reverse();
                continue;
            }
            self.builder.block(block_of(node, headers.as_ref(), at(node)));
        }
        if has_questions {
            self.builder.end_answer();
        }
    }

    /// Adds the question that the list item `node` begins with. Returns false if it begins with none.
    fn asks<'a>(
        &mut self,
        node: &'a AstNode<'a>,
        at: &dyn Fn(&'a AstNode<'a>) -> BlockSpan,
    ) -> bool {
        let question = node.first_child().and_then(question);
        question.iter().for_each(|question| self.builder.question(question, at(node).first));
        question.is_some()
    }

    /// Adds a heading, and keeps it if it is the title.
    fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        if text.is_empty() {
            return;
        }
        self.keep_title(level, text);
        self.builder.heading(level, text, anchor, at);
    }

    /// Makes `text` the title if it is the first heading of the file, or the file's first heading of level 1. A title
    /// in the front matter is not replaced.
    fn keep_title(&mut self, level: u8, text: &str) {
        if self.title.is_none() || (level == 1 && !self.title_is_first_level) {
            self.title = Some(text.to_owned());
            self.title_is_first_level = level == 1;
        }
    }
}

/// The block of `node` at `span`. `headers` are those of the table to which `node` belongs, if it is a row.
fn block_of<'a>(
    node: &'a AstNode<'a>,
    headers: Option<&TableHeaders>,
    span: BlockSpan,
) -> DocumentBlock {
    let rendered = match headers {
        Some(headers) if matches!(node.data().value, NodeValue::TableRow(_)) => {
            render_row(node, headers)
        }
        _ => render(node),
    };
    let mut block = rendered.into_block(span);
    if block.kind == BlockKind::Prose && is_titled(node) {
        block.kind = BlockKind::Titled;
    }
    block
}

/// Whether the list item `node` contains another list and has more than [`MOST_WORDS`] words.
fn is_long<'a>(node: &'a AstNode<'a>) -> bool {
    let nested = node.children().any(|child| matches!(child.data().value, NodeValue::List(_)));
    nested && words(&render(node).text) > MOST_WORDS
}

#[cfg(test)]
mod tests;
