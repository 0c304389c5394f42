//! Unfolds slides: each is a section under its title, below the titles of the file and of its part.

use super::formula::is_formula;
use super::headings::{LARGER, body_size};
use super::paragraph::APART;
use super::unfold::{Unfolded, Unfolding, is_note};
use crate::extract::lines::{PdfLine, PdfPage, is_item, is_title, join};
use crate::extract::sections::SectionBuilder;
use crate::extract::words::words;

/// A slide with a title and, besides the title, fewer words than this is the title page of a part.
const LEAST_WORDS: usize = 4;
/// A file is slides if its pages are wider than high by this factor and have at most this many words, in the median.
const WIDE: f64 = 1.2;
const SLIDE_WORDS: usize = 130;
/// A title page has at most this many words and lines, below this share of the page.
const TITLE_PAGE_WORDS: usize = 20;
const TITLE_PAGE_LINES: usize = 5;
const TITLE_PAGE_TOP: f64 = 0.25;
/// Type sizes that differ by less than this factor are the same.
const SAME_SIZE: f64 = 1.02;
/// The title of a slide is in this upper share of the page.
const TITLE_SHARE: f64 = 0.45;

/// Whether the pages are slides: wide pages with little text.
pub(super) fn are_slides(pages: &[PdfPage]) -> bool {
    let mut counts: Vec<usize> = pages
        .iter()
        .map(|page| page.lines.iter().map(|line| words(&line.text)).sum())
        .filter(|count| *count > 0)
        .collect();
    counts.sort_unstable();
    let wide = pages.iter().filter(|page| page.width > page.height * WIDE).count();
    let median = counts.get(counts.len() / 2);
    pages.len() > 1 && wide * 10 >= pages.len() * 9 && median.is_some_and(|m| *m <= SLIDE_WORDS)
}

/// Makes a section of each slide, with its title as the heading, below the titles of the file and of its part.
pub(super) fn unfold_slides(pages: &[PdfPage], builder: &mut SectionBuilder) -> Unfolded {
    let body = body_size(pages);
    let mut first = None;
    let mut unfolding = Unfolding::new(builder, pages);
    let mut level = 1;
    for (at, page) in pages.iter().enumerate() {
        if let Some(title) = title_page(page) {
            // The first slide names the file, later ones name its parts.
            let of_part = if first.is_some() || at > 0 { level.clamp(1, 2) } else { 1 };
            unfolding.builder.heading(of_part, &title, None, page.number);
            level = of_part + 1;
            first.get_or_insert(title);
            continue;
        }
        let title = slide_title(page, body);
        let is_title = |at: usize| title.as_ref().is_some_and(|title| title.lines.contains(&at));
        if let Some(title) = &title {
            unfolding.builder.heading(level, &title.text, None, page.number);
            first.get_or_insert_with(|| title.text.clone());
        }
        let rest = page.lines.iter().enumerate().filter(|(at, _)| !is_title(*at));
        let count: usize = rest.map(|(_, line)| words(&line.text)).sum();
        if title.is_some() && count < LEAST_WORDS {
            continue;
        }
        for (at, line) in page.lines.iter().enumerate() {
            if !is_title(at) && !is_note(line) {
                unfolding.line(line, None, None, page.number);
            }
        }
        unfolding.close();
        unfolding.builder.end_slide();
    }
    let left_out = unfolding.left_out;
    Unfolded { title: first, left_out, ..Unfolded::default() }
}

/// The title on a title page: a slide with few words, whose largest lines are all below the position of other
/// slides' titles.
/// The title is the first text in the largest type; `None` if `page` isn't a title page.
fn title_page(page: &PdfPage) -> Option<String> {
    let count: usize = page.lines.iter().map(|line| words(&line.text)).sum();
    let largest = page.lines.iter().map(|line| line.size).fold(0.0, f64::max);
    let is_plain = |line: &PdfLine| {
        (line.y > page.height * TITLE_PAGE_TOP || line.size * LARGER < largest)
            && !line.is_row
            && !line.is_code
            && !line.text.contains("://")
            && !line.text.ends_with('.')
            && !is_item(&line.text)
            && !is_formula(&line.text)
    };
    if count > TITLE_PAGE_WORDS
        || page.lines.len() > TITLE_PAGE_LINES
        || !page.lines.iter().all(is_plain)
    {
        return None;
    }
    let is_largest = |line: &&PdfLine| line.size * SAME_SIZE > largest;
    let mut lines = page.lines.iter().skip_while(|line| !is_largest(line)).peekable();
    let mut title = String::new();
    while let Some(line) = lines.next_if(is_largest) {
        // In type of one size, only the first line is the title.
        let is_distinct = page.lines.iter().any(|other| !is_largest(&other));
        if title.is_empty() || is_distinct {
            join(&mut title, &line.text);
        }
    }
    is_title(&title).then_some(title)
}

/// The title of a slide.
struct SlideTitle {
    text: String,
    /// Its lines' indices in the page.
    lines: std::ops::Range<usize>,
}

/// The uppermost line of the largest type in the upper part of the page, with the lines that continue it. If this type
/// isn't clearly larger than `body`, the type size of most of the text, the line is a title only if no line of the page
/// is above it and it isn't a list item.
fn slide_title(page: &PdfPage, body: f64) -> Option<SlideTitle> {
    let is_upper = |line: &PdfLine| line.y < page.height * TITLE_SHARE;
    let may_be =
        |line: &PdfLine| is_upper(line) && !line.is_row && !line.is_code && is_title(&line.text);
    let lines = page.lines.iter().enumerate().filter(|(_, line)| may_be(line));
    let (at, largest) = lines.max_by(|(at, a), (other, b)| {
        a.size.total_cmp(&b.size).then(b.y.total_cmp(&a.y)).then(other.cmp(at))
    })?;
    let is_top = page.lines.iter().all(|line| line.y >= largest.y);
    if largest.size <= body * LARGER && (!is_top || is_item(&largest.text)) {
        return None;
    }
    let continues = |line: &PdfLine, above: &PdfLine| {
        line.size == largest.size
            && (0.0..APART * line.size).contains(&(line.y - above.y))
            && largest.size > body * LARGER
    };
    let mut text = largest.text.clone();
    let mut end = at + 1;
    while let [above, line] = page.lines.get(end - 1..=end).unwrap_or_default()
        && continues(line, above)
        && words(&text) + words(&line.text) <= 20
    {
        join(&mut text, &line.text);
        end += 1;
    }
    Some(SlideTitle { text, lines: at..end })
}
