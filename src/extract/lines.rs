//! Joins the lines of a PDF's pages into headings and paragraphs.

use std::collections::HashMap;

use super::sections::{BlockSpan, DocumentBlock, SectionBuilder};
use super::words::{is_cjk, words};

/// A line is a heading if its type is larger than the body text's by this factor…
const LARGER: f64 = 1.12;
/// …and it has at most this many words.
const HEADING_WORDS: usize = 14;
/// Lines further apart than this many times their type size belong to different paragraphs.
const APART: f64 = 1.9;
/// A line at the top or bottom of at least this many pages, and of more than half of all pages, is a running
/// head or foot and is left out.
const REPEATED: usize = 3;
/// A line shorter than this share of the longest line of body text ends its paragraph or item, unless the next
/// line starts in lower case.
const SHORT: f64 = 0.72;
/// Characters that start a list item.
const BULLETS: [char; 12] = ['•', '◦', '▪', '●', '○', '■', '□', '❒', '➤', '–', '·', '✓'];

/// A line of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PdfLine {
    pub text: String,
    /// The position of its start, in points from the page's left and upper edge.
    pub x: f64,
    pub y: f64,
    /// The position of its end, in points from the page's left edge.
    pub end: f64,
    /// The type size of most of its characters, in points.
    pub size: f64,
}

/// A page with its lines.
pub(super) struct PdfPage {
    /// 1-based.
    pub number: u32,
    pub lines: Vec<PdfLine>,
}

/// Passes the paragraphs and headings of `pages` to `builder`. Returns the first line of the
/// largest heading on the first page. O(lines).
pub(super) fn unfold(pages: &[PdfPage], builder: &mut SectionBuilder) -> Option<String> {
    let repeated = repeated(pages);
    let body = body_size(pages);
    let sizes = heading_sizes(pages, body);
    let mut title: Option<(f64, String)> = None;
    let of_text = pages.iter().flat_map(|page| &page.lines).filter(|line| line.size == body);
    let width = of_text.map(|line| line.end - line.x).fold(0.0, f64::max);
    let mut unfolding =
        Unfolding { builder, sizes: &sizes, width, bullet: letter_bullet(pages), open: None };
    for page in pages {
        for line in &page.lines {
            if is_number(&line.text) || repeated.contains_key(&bare(&line.text)) {
                continue;
            }
            unfolding.line(line, page.number);
            let is_first = pages.first().is_some_and(|first| first.number == page.number);
            if is_first
                && level(&sizes, line).is_some()
                && title.as_ref().is_none_or(|(size, _)| *size < line.size)
            {
                title = Some((line.size, line.text.clone()));
            }
        }
        unfolding.close();
    }
    title.map(|(_, text)| text)
}

/// The current paragraph or heading, with its page and last line.
struct OpenParagraph {
    text: String,
    page: u32,
    last: PdfLine,
    level: Option<u8>,
}

struct Unfolding<'a> {
    builder: &'a mut SectionBuilder,
    sizes: &'a [f64],
    /// The width of the longest line of body text, in points.
    width: f64,
    /// A letter that serves as a bullet, besides [`BULLETS`].
    bullet: Option<char>,
    open: Option<OpenParagraph>,
}

impl Unfolding<'_> {
    fn line(&mut self, line: &PdfLine, page: u32) {
        let level = level(self.sizes, line);
        let mut line = line.clone();
        if let Some(item) = self.bullet.and_then(|bullet| line.text.strip_prefix(bullet))
            && item.starts_with(' ')
        {
            line.text = format!("•{item}");
        }
        let goes_on = self.open.as_ref().is_some_and(|open| open.takes(&line, level, self.width));
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

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        match open.level {
            Some(level) => self.builder.heading(level, &open.text, None, open.page),
            None => {
                let text = match open.text.strip_prefix(BULLETS) {
                    Some(item) => format!("- {}", item.trim_start()),
                    None => open.text,
                };
                let span = BlockSpan::of(open.page);
                self.builder.block(DocumentBlock { span, text, ..DocumentBlock::default() });
            }
        }
    }
}

impl OpenParagraph {
    /// Whether `line` continues this paragraph or heading.
    fn takes(&self, line: &PdfLine, level: Option<u8>, width: f64) -> bool {
        let apart = (line.y - self.last.y).abs() / line.size.max(1.0);
        let begins_item = line.text.starts_with(BULLETS);
        let is_short = self.last.end - self.last.x < width * SHORT;
        let ended = level.is_none() && is_short && !line.text.starts_with(char::is_lowercase);
        level == self.level && apart < APART && !begins_item && !ended
    }
}

/// Appends a line to a paragraph and rejoins a word that was hyphenated at the line's end.
fn join(text: &mut String, line: &str) {
    let parted = text.ends_with('-')
        && text.trim_end_matches('-').ends_with(char::is_lowercase)
        && line.starts_with(char::is_lowercase);
    if parted {
        text.pop();
    } else if !(text.ends_with(is_cjk) && line.starts_with(is_cjk)) {
        text.push(' ');
    }
    text.push_str(line);
}

/// The type size of most of the text.
fn body_size(pages: &[PdfPage]) -> f64 {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for line in pages.iter().flat_map(|page| &page.lines) {
        *counts.entry(line.size.to_bits()).or_insert(0) += line.text.len();
    }
    let most = counts.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(0.0, |(size, _)| f64::from_bits(size))
}

/// The distinct type sizes of headings, largest first.
fn heading_sizes(pages: &[PdfPage], body: f64) -> Vec<f64> {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let is_heading = |line: &&PdfLine| line.size > body * LARGER && is_title(&line.text);
    let mut sizes: Vec<f64> = lines.filter(is_heading).map(|line| line.size).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    sizes.dedup();
    sizes
}

/// The level of the heading `line`, 1 to 6; `None` if it isn't a heading.
fn level(sizes: &[f64], line: &PdfLine) -> Option<u8> {
    let at = sizes.iter().position(|size| *size == line.size)?;
    is_title(&line.text).then(|| u8::try_from(at + 1).unwrap_or(6).min(6))
}

/// Whether `text` may be a heading: it is short and has a word in it, so that it isn't only a formula.
fn is_title(text: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 3 || word.chars().any(is_cjk)
    };
    words(text) <= HEADING_WORDS && text.split_whitespace().any(is_word)
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
    (count >= REPEATED * 2).then_some(letter)
}

/// The lines at the top or bottom of most pages, without digits, with the number of those pages.
fn repeated(pages: &[PdfPage]) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for PdfPage { lines, .. } in pages {
        let ends = lines.iter().take(2).chain(lines.iter().rev().take(2));
        let mut seen: Vec<String> = ends.map(|line| bare(&line.text)).collect();
        seen.sort();
        seen.dedup();
        for line in seen {
            *counts.entry(line).or_insert(0) += 1;
        }
    }
    counts.retain(|_, count| *count >= REPEATED && *count * 2 > pages.len());
    counts
}

/// The line without digits, so that lines that differ only in the page number are equal.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().trim().to_owned()
}

fn is_number(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic) && text.len() <= 9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::sections::SpanUnit;
    use crate::extract::{Address, Section};

    fn unfolded(pages: &[&[(&str, f64, f64)]]) -> (Vec<Section>, Option<String>) {
        let line = |(text, y, size): &(&str, f64, f64)| PdfLine {
            text: (*text).to_owned(),
            x: 0.0,
            y: *y,
            end: 100.0,
            size: *size,
        };
        let pages: Vec<PdfPage> = (1..)
            .zip(pages)
            .map(|(number, lines)| PdfPage { number, lines: lines.iter().map(line).collect() })
            .collect();
        let mut builder = SectionBuilder::new(SpanUnit::Pages);
        let title = unfold(&pages, &mut builder);
        (builder.finish(), title)
    }

    #[test]
    fn lines_become_headings_paragraphs_and_items() {
        let (sections, title) = unfolded(&[
            &[
                ("Ranking sys-", 10.0, 20.0),
                ("tems at work", 32.0, 20.0),
                ("A long line that is clas-", 60.0, 10.0),
                ("sified as text here now.", 71.0, 10.0),
                ("• one item", 82.0, 10.0),
                ("• another item", 93.0, 10.0),
                ("1", 700.0, 10.0),
            ],
            &[("Losses", 10.0, 15.0), ("The text of the second page.", 30.0, 10.0)],
        ]);
        assert_eq!(title.as_deref(), Some("Ranking sys-"));
        let [first, second] = &sections[..] else { panic!("{sections:#?}") };
        assert_eq!(first.headings, ["Ranking systems at work"]);
        assert_eq!(
            first.text,
            "A long line that is classified as text here now.\n- one item\n- another item"
        );
        assert_eq!(second.headings, ["Ranking systems at work", "Losses"]);
        assert_eq!((first.address, second.address), (Address::Page(1), Address::Page(2)));
    }

    #[test]
    fn running_heads_are_left_out() {
        let page = |at: usize| {
            let text = ["Words of one.", "Words of two.", "Words of three."][at];
            [("A course, page 7", 5.0, 10.0), (text, 50.0, 10.0)]
        };
        let pages = [page(0), page(1), page(2)];
        let pages: Vec<&[(&str, f64, f64)]> = pages.iter().map(|page| &page[..]).collect();
        let (sections, _) = unfolded(&pages);
        assert!(sections.iter().all(|section| !section.text.contains("course")), "{sections:#?}");
    }
}
