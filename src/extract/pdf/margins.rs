//! Removes running heads, running feet and page numbers.

use std::collections::HashMap;

use super::fragments::{FragmentPage, PdfFragment};
use crate::extract::lines::is_number;

/// The share of a page's height that its upper and lower margin each take.
const MARGIN: f64 = 0.11;
/// The vertical distance, in points, within which texts on different pages are at the same position.
const SAME_POSITION: f64 = 6.0;
/// The minimum number of pages with a text at one position, if it isn't on all pages of the file.
const REPEATED: usize = 3;

/// Removes page numbers and repeated text from the margins. Text is repeated if it is at the same position on more than
/// a third of the pages, and on at least [`REPEATED`] pages, or on all pages of a file with several pages. Digits in it
/// are ignored. O(fragments).
pub(super) fn clean(pages: &mut [FragmentPage]) {
    let mut counts: HashMap<(String, i64), usize> = HashMap::new();
    for page in pages.iter() {
        let in_margin = page.fragments.iter().filter(|fragment| is_in_margin(page, fragment));
        let mut seen: Vec<(String, i64)> = in_margin.map(key).collect();
        seen.sort();
        seen.dedup();
        for key in seen {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    let all = pages.len();
    counts.retain(|_, count| {
        (*count >= REPEATED && *count * 3 > all) || (*count >= 2 && *count == all)
    });
    for page in pages {
        let top = page.fragments.iter().map(|f| f.y).fold(f64::INFINITY, f64::min);
        let bottom = page.fragments.iter().map(|f| f.y).fold(f64::NEG_INFINITY, f64::max);
        let is_outermost = |fragment: &PdfFragment| {
            (fragment.y - top).abs() < SAME_POSITION || (fragment.y - bottom).abs() < SAME_POSITION
        };
        let is_margin: Vec<bool> = page
            .fragments
            .iter()
            .map(|fragment| {
                is_in_margin(page, fragment)
                    && (counts.contains_key(&key(fragment))
                        || is_number(&fragment.text) && is_outermost(fragment))
            })
            .collect();
        let mut is_margin = is_margin.into_iter();
        page.fragments.retain(|_| !is_margin.next().unwrap_or(false));
    }
}

fn is_in_margin(page: &FragmentPage, fragment: &PdfFragment) -> bool {
    fragment.y < page.height * MARGIN || fragment.y > page.height * (1.0 - MARGIN)
}

/// The text of `fragment` without digits, and its vertical position.
fn key(fragment: &PdfFragment) -> (String, i64) {
    let text = fragment.text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    // Positions on a page are finite and small.
    (text.trim().to_owned(), (fragment.y / SAME_POSITION).round() as i64)
}
