//! Finds text that is at the same position on most pages.

use std::collections::HashMap;

use super::place::{REPEATED, SAME_POSITION, is_in_margin, slot};
use crate::extract::lines::is_number;
use crate::extract::pdf::fragments::{FragmentPage, PdfFragment};

/// Removes page numbers and repeated text from the margins. Text is repeated if it is at the same position on more than
/// a third of the pages, and on at least [`REPEATED`] pages, or on all pages of a file with several pages. Digits in it
/// are ignored. The first page keeps text in its largest type, if that is larger than `largest`: the title. A number in
/// larger type than `largest` at the top is that of a heading. O(fragments).
pub(super) fn remove(pages: &mut [FragmentPage], largest: f64) {
    let counts = counts(pages);
    let first = pages.first().map_or(0, |page| page.number);
    let of_first = pages.iter().take(1).flat_map(|page| &page.fragments);
    let title = of_first.map(|fragment| fragment.size).fold(largest, f64::max);
    for page in pages {
        let top = page.fragments.iter().map(|f| f.y).fold(f64::INFINITY, f64::min);
        let bottom = page.fragments.iter().map(|f| f.y).fold(f64::NEG_INFINITY, f64::max);
        let is_outermost = |fragment: &PdfFragment| {
            (fragment.y - top).abs() < SAME_POSITION || (fragment.y - bottom).abs() < SAME_POSITION
        };
        let is_large = |fragment: &PdfFragment| fragment.size > largest;
        let is_upper = |fragment: &PdfFragment| fragment.y < page.height / 2.0;
        let is_margin: Vec<bool> = page
            .fragments
            .iter()
            .map(|fragment| {
                is_in_margin(page, fragment)
                    && !(page.number == first && is_large(fragment) && fragment.size >= title)
                    && !(is_large(fragment) && is_upper(fragment) && is_number(&fragment.text))
                    && (counts.contains_key(&key(fragment))
                        || is_number(&fragment.text) && is_outermost(fragment))
            })
            .collect();
        let mut is_margin = is_margin.into_iter();
        page.fragments.retain(|_| !is_margin.next().unwrap_or(false));
    }
}

/// The number of pages that have each repeated text.
fn counts(pages: &[FragmentPage]) -> HashMap<(String, i64), usize> {
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
    counts
}

/// The text of `fragment` without digits, and its vertical position.
fn key(fragment: &PdfFragment) -> (String, i64) {
    let text = fragment.text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    (text.trim().to_owned(), slot(fragment.y))
}
