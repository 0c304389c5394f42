//! Joins the lines of a PDF's pages into headings, paragraphs, items and rows.

use std::collections::HashMap;

use super::formula::{self, is_formula};
use super::headings::HeadingLevels;
use super::quality::is_contents_entry;
use crate::extract::lines::{
    BULLETS, PdfLine, PdfPage, is_copyright, is_credit, is_item, is_numbered, join,
};
use crate::extract::sections::{BlockKind, BlockSpan, DocumentBlock, SectionBuilder};

/// Lines further apart than this many times their type size belong to different paragraphs.
pub(super) const APART: f64 = 1.9;
/// A line ends its paragraph or item on purpose if the first word of the next line, times this factor, would have
/// fitted behind it.
const FITS: f64 = 1.3;
/// The minimum number of lines that start with the same letter, if this letter is a bullet.
const LETTER_BULLETS: usize = 6;
/// At most this many lines of code are one block.
const CODE_LINES: usize = 80;
/// What [`unfold`] finds besides sections.
pub(super) struct Unfolded {
    /// The title that the pages show: the largest heading of the first page; in slides, the first title of a slide.
    pub title: Option<String>,
    /// The pages with paragraphs that are left out because their formulas can't be written, ascending.
    pub left_out: Vec<u32>,
}

/// Passes the paragraphs and headings of `pages` to `builder`. `info` is the title in the file's metadata: it is the
/// root of all headings if the first page shows it. O(lines).
pub(super) fn unfold(
    pages: &[PdfPage],
    info: Option<&str>,
    builder: &mut SectionBuilder,
) -> Unfolded {
    let root = info.filter(|info| shows(pages, info));
    let levels = HeadingLevels::of(pages);
    let mut title: Option<(f64, String)> = None;
    let first = pages.first().map_or(0, |page| page.number);
    let mut unfolding = Unfolding::new(builder, pages);
    if let Some(root) = root {
        unfolding.builder.heading(1, root, None, first);
    }
    for page in pages {
        for (at, line) in page.lines.iter().enumerate() {
            let level = levels.level(line);
            let is_entry = levels.is_entry(line, page.number, page.lines.get(at + 1));
            let is_byline = levels.is_byline(line, page.number);
            if is_note(line) || is_byline || level.is_some() && is_entry {
                continue;
            }
            let is_root = |root: &str| level.is_some() && is_same(root, &line.text);
            if root.is_some_and(is_root) {
                continue;
            }
            let below = level.map(|level| (level + u8::from(root.is_some())).min(6));
            unfolding.line(line, below, page.number);
            if page.number == first
                && level.is_some()
                && title.as_ref().is_none_or(|(size, _)| *size < line.size)
            {
                title = Some((line.size, line.text.clone()));
            }
        }
    }
    unfolding.close();
    let left_out = unfolding.left_out;
    Unfolded { title: title.map(|(_, text)| text), left_out }
}

/// Whether the first page has the line `title`.
fn shows(pages: &[PdfPage], title: &str) -> bool {
    pages.first().is_some_and(|page| page.lines.iter().any(|line| is_same(title, &line.text)))
}

/// Whether two titles have the same letters and digits.
fn is_same(title: &str, other: &str) -> bool {
    let key = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let title = key(title);
    !title.is_empty() && title == key(other)
}

/// Whether `line` says something about the document, not about its subject, or is an entry of its table of contents.
pub(super) fn is_note(line: &PdfLine) -> bool {
    is_copyright(&line.text)
        || is_credit(&line.text)
        || line.text.starts_with("arXiv:")
        || is_contents_entry(&line.text)
}

/// The current paragraph or heading, with its page and last line.
struct OpenParagraph {
    text: String,
    page: u32,
    last: PdfLine,
    level: Option<u8>,
}

pub(super) struct Unfolding<'a> {
    pub builder: &'a mut SectionBuilder,
    /// A letter that serves as a bullet, besides [`BULLETS`].
    bullet: Option<char>,
    open: Option<OpenParagraph>,
    /// The lines of the current code, with the page where they begin.
    code: Vec<String>,
    code_page: u32,
    /// The block before, if the next block may belong to it.
    pub before: Option<BlockBefore>,
    pub left_out: Vec<u32>,
}

/// The properties of a block that decide whether the next block belongs to it.
pub(super) struct BlockBefore {
    /// The page under which the block was passed to the builder.
    page: u32,
    /// Whether it is an item or a row.
    is_item: bool,
    /// Whether it introduces what follows.
    is_lead: bool,
}

impl<'a> Unfolding<'a> {
    pub fn new(builder: &'a mut SectionBuilder, pages: &[PdfPage]) -> Self {
        Unfolding {
            builder,
            bullet: letter_bullet(pages),
            open: None,
            code: Vec::new(),
            code_page: 0,
            before: None,
            left_out: Vec::new(),
        }
    }

    /// Adds a line of code. Code at the top of the next page continues the code, without a blank line between them.
    fn code_line(&mut self, line: &PdfLine, page: u32) {
        self.close_paragraph();
        if self.code.len() >= CODE_LINES {
            self.close_code();
        }
        if self.code.is_empty() {
            self.code_page = page;
        } else if line.starts_block && page == self.code_page {
            self.code.push(String::new());
        }
        self.code.push(line.text.clone());
    }

    fn close_code(&mut self) {
        if self.code.is_empty() {
            return;
        }
        let page = self.page_of(self.code_page, false, true);
        let code = std::mem::take(&mut self.code).join("\n");
        let block = DocumentBlock { span: BlockSpan::of(page), code, ..DocumentBlock::default() };
        self.builder.block(block);
        self.before = Some(BlockBefore { page, is_item: false, is_lead: false });
    }

    /// The page under which a block that begins on `page` is passed to the builder. If the block belongs to the block
    /// before it, this is the page of that block, because the builder may start a new section at each new page.
    fn page_of(&self, page: u32, is_item: bool, goes_on: bool) -> u32 {
        let belongs =
            |before: &&BlockBefore| before.is_lead || is_item && before.is_item || goes_on;
        self.before.as_ref().filter(belongs).map_or(page, |before| before.page)
    }

    pub fn line(&mut self, line: &PdfLine, level: Option<u8>, page: u32) {
        if line.is_code {
            return self.code_line(line, page);
        }
        self.close_code();
        let mut line = line.clone();
        if let Some(item) = self.bullet.and_then(|bullet| line.text.strip_prefix(bullet))
            && item.starts_with(' ')
        {
            line.text = format!("•{item}");
        }
        let goes_on = self.open.as_ref().is_some_and(|open| open.takes(&line, level));
        if !goes_on {
            self.close();
        }
        match &mut self.open {
            Some(open) => {
                join(&mut open.text, &line.text);
                open.last = line;
            }
            None => {
                let text = line.text.clone();
                self.open = Some(OpenParagraph { text, page, last: line, level });
            }
        }
    }

    pub fn close(&mut self) {
        self.close_paragraph();
        self.close_code();
    }

    fn close_paragraph(&mut self) {
        let Some(open) = self.open.take() else { return };
        match open.level {
            Some(level) => {
                self.before = None;
                self.builder.heading(level, &open.text, None, open.page);
            }
            None if formula::is_garbled(&open.text) => {
                if self.left_out.last() != Some(&open.page) {
                    self.left_out.push(open.page);
                }
            }
            None => {
                let text = match open.text.strip_prefix(BULLETS) {
                    Some(item) => format!("- {}", item.trim_start()),
                    None => open.text,
                };
                if text.trim_start_matches(['-', ' ']).is_empty() {
                    return;
                }
                let kind = if open.last.is_row { BlockKind::Row } else { BlockKind::Prose };
                let is_item = open.last.is_row || is_item(&text);
                let page = self.page_of(open.page, is_item, text.starts_with(char::is_lowercase));
                let is_lead = text.ends_with(':');
                self.before = Some(BlockBefore { page, is_item, is_lead });
                let span = BlockSpan::of(page);
                let block = DocumentBlock { span, text, kind, ..DocumentBlock::default() };
                self.builder.block(block);
            }
        }
    }
}

impl OpenParagraph {
    /// Whether `line` continues this paragraph or heading.
    fn takes(&self, line: &PdfLine, level: Option<u8>) -> bool {
        if level != self.level
            || line.is_row
            || self.last.is_row
            || is_item(&line.text) && level.is_none()
        {
            return false;
        }
        let apart = (line.y - self.last.y).abs() / line.size.max(1.0);
        if level.is_some() {
            return apart < APART && line.y > self.last.y && !is_numbered(&line.text);
        }
        // A formula belongs to the sentence before it, and the sentence goes on after it.
        if is_formula(&line.text) {
            return true;
        }
        let starts_lower = line.text.starts_with(char::is_lowercase);
        let is_open = !self.text.ends_with(['.', ':', '!', '?', ';', '。']);
        if line.starts_block || line.y < self.last.y {
            return starts_lower && is_open && line.size == self.last.size;
        }
        apart < APART && (starts_lower || !self.ends_before(line))
    }

    /// Whether its last line ends although the first word of `line` would have fitted behind it.
    fn ends_before(&self, line: &PdfLine) -> bool {
        let first = line.text.split(' ').next().map_or(0, |word| word.chars().count());
        let share = first as f64 / line.text.chars().count().max(1) as f64;
        let word = (line.end - line.x) * share;
        self.last.column_end - self.last.end > word * FITS + line.size * 0.5
    }
}

/// The letter that a symbol font shows as a bullet, if many lines start with one: `r LMS algorithm`.
fn letter_bullet(pages: &[PdfPage]) -> Option<char> {
    let mut counts: HashMap<char, usize> = HashMap::new();
    for line in pages.iter().flat_map(|page| &page.lines) {
        let mut chars = line.text.chars();
        if let (Some(first @ 'b'..='z'), Some(' '), Some(next)) =
            (chars.next(), chars.next(), chars.next())
            && next.is_uppercase()
        {
            *counts.entry(first).or_insert(0) += 1;
        }
    }
    let (letter, count) = counts.into_iter().max_by_key(|(letter, count)| (*count, *letter))?;
    (count >= LETTER_BULLETS).then_some(letter)
}
