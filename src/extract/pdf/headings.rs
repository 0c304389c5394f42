//! Finds the headings among the lines of a PDF by their type sizes.

use std::collections::HashMap;

use super::formula::is_formula;
use crate::extract::lines::{PdfLine, PdfPage, is_date, is_title};

/// A line can be a heading only if its type is larger than that of the body text by this factor.
pub(super) const LARGER: f64 = 1.12;
/// Headings whose type sizes differ by less than this factor have the same level.
const SAME_LEVEL: f64 = 1.14;

/// The title, the authors and the date have at most this many lines.
const TITLE_LINES: usize = 12;

/// The levels of a document's headings.
pub(super) struct HeadingLevels {
    /// The type sizes of the levels, largest first.
    sizes: Vec<f64>,
    /// The type size of most of the text.
    body: f64,
    /// The number of the first page: only its lines can be bylines.
    first: u32,
    /// Type sizes that only the author and date below the title have.
    bylines: Vec<f64>,
    /// The letters and digits of each heading's text, with the page and position of the last heading that has this
    /// text.
    last: HashMap<String, (u32, f64)>,
}

impl HeadingLevels {
    /// The levels of the headings in `pages`. O(lines × sizes).
    pub fn of(pages: &[PdfPage]) -> HeadingLevels {
        let body = body_size(pages);
        let mut levels = HeadingLevels {
            sizes: heading_sizes(pages, body),
            body,
            first: pages.first().map_or(0, |page| page.number),
            bylines: Vec::new(),
            last: HashMap::new(),
        };
        for page in pages {
            for line in &page.lines {
                if levels.by_size(line).is_some() {
                    levels.last.insert(key(&line.text), (page.number, line.y));
                }
            }
        }
        levels.bylines = levels.byline_sizes(pages);
        levels
    }

    /// The level of the heading `line`, 1 to 6; `None` if it isn't a heading.
    pub fn level(&self, line: &PdfLine) -> Option<u8> {
        self.by_size(line)
    }

    /// Whether `line` of page `page` names the authors or the date below the title.
    pub fn is_byline(&self, line: &PdfLine, page: u32) -> bool {
        page == self.first && self.bylines.contains(&line.size) && self.by_size(line).is_some()
    }

    /// Whether the heading `line` of page `page` is an entry of a table of contents: a later heading has the same text,
    /// and `next`, the line after it, is a heading too.
    pub fn is_entry(&self, line: &PdfLine, page: u32, next: Option<&PdfLine>) -> bool {
        let is_before =
            self.last.get(&key(&line.text)).is_some_and(|(last, y)| (page, line.y) < (*last, *y));
        is_before && next.is_some_and(|next| self.by_size(next).is_some())
    }

    fn by_size(&self, line: &PdfLine) -> Option<u8> {
        let at = self.sizes.iter().position(|size| line.size * SAME_LEVEL > *size)?;
        let is_heading = is_heading(line, self.body);
        is_heading.then(|| u8::try_from(at + 1).unwrap_or(6).min(6))
    }

    /// The type sizes of authors and dates. The headings at the start of the first page are the title, authors and
    /// dates, and one heading of the text. The lines between the title and the last of these headings have the sizes of
    /// authors and dates if one of the lines is a date. A size is left out if another heading has it, or if it is
    /// nearly that of the title.
    fn byline_sizes(&self, pages: &[PdfPage]) -> Vec<f64> {
        let Some(first) = pages.first() else { return Vec::new() };
        let block = first.lines.iter().take_while(|line| self.by_size(line).is_some());
        let block: Vec<&PdfLine> = block.collect();
        let ([title, rest @ .., _], 3..=TITLE_LINES) = (&block[..], block.len()) else {
            return Vec::new();
        };
        let is_title = self.by_size(title) == Some(1);
        let others = pages.iter().flat_map(|page| &page.lines);
        let mut counts: HashMap<u64, usize> = HashMap::new();
        for line in others.filter(|line| self.by_size(line).is_some()) {
            *counts.entry(line.size.to_bits()).or_insert(0) += 1;
        }
        let in_block = |size: f64| rest.iter().filter(|line| line.size == size).count();
        let is_only_here =
            |size: f64| counts.get(&size.to_bits()).is_some_and(|count| *count == in_block(size));
        let mut sizes: Vec<f64> = rest.iter().map(|line| line.size).collect();
        let has_date = rest.iter().any(|line| is_date(&line.text));
        sizes.retain(|size| {
            is_title && has_date && *size * SAME_LEVEL < title.size && is_only_here(*size)
        });
        sizes
    }
}

/// The type size of most of the text.
pub(super) fn body_size(pages: &[PdfPage]) -> f64 {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for line in pages.iter().flat_map(|page| &page.lines) {
        *counts.entry(line.size.to_bits()).or_insert(0) += line.text.len();
    }
    let most = counts.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(0.0, |(size, _)| f64::from_bits(size))
}

/// The sizes of the levels of headings, largest first. A level also contains the sizes that are slightly smaller than
/// its own, by less than [`SAME_LEVEL`].
fn heading_sizes(pages: &[PdfPage], body: f64) -> Vec<f64> {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let headings = lines.filter(|line| is_heading(line, body));
    let mut sizes: Vec<f64> = headings.map(|line| line.size).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    // Compares with the largest size of the level, so that levels don't chain.
    sizes.dedup_by(|next, level| *next * SAME_LEVEL > *level);
    sizes
}

/// Whether the type, length and words of `line` are those of a heading.
fn is_heading(line: &PdfLine, body: f64) -> bool {
    line.size > body * LARGER
        && !line.is_row
        && !line.is_code
        && is_title(&line.text)
        && !is_formula(&line.text)
}

/// The letters and digits of a heading, to compare it with its entry in a table of contents.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
