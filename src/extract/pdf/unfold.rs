//! Joins the lines of a PDF's pages into headings, paragraphs, items and rows.

use super::blocks::{LastBlock, text_block};
use super::headings::HeadingLevels;
use super::left_out::LeftOutPart;
use super::numbering::NumberedHeadings;
use super::paragraph::{OpenParagraph, letter_bullet};
use super::placeholder;
use super::quality::is_contents_entry;
use crate::extract::lines::{BULLETS, PdfLine, PdfPage, is_copyright, is_credit, is_item};
use crate::extract::sections::{BlockSpan, DocumentBlock, SectionBuilder};
use crate::extract::words::words;

/// At most this many lines of code are one block.
const CODE_LINES: usize = 1_000;
/// A line with the authors has at most this many words.
const BYLINE_WORDS: usize = 10;
/// If this many other headings of the first page are in its largest type too, the first one is the title only if it is
/// above all of them.
const MANY_TITLES: usize = 3;

/// What [`unfold`] finds besides sections.
#[derive(Default)]
pub(super) struct Unfolded {
    /// The title that the pages show: the largest heading of the first page; in slides, the first title of a slide.
    pub title: Option<String>,
    /// Whether the first page shows the title in the file's metadata.
    pub shows_info: bool,
    /// The pages with paragraphs that are left out because their formulas can't be written, ascending.
    pub left_out: Vec<u32>,
    /// The first page of each bibliography and table of contents that is left out.
    pub lists: Vec<u32>,
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
            unfolding.line(line, below, page.lines.get(at + 1), page.number);
        }
    }
    unfolding.close();
    let title = match &unfolding.titles[..] {
        [] => None,
        [first, others @ ..] => {
            let is_above = others.iter().all(|other| first.y + first.size < other.y);
            let is_title = is_above || others.len() < MANY_TITLES;
            is_title.then(|| first.text.clone())
        }
    };
    Unfolded {
        title,
        shows_info: root.is_some(),
        left_out: unfolding.left_out,
        lists: unfolding.lists,
    }
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
        || is_email(&line.text)
        || is_contents_entry(&line.text)
}

/// Whether `text` is the address of an author.
fn is_email(text: &str) -> bool {
    let text = text.trim();
    let domain = text.split_once('@').map_or("", |(_, domain)| domain);
    domain.contains('.') && !text.contains(' ')
}

/// Whether `text`, directly below the title of a document, names authors or their institutions.
fn is_byline(text: &str) -> bool {
    words(text) <= BYLINE_WORDS && !text.ends_with(['.', ':', '?', '!']) && !is_item(text)
}

/// Joins lines into paragraphs and headings, and passes them to the builder.
pub(super) struct Unfolding<'a> {
    pub builder: &'a mut SectionBuilder,
    /// A letter that serves as a bullet, besides [`BULLETS`].
    bullet: Option<char>,
    numbered: NumberedHeadings,
    last: LastBlock,
    open: Option<OpenParagraph>,
    /// The lines of the current code, with the page where they begin and the page of the last one.
    code: Vec<String>,
    code_page: u32,
    last_page: u32,
    /// The part below the current heading, if it is left out.
    part: Option<LeftOutPart>,
    /// Whether the entry before was left out, so that what follows it must be left out too.
    lacks_entry: bool,
    /// Whether only authors and their addresses are between the title and the current line.
    is_below_title: bool,
    /// The headings of the first page that are in its largest type: their last lines, with the whole text.
    titles: Vec<PdfLine>,
    first: u32,
    pub left_out: Vec<u32>,
    lists: Vec<u32>,
}

impl<'a> Unfolding<'a> {
    pub fn new(builder: &'a mut SectionBuilder, pages: &[PdfPage]) -> Self {
        Unfolding {
            builder,
            bullet: letter_bullet(pages),
            numbered: NumberedHeadings::default(),
            last: LastBlock::default(),
            open: None,
            code: Vec::new(),
            code_page: 0,
            last_page: 0,
            part: None,
            lacks_entry: false,
            is_below_title: false,
            titles: Vec::new(),
            first: pages.first().map_or(0, |page| page.number),
            left_out: Vec::new(),
            lists: Vec::new(),
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
        } else if line.starts_block && page == self.last_page {
            self.code.push(String::new());
        }
        self.last_page = page;
        self.code.push(line.text.clone());
    }

    fn close_code(&mut self) {
        if self.code.is_empty() {
            return;
        }
        let code = std::mem::take(&mut self.code).join("\n");
        let span = BlockSpan::of(self.code_page);
        if self.part.is_none() {
            let block = DocumentBlock { span, code, ..DocumentBlock::default() };
            self.last.push(block, self.builder);
        }
        self.is_below_title = false;
    }

    /// Adds a line of `page`: a heading of `level`, or text. `next` is the line after it.
    pub fn line(&mut self, line: &PdfLine, level: Option<u8>, next: Option<&PdfLine>, page: u32) {
        if line.is_code {
            return self.code_line(line, page);
        }
        self.close_code();
        if level.is_none() && self.open.as_ref().is_some_and(|open| open.level.is_some()) {
            self.close_paragraph();
        }
        let level = level.or_else(|| self.numbered.level_of_text(line, next));
        let mut line = line.clone();
        if let Some(item) = self.bullet.and_then(|bullet| line.text.strip_prefix(bullet))
            && item.starts_with(' ')
        {
            line.text = format!("•{item}");
        }
        if !self.open.as_ref().is_some_and(|open| open.takes(&line, level, page)) {
            self.close_block();
        }
        match &mut self.open {
            Some(open) => open.push(line, page),
            None => self.open = Some(OpenParagraph::new(line, level, page)),
        }
    }

    /// Passes everything to the builder.
    pub fn close(&mut self) {
        self.close_block();
        self.last.flush(self.builder);
    }

    fn close_block(&mut self) {
        self.close_paragraph();
        self.close_code();
    }

    fn close_paragraph(&mut self) {
        let Some(open) = self.open.take() else { return };
        match open.level {
            Some(level) => self.close_heading(&open, level),
            None => self.close_text(open),
        }
    }

    fn close_heading(&mut self, open: &OpenParagraph, level: u8) {
        self.last.flush(self.builder);
        self.lacks_entry = false;
        let level = self.numbered.open(&open.text, level);
        self.part = LeftOutPart::of(&open.text);
        if self.part.is_some() {
            return self.lists.push(open.page);
        }
        self.builder.heading(level, &open.text, None, open.page);
        let is_title = level == 1 && self.titles.is_empty();
        self.is_below_title = is_title && open.page == self.first;
        let largest = self.titles.first().map_or(0.0, |title| title.size);
        if open.page == self.first && open.last.size >= largest {
            if open.last.size > largest {
                self.titles.clear();
            }
            self.titles.push(PdfLine { text: open.text.clone(), ..open.last.clone() });
        }
    }

    fn close_text(&mut self, open: OpenParagraph) {
        if self.part.is_some_and(|part| part.has(&open.text)) {
            return;
        }
        let text = match open.text.strip_prefix(BULLETS) {
            Some(item) => format!("- {}", item.trim_start()),
            None => open.text,
        };
        if text.trim_start_matches(['-', ' ']).is_empty() {
            return;
        }
        self.is_below_title &= is_byline(&text);
        if self.is_below_title {
            return;
        }
        let begins = is_item(&text) || open.last.is_row;
        // Text behind an entry that is left out belongs to this entry.
        self.lacks_entry &= !begins;
        let written = if self.lacks_entry { None } else { placeholder::written(&text) };
        let Some(text) = written else {
            self.lacks_entry |= begins;
            if self.left_out.last() != Some(&open.page) {
                self.left_out.push(open.page);
            }
            return;
        };
        self.last.push(text_block(text, open.page, open.last.is_row), self.builder);
    }
}
