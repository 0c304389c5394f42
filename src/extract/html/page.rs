//! Whole HTML pages: headings, paragraphs, lists, tables and code, without navigation and other page furniture.
//!
//! The page is read token by token, not as a tree, so that nesting costs nothing and the line of every
//! block is known.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::elements::{BLOCKS, is_left_out};
use super::figure::FigureReader;
use super::table::TableReader;
use super::{attribute, push_folded};
use crate::extract::render::Rendered;
use crate::extract::sections::{
    BlockKind, BlockSpan, DocumentBlock, SectionBuilder, SpanUnit, is_label, is_list,
};
use crate::extract::{Document, DocumentKind};
use crate::problem::{Problem, Stage};
use deck::DeckReader;
use head::PageHead;
use lines::PageLines;
use question::QuestionReader;
use skipped::SkippedElement;

/// Reads the page `html`. Returns `None`, with a problem, if its author asks not to be indexed. O(length).
pub(in crate::extract) fn read(html: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let mut head = PageReader::new(html, &mut builder, None).read();
    if head.is_private {
        problems.push(Problem::new(Stage::Extract, "left out, as its author asks (noindex)"));
        return None;
    }
    builder.report(problems);
    let sections = builder.finish();
    Some(Document {
        title: head.title(),
        kind: if is_list(&sections) { DocumentKind::List } else { DocumentKind::Note },
        date: head.date,
        sections,
        ..Document::default()
    })
}

/// Adds the blocks of `html`, a field of the card `number`, to `builder`; headings in it are text.
pub(in crate::extract) fn read_field(html: &str, number: u32, builder: &mut SectionBuilder) {
    PageReader::new(html, builder, Some(number)).read();
}

/// A page while it is read.
struct PageReader<'a> {
    html: &'a str,
    lines: PageLines<'a>,
    head: PageHead,
    builder: &'a mut SectionBuilder,
    /// The number of the card, if the page is a field of one.
    card: Option<u32>,
    /// The current block.
    open: Rendered,
    /// First and last line of the current block.
    span: BlockSpan,
    silent: Option<SkippedElement>,
    heading: Option<OpenHeading>,
    in_code: bool,
    in_row: bool,
    table: TableReader,
    figure: FigureReader,
    deck: DeckReader,
    questions: QuestionReader,
    /// The id of the last `<section>`, until a heading takes it as its anchor.
    section: Option<String>,
}

/// A heading whose end tag has not been read yet.
struct OpenHeading {
    level: u8,
    anchor: Option<String>,
    line: u32,
}

impl<'a> PageReader<'a> {
    fn new(html: &'a str, builder: &'a mut SectionBuilder, card: Option<u32>) -> PageReader<'a> {
        PageReader {
            html,
            lines: PageLines::new(html),
            head: PageHead::default(),
            builder,
            card,
            open: Rendered::default(),
            span: BlockSpan::NONE,
            silent: None,
            heading: None,
            in_code: false,
            in_row: false,
            table: TableReader::default(),
            figure: FigureReader::default(),
            deck: DeckReader::default(),
            questions: QuestionReader::default(),
            section: None,
        }
    }

    /// Reads the page to its end.
    fn read(mut self) -> PageHead {
        let emitter = DefaultEmitter::<usize>::new_with_span();
        for Ok(token) in Tokenizer::new_with_emitter(self.html, emitter) {
            self.token(token);
        }
        self.questions.in_summary = false;
        self.flush();
        self.questions.as_text(self.builder);
        self.head
    }

    fn token(&mut self, token: Token<usize>) {
        match token {
            Token::StartTag(tag) => match &mut self.silent {
                Some(skipped) => skipped.start(&tag.name, tag.self_closing),
                None => self.start(&tag),
            },
            Token::EndTag(tag) => {
                let line = self.lines.line(tag.span.start);
                self.end(&tag.name, line);
            }
            Token::String(text) if self.silent.is_none() && !self.figure.is_silent() => {
                let line = self.lines.line(text.span.start);
                let words = String::from_utf8_lossy(&text.value);
                self.lines.extend(&mut self.span, &words, line);
                self.text(&words);
            }
            _ => {}
        }
    }

    fn text(&mut self, words: &str) {
        if self.head.in_title {
            self.head.title_text(words);
        } else if self.in_code {
            self.open.code.push_str(words);
        } else {
            self.questions.text(words);
            push_folded(&mut self.open.text, words);
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let name: &[u8] = &tag.name;
        if is_left_out(tag) {
            self.silent = Some(SkippedElement::new(name));
            return;
        }
        self.figure.start(name, tag.self_closing, &mut self.open.text);
        if self.figure.is_inside() {
            return;
        }
        if name == b"tr" {
            let line = self.lines.line(tag.span.start);
            self.end_row(name, line);
        }
        if BLOCKS.contains(&name) {
            self.boundary(name);
        }
        self.table.start(tag, &mut self.open.text);
        if self.deck.starts_slide(tag) {
            self.flush();
        }
        match name {
            b"tr" => self.in_row = true,
            b"b" | b"strong" => self.questions.bold += 1,
            b"summary" if self.card.is_none() => self.questions.in_summary = true,
            b"section" => self.section = attribute(tag, b"id"),
            [b'h', b'1'..=b'6'] if self.card.is_some() => self.flush(),
            [b'h', level @ b'1'..=b'6'] => {
                self.flush();
                let line = self.lines.line(tag.span.start);
                let anchor = attribute(tag, b"id").or(self.section.take());
                self.heading = Some(OpenHeading { level: level - b'0', anchor, line });
            }
            b"title" => self.head.start_title(),
            b"meta" => self.head.meta(tag),
            b"time" => self.head.time(tag),
            b"pre" => self.in_code = true,
            b"li" => self.open.text.push_str("- "),
            b"br" => self.open.space(),
            b"a" => self.link(tag),
            _ => {}
        }
    }

    fn link(&mut self, tag: &StartTag<usize>) {
        match attribute(tag, b"href") {
            // This link is the sign after a heading, with which a reader can get the heading's own URL.
            Some(_) if attribute(tag, b"class").is_some_and(|c| c.contains("headerlink")) => {
                self.silent = Some(SkippedElement::new(b"a"));
            }
            Some(url) if !self.in_code => self.open.open_link(url),
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8], line: u32) {
        if let Some(skipped) = &mut self.silent {
            if skipped.end(name) {
                self.silent = None;
            }
            return;
        }
        if self.figure.is_inside() {
            return self.figure.end(name, &mut self.open.text);
        }
        match name {
            [b'h', b'1'..=b'6'] if self.card.is_some() => self.flush(),
            [b'h', b'1'..=b'6'] => self.end_heading(),
            b"b" | b"strong" => self.questions.bold = self.questions.bold.saturating_sub(1),
            b"summary" if self.questions.in_summary => self.end_summary(),
            b"details" if self.card.is_none() => {
                self.questions.in_summary = false;
                self.flush();
                self.questions.as_text(self.builder);
                self.builder.end_answer();
            }
            b"title" => self.head.in_title = false,
            b"a" => self.open.close_link(),
            b"pre" => {
                self.span.last = self.span.last.max(line);
                self.flush();
                self.in_code = false;
            }
            b"tr" | b"table" => self.end_row(name, line),
            _ if BLOCKS.contains(&name) => self.boundary(name),
            _ => {}
        }
    }

    /// Handles the start or end of a block element: ends the current block, but inside a table row or a summary only
    /// adds a space.
    fn boundary(&mut self, name: &[u8]) {
        if self.in_row && !matches!(name, b"tr" | b"table") || self.questions.in_summary {
            self.open.space();
        } else {
            self.flush();
        }
    }

    /// Ends the open table row and the current block; if `name` is `table`, also the table. `line` is the line of the
    /// tag `name`.
    fn end_row(&mut self, name: &[u8], line: u32) {
        let kind = if self.table.is_labelled() { BlockKind::Row } else { BlockKind::Prose };
        self.table.end(name, &mut self.open.text);
        self.in_row = false;
        // The text of a table that has only a header row is written at the end of the table, so it has no span yet.
        if self.span.first == 0 && !self.open.text.trim().is_empty() {
            self.span = BlockSpan::of(line);
        }
        self.flush_as(kind);
    }

    /// Makes the text of a `<summary>` a question. A text that is only a label, such as "Show more", is left out.
    fn end_summary(&mut self) {
        self.questions.in_summary = false;
        let span = std::mem::take(&mut self.span);
        let text = std::mem::take(&mut self.open).text.trim().to_owned();
        if !text.is_empty() && !is_label(&text) {
            self.questions
                .ask(DocumentBlock { span, text, ..DocumentBlock::default() }, self.builder);
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let open = std::mem::take(&mut self.open).with_readable_formulas();
        let text = open.text.trim().to_owned();
        self.span = BlockSpan::NONE;
        if text.is_empty() {
            return;
        }
        self.questions.as_text(self.builder);
        if self.deck.is_inner_heading() {
            let text = deck::inner_heading(text);
            let span = BlockSpan::of(heading.line);
            return self.builder.block(DocumentBlock { span, text, ..DocumentBlock::default() });
        }
        if heading.level == 1 {
            self.head.main_heading(&text);
        }
        self.builder.heading(heading.level, &text, heading.anchor, heading.line);
    }

    /// Passes the current block to the builder.
    fn flush(&mut self) {
        self.flush_as(BlockKind::Prose);
    }

    fn flush_as(&mut self, kind: BlockKind) {
        if self.heading.is_some() {
            // A heading that is not closed ends where a block starts. But if there is no text yet, the block may be
            // inside the heading.
            if !self.open.text.trim().is_empty() {
                self.end_heading();
            }
            return;
        }
        let span = std::mem::take(&mut self.span);
        let mut open = std::mem::take(&mut self.open);
        open.code = open.code.trim_matches('\n').trim_end().to_owned();
        if open.text.trim() == "-" {
            // The list item's text follows in a paragraph of its own.
            self.open.text = open.text;
            return;
        }
        let span = self.card.map_or(span, BlockSpan::of);
        let mut block = open.with_readable_formulas().into_block(span);
        if kind == BlockKind::Row {
            block.kind = kind;
        }
        if self.deck.is_number(&block.text) || span.first == 0 {
            self.questions.reset();
        } else if self.card.is_some() {
            self.builder.block(block);
        } else {
            self.questions.block(block, self.builder);
        }
    }
}

mod deck;
mod head;
mod lines;
mod question;
mod skipped;
#[cfg(test)]
mod tests;
