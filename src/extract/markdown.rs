//! Markdown: GitHub's dialect, with front matter and embedded HTML.

use std::borrow::Cow;
use std::collections::BTreeMap;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Anchorizer, Arena, Options, parse_document};

use super::frontmatter::{self, FrontMatter};
use super::html::fragment;
use super::markdown_options;
use super::nesting;
use super::render::{render, span_of};
use super::sections::{BlockSpan, DocumentBlock, MOST_WORDS, SectionBuilder, SpanUnit, is_list};
use super::words::words;
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// List items are split down to this depth in the syntax tree: each level is rendered again to measure it.
const DEEPEST: u32 = 6;
/// The level of a bold line that serves as a heading, and the longest such line in characters.
const BOLD_LEVEL: u8 = 2;
const LONGEST_BOLD: usize = 80;

/// Footnotes without a reference so far, by name.
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
    /// Whether bold lines count as headings, because the file has no others.
    bold_is_heading: bool,
    /// Whether the file has links to anchors of its own.
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

    /// A reader for one post of a thread: headings are lines of its text, and front matter isn't recognised.
    pub fn of_post(builder: SectionBuilder) -> Self {
        let mut reader = MarkdownReader::new(builder);
        reader.options.extension.front_matter_delimiter = None;
        reader.headings = HeadingMode::Text;
        reader
    }

    /// Reads `text`. Positions are its line numbers, or the number `cell` if it is given.
    pub fn markdown(&mut self, text: &str, cell: Option<u32>, problems: &mut Vec<Problem>) {
        let flat = nesting::flattened(text);
        if matches!(flat, Cow::Owned(_)) {
            let message =
                "block quotes and lists are nested too deeply: the deepest are read as text";
            problems.push(Problem::new(Stage::Extract, message));
        }
        let text = &*flat;
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
                continue;
            }
            if !matches!(block.data().value, NodeValue::FootnoteDefinition(_)) {
                self.block(block, cell, &lines);
                self.footnotes(block, &mut footnotes);
            }
        }
        // Footnotes without any reference.
        footnotes.into_values().for_each(|note| self.footnote(note));
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

    /// The document with everything read so far.
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
            let text = render(block).text.replace('\n', " ");
            let anchor = self.anchorizer.anchorize(text.trim());
            self.heading(level, text.trim(), Some(anchor), at(block).first);
            return;
        }
        if self.bold_is_heading
            && let Some(text) = bold_line(block)
        {
            self.heading(BOLD_LEVEL, &text, None, at(block).first);
            return;
        }
        if let NodeValue::HtmlBlock(fragment) = &block.data().value {
            let fragment = fragment::read(&fragment.literal);
            if let Some(level) = fragment.heading {
                let anchor = self.anchorizer.anchorize(&fragment.text);
                self.heading(level, &fragment.text, Some(anchor), at(block).first);
                return;
            }
        }
        self.content(block, &at);
    }

    /// Adds `block` to the builder: lists item by item, tables row by row, and long items child by child, so
    /// that all of them can be cut. A table of contents is left out.
    fn content<'a>(&mut self, block: &'a AstNode<'a>, at: &dyn Fn(&'a AstNode<'a>) -> BlockSpan) {
        let lists = matches!(block.data().value, NodeValue::List(_));
        if self.has_inner_links && lists && render(block).is_contents() {
            return;
        }
        let mut open = vec![(block, 0)];
        while let Some((node, depth)) = open.pop() {
            let has_parts = match node.data().value {
                NodeValue::List(_) | NodeValue::Table(_) => true,
                NodeValue::Item(_) | NodeValue::TaskItem(_) => depth < DEEPEST && is_long(node),
                _ => false,
            };
            if has_parts {
                let first = open.len();
                open.extend(node.children().map(|child| (child, depth + 1)));
                open[first..].reverse();
            } else {
                let is_row = matches!(node.data().value, NodeValue::TableRow(_));
                self.builder.block(DocumentBlock { is_row, ..render(node).into_block(at(node)) });
            }
        }
    }

    /// Adds a heading and keeps the title: the first heading, until one of the first level comes.
    fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        if text.is_empty() {
            return;
        }
        if self.title.is_none() || (level == 1 && !self.title_is_first_level) {
            self.title = Some(text.to_owned());
            self.title_is_first_level = level == 1;
        }
        self.builder.heading(level, text, anchor, at);
    }
}

/// The text of `block` if it is a paragraph of one bold line, short enough for a heading.
fn bold_line<'a>(block: &'a AstNode<'a>) -> Option<String> {
    let mut inside = block.children();
    let (Some(only), None) = (inside.next(), inside.next()) else { return None };
    let is_bold = matches!(block.data().value, NodeValue::Paragraph)
        && matches!(only.data().value, NodeValue::Strong);
    let text = is_bold.then(|| render(only).text.trim().to_owned())?;
    (!text.contains('\n') && (1..=LONGEST_BOLD).contains(&text.chars().count())).then_some(text)
}

/// Whether the list item `node` contains a list and more words than one section should.
fn is_long<'a>(node: &'a AstNode<'a>) -> bool {
    let nested = node.children().any(|child| matches!(child.data().value, NodeValue::List(_)));
    nested && words(&render(node).text) > MOST_WORDS
}

#[cfg(test)]
mod tests;
