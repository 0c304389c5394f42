//! Finds code on a page: lines in a monospaced font, with their indentation.

use super::fragments::{FragmentPage, PdfFragment, SAME_PITCH, left, right};
use crate::extract::lines::PdfLine;
use crate::extract::words::is_cjk;

/// If more than this percentage of a file's characters is monospaced, the font doesn't mark code.
const MOST_MONO: usize = 75;
/// Fragments whose baselines differ by less than this share of the type size are on one line.
const SAME_LINE: f64 = 0.3;
/// Lines of code that are further apart than this many times the type size have a blank line between them.
const BLANK_LINE: f64 = 1.9;
/// A page has little text if it has fewer characters than its code has, by this factor.
const LITTLE_TEXT: usize = 10;
/// The maximum number of spaces before a fragment of code, so the longest indentation.
const LONGEST_INDENT: f64 = 60.0;

/// A part of a page, from its left to its right edge.
pub(super) enum PagePart {
    Text(Vec<PdfFragment>),
    Code(Vec<PdfLine>),
}

/// Marks those fragments of `pages` that are in monospaced fonts. Marks none if more than [`MOST_MONO`] percent of the
/// text is in such fonts. O(characters).
///
/// A font is monospaced if narrow letters in it are as wide as others.
pub(super) fn mark(pages: &mut [FragmentPage]) {
    let (mut all, mut mono) = (0_usize, 0_usize);
    for page in pages.iter_mut() {
        let pitches: Vec<f64> = page
            .fragments
            .iter()
            .filter(|f| is_evidence(&f.text))
            .filter_map(|f| f.pitch)
            .collect();
        for fragment in &mut page.fragments {
            let fits = |pitch: f64| pitches.iter().any(|other| (other - pitch).abs() < SAME_PITCH);
            fragment.is_mono =
                fragment.pitch.is_some_and(fits) && !fragment.text.chars().any(is_cjk);
            all += fragment.text.len();
            mono += if fragment.is_mono { fragment.text.len() } else { 0 };
        }
    }
    if mono * 100 > all * MOST_MONO {
        pages.iter_mut().flat_map(|page| &mut page.fragments).for_each(|f| f.is_mono = false);
    }
}

/// Whether `text` has both narrow and other letters, which have different widths in most fonts.
fn is_evidence(text: &str) -> bool {
    text.contains(['i', 'j', 'l'])
        && text.contains(|c: char| c.is_ascii_lowercase() && !"ijlftr".contains(c))
}

/// The parts of a page from top to bottom: lines of code, and the text between them. Code that begins in the right half
/// of a page with text is in a column of the text, and counts as text.
pub(super) fn parts(mut fragments: Vec<PdfFragment>) -> Vec<PagePart> {
    if !fragments.iter().any(|fragment| fragment.is_mono) {
        return vec![PagePart::Text(fragments)];
    }
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let middle = f64::midpoint(left(&fragments), right(&fragments));
    let length = |is_mono: bool| -> usize {
        fragments.iter().filter(|f| f.is_mono == is_mono).map(|f| f.text.len()).sum()
    };
    // A page with little text has no columns of text.
    let has_text = length(false) * LITTLE_TEXT > length(true);
    let mut parts: Vec<PagePart> = Vec::new();
    let mut text: Vec<PdfFragment> = Vec::new();
    let mut code: Vec<Vec<PdfFragment>> = Vec::new();
    for row in rows(fragments) {
        let is_across = !has_text || left(&row) < middle;
        if is_code(&row) && is_across {
            if !text.is_empty() {
                parts.push(PagePart::Text(std::mem::take(&mut text)));
            }
            code.push(row);
        } else {
            if !code.is_empty() {
                parts.push(PagePart::Code(lines(std::mem::take(&mut code))));
            }
            text.extend(row);
        }
    }
    if !code.is_empty() {
        parts.push(PagePart::Code(lines(code)));
    }
    if !text.is_empty() {
        parts.push(PagePart::Text(text));
    }
    parts
}

/// Whether `row` is code: it begins in a monospaced font, and only signs such as `=` may be in other fonts.
fn is_code(row: &[PdfFragment]) -> bool {
    let first = row.iter().min_by(|a, b| a.x.total_cmp(&b.x));
    let is_sign = |fragment: &PdfFragment| !fragment.text.contains(char::is_alphanumeric);
    first.is_some_and(|first| first.is_mono)
        && row.iter().all(|fragment| fragment.is_mono || is_sign(fragment))
}

/// The fragments on each baseline, from top to bottom.
fn rows(fragments: Vec<PdfFragment>) -> Vec<Vec<PdfFragment>> {
    let mut rows: Vec<Vec<PdfFragment>> = Vec::new();
    for fragment in fragments {
        match rows.last_mut() {
            Some(row) if (fragment.y - row[0].y).abs() < SAME_LINE * fragment.size => {
                row.push(fragment);
            }
            _ => rows.push(vec![fragment]),
        }
    }
    rows
}

/// The lines of code in `rows`, each with the indentation that its position gives.
fn lines(rows: Vec<Vec<PdfFragment>>) -> Vec<PdfLine> {
    let start = rows.iter().map(|row| left(row)).fold(f64::INFINITY, f64::min);
    let end = rows.iter().map(|row| right(row)).fold(f64::NEG_INFINITY, f64::max);
    let mut lines: Vec<PdfLine> = Vec::new();
    for mut row in rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        let (y, size) = (row[0].y, row[0].size);
        let width = row.iter().find_map(|f| f.pitch.filter(|_| f.is_mono)).unwrap_or(0.6) * size;
        let mut text = String::new();
        let mut column = start;
        for fragment in &row {
            let spaces = ((fragment.x - column) / width.max(0.1)).round();
            // Fragments may overlap, so the number may be negative.
            let spaces = spaces.clamp(0.0, LONGEST_INDENT) as usize;
            text.extend(std::iter::repeat_n(' ', spaces));
            text.push_str(&fragment.text);
            column = fragment.end;
        }
        let is_apart = lines.last().is_some_and(|last| y - last.y > BLANK_LINE * size);
        let line = PdfLine {
            text,
            x: start,
            y,
            end: right(&row),
            size,
            column_end: end,
            starts_block: lines.is_empty() || is_apart,
            is_code: true,
            ..PdfLine::default()
        };
        lines.push(line);
    }
    lines
}
