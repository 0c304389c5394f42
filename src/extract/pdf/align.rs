//! Aligns code that goes on over a page border: each page's code is indented from its own leftmost line.

use std::collections::HashMap;

use crate::extract::lines::{PdfLine, PdfPage};

/// The deepest indentation that is added, in characters.
const DEEPEST: f64 = 40.0;

/// Indents the code at the top of each page like the code at the end of the page before, whose first line is further to
/// the left. Left and right pages may have different margins. O(lines).
pub(super) fn align(pages: &mut [PdfPage]) {
    let margins = [margin(pages, 0), margin(pages, 1)];
    // How far inside its page the code at the end of the last page begins.
    let mut before: Option<f64> = None;
    for page in pages {
        let margin = margins[page.number as usize % 2];
        let inside = |line: &PdfLine| line.x - margin;
        let end = page.lines.iter().position(|line| !line.is_code).unwrap_or(page.lines.len());
        let (top, rest) = page.lines.split_at_mut(end);
        if let (Some(before), Some(first)) = (before, top.first()) {
            let spaces = ((inside(first) - before) / width(top)).round().clamp(0.0, DEEPEST);
            let indent = " ".repeat(spaces as usize);
            top.iter_mut().for_each(|line| line.text.insert_str(0, &indent));
        }
        let last_run = rest.iter().rev().take_while(|line| line.is_code).last();
        before = match (last_run, top.first()) {
            (Some(line), _) => Some(inside(line)),
            // The whole page is code.
            (None, Some(first)) if rest.is_empty() => Some(before.unwrap_or_else(|| inside(first))),
            _ => None,
        };
    }
}

/// The usual left edge of the pages whose number is `parity` modulo 2, in points.
fn margin(pages: &[PdfPage], parity: u32) -> f64 {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for page in pages.iter().filter(|page| page.number % 2 == parity) {
        let left = page.lines.iter().map(|line| line.x).fold(f64::INFINITY, f64::min);
        if left.is_finite() {
            // Positions on a page are finite and small.
            *counts.entry(left.round() as i64).or_insert(0) += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(left, count)| (*count, -left));
    most.map_or(0.0, |(left, _)| left as f64)
}

/// The width of a character of the code `lines`, in points; at least 1.
fn width(lines: &[PdfLine]) -> f64 {
    let longest = lines.iter().max_by_key(|line| line.text.chars().count());
    let width =
        longest.map_or(0.0, |line| (line.end - line.x) / line.text.chars().count().max(1) as f64);
    width.max(1.0)
}
