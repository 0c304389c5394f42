//! Finds running heads and feet by their position: the outermost rows of the pages.

use std::collections::{HashMap, HashSet};

use super::number::page_number;
use super::place::{MARGIN, REPEATED, slot};
use crate::extract::pdf::fragments::FragmentPage;

/// Fragments whose baselines differ by less than this share of the type size are on one row.
const SAME_ROW: f64 = 0.4;
/// A running head is separated from the text by at least this many times its type size, baseline to baseline.
const GAP: f64 = 1.6;
/// The maximum number of words of a running head.
const MOST_WORDS: usize = 16;
/// The maximum number of rows of a running head or foot.
const ROWS: usize = 2;
/// The number of pages before and after a page on which its running head is searched for. Left and right pages have
/// different heads.
const NEIGHBOURS: usize = 3;
/// A page that is wider than high by this factor is a slide, whose titles are at one position.
const WIDE: f64 = 1.2;

/// The upper and the lower end of a page.
const EDGES: [Edge; 2] = [Edge::Top, Edge::Bottom];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Edge {
    Top,
    Bottom,
}

/// The outermost row of a page.
struct EdgeRow {
    /// Its baseline.
    y: f64,
    /// The largest type size in it.
    size: f64,
    /// Its text without page numbers.
    text: String,
    /// The page numbers that it may have.
    numbers: Vec<i64>,
}

/// Removes those outermost rows of the pages that are running heads or feet. O(fragments).
///
/// Such a row is in type up to the size `largest` and separated from the text. It has a page number that grows with the pages, or the
/// text of a neighbouring page, or it is at a position where most rows have one of these.
pub(super) fn remove(pages: &mut [FragmentPage], largest: f64) {
    for edge in EDGES {
        for _ in 0..ROWS {
            let rows: Vec<Option<EdgeRow>> =
                pages.iter().map(|page| edge_row(page, edge, largest)).collect();
            let is_head = heads(pages, &rows);
            for ((page, row), is_head) in pages.iter_mut().zip(&rows).zip(is_head) {
                if let Some(row) = row.as_ref().filter(|_| is_head) {
                    page.fragments.retain(|f| (f.y - row.y).abs() >= SAME_ROW * row.size);
                }
            }
        }
    }
}

/// Whether the row of each page is a running head.
fn heads(pages: &[FragmentPage], rows: &[Option<EdgeRow>]) -> Vec<bool> {
    let offsets = offsets(pages, rows);
    let is_evident: Vec<bool> = (0..rows.len())
        .map(|at| {
            let Some(row) = &rows[at] else { return false };
            let has_number =
                row.numbers.iter().any(|n| offsets.contains(&(n - i64::from(pages[at].number))));
            let is_roman_alone = row.text.is_empty() && !row.numbers.is_empty();
            has_number || is_roman_alone || is_repeated(rows, at)
        })
        .collect();
    let mut positions: HashMap<i64, (usize, usize)> = HashMap::new();
    for (row, is_evident) in rows.iter().zip(&is_evident) {
        if let Some(row) = row {
            let count = positions.entry(slot(row.y)).or_insert((0, 0));
            count.0 += 1;
            count.1 += usize::from(*is_evident);
        }
    }
    let is_usual = |row: &EdgeRow| {
        let (all, evident) = positions.get(&slot(row.y)).copied().unwrap_or_default();
        evident >= REPEATED && evident * 2 > all
    };
    let all = rows.iter().zip(is_evident);
    all.map(|(row, is_evident)| is_evident || row.as_ref().is_some_and(is_usual)).collect()
}

/// The differences between page numbers and the positions of their pages in the file that several pages have.
fn offsets(pages: &[FragmentPage], rows: &[Option<EdgeRow>]) -> HashSet<i64> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for (page, row) in pages.iter().zip(rows) {
        for number in row.iter().flat_map(|row| &row.numbers) {
            *counts.entry(number - i64::from(page.number)).or_insert(0) += 1;
        }
    }
    let least = REPEATED.min(pages.len()).max(2);
    counts.into_iter().filter(|(_, count)| *count >= least).map(|(offset, _)| offset).collect()
}

/// Whether a neighbouring page has the text of the row of page `at` at the same position.
fn is_repeated(rows: &[Option<EdgeRow>], at: usize) -> bool {
    let Some(row) = &rows[at] else { return false };
    let from = at.saturating_sub(NEIGHBOURS);
    let neighbours = rows.iter().enumerate().skip(from).take(2 * NEIGHBOURS + 1);
    let is_same = |(_, other): (usize, &Option<EdgeRow>)| {
        other.as_ref().is_some_and(|other| slot(other.y) == slot(row.y) && other.text == row.text)
    };
    !row.text.is_empty() && neighbours.filter(|(other, _)| *other != at).any(is_same)
}

/// The outermost row of `page` at `edge`, if it can be a running head: it is in the margin, in type up to the size
/// `largest`, short, and separated from the rest of the page.
fn edge_row(page: &FragmentPage, edge: Edge, largest: f64) -> Option<EdgeRow> {
    if edge == Edge::Top && page.width > page.height * WIDE {
        return None;
    }
    // How far inside the page a baseline is.
    let depth = |y: f64| match edge {
        Edge::Top => y,
        Edge::Bottom => page.height - y,
    };
    let outermost = page.fragments.iter().min_by(|a, b| depth(a.y).total_cmp(&depth(b.y)))?;
    let (y, size) = (outermost.y, outermost.size);
    let is_on_row = |other: f64| (other - y).abs() < SAME_ROW * size;
    let mut row: Vec<_> = page.fragments.iter().filter(|f| is_on_row(f.y)).collect();
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let others = page.fragments.iter().filter(|f| !is_on_row(f.y));
    let next = others.map(|f| depth(f.y)).fold(f64::INFINITY, f64::min);
    let size = row.iter().map(|f| f.size).fold(0.0, f64::max);
    if depth(y) > page.height * MARGIN || size > largest || next - depth(y) < GAP * size {
        return None;
    }
    let (mut text, mut numbers) = (String::new(), Vec::new());
    for fragment in row {
        match page_number(&fragment.text) {
            Some(number) => numbers.push(number),
            None => {
                text.push_str(fragment.text.trim());
                text.push(' ');
            }
        }
    }
    let is_short = text.split_whitespace().count() <= MOST_WORDS;
    let text = text.trim_end().to_owned();
    is_short.then_some(EdgeRow { y, size, text, numbers })
}
