//! The paragraph or heading that is being joined from lines.

use std::collections::HashMap;

use super::floats::is_caption;
use super::formula::is_formula;
use crate::extract::lines::{PdfLine, PdfPage, is_item, is_numbered, join};
use crate::extract::words::words;

/// Lines further apart than this many times their type size belong to different paragraphs.
pub(super) const APART: f64 = 1.9;
/// A line ends its paragraph or item on purpose if the first word of the next line, times this factor, would have
/// fitted behind it.
const FITS: f64 = 1.3;
/// The type sizes of the two halves of a paragraph on two pages differ by less than this share.
const SAME_TYPE: f64 = 0.05;
/// A line at the end of a page that is open and has at least this many words goes on at the top of the next page.
const LONG_LINE: usize = 8;

/// The minimum number of lines that start with the same letter, if this letter is a bullet.
const LETTER_BULLETS: usize = 6;

/// A paragraph or heading with its first page and its last line.
pub(super) struct OpenParagraph {
    pub text: String,
    pub page: u32,
    pub last: PdfLine,
    /// The level of a heading; `None` for a paragraph.
    pub level: Option<u8>,
    last_page: u32,
}

impl OpenParagraph {
    pub fn new(line: PdfLine, level: Option<u8>, page: u32) -> Self {
        OpenParagraph { text: line.text.clone(), page, last: line, level, last_page: page }
    }

    pub fn push(&mut self, line: PdfLine, page: u32) {
        join(&mut self.text, &line.text);
        self.last = line;
        self.last_page = page;
    }

    /// Whether `line` of `page` continues this paragraph or heading.
    pub fn takes(&self, line: &PdfLine, level: Option<u8>, page: u32) -> bool {
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
        let is_apart = line.starts_block || line.y < self.last.y;
        // What follows a caption is the text around the figure.
        if is_apart && is_caption(&self.text) || is_caption(&line.text) {
            return false;
        }
        // A formula belongs to the sentence before it, and the sentence goes on after it.
        if is_formula(&line.text) {
            return true;
        }
        let starts_lower = line.text.starts_with(char::is_lowercase);
        if is_apart {
            let goes_on = starts_lower || page != self.last_page && self.ends_with_full_line();
            let apart = (line.size - self.last.size).abs();
            let is_same_type = match page == self.last_page {
                true => apart == 0.0,
                false => apart < SAME_TYPE * line.size,
            };
            return goes_on && self.is_open() && is_same_type;
        }
        apart < APART && (starts_lower || !self.ends_before(line))
    }

    /// Whether its text doesn't end with the end of a sentence or an introduction.
    fn is_open(&self) -> bool {
        !self.text.ends_with(['.', ':', '!', '?', ';', '。'])
    }

    /// Whether its last line is long, ends with a word or comma, and reaches the end of its column.
    fn ends_with_full_line(&self) -> bool {
        let is_full = self.last.column_end - self.last.end < 0.1 * (self.last.end - self.last.x);
        let ends_open = self.text.ends_with(|c: char| c.is_alphanumeric() || c == ',' || c == '-');
        is_full && ends_open && words(&self.last.text) >= LONG_LINE
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
pub(super) fn letter_bullet(pages: &[PdfPage]) -> Option<char> {
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
