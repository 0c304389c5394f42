//! Removes running heads, running feet and page numbers.
//!
//! Heads change from chapter to chapter and between left and right pages, so their text alone doesn't identify them.
//! [`repeated`] finds text that is at the same position on most pages. [`edges`] finds the outermost rows of each page
//! that have a page number or the text of a neighbouring page, and then the other rows at the same position.

mod edges;
mod number;
mod place;
mod repeated;

use std::collections::HashMap;

use super::fragments::FragmentPage;

/// A running head has at most this factor of the type size of most of the text.
const LARGEST: f64 = 1.12;

/// Removes running heads, running feet and page numbers from the margins. O(fragments).
pub(super) fn clean(pages: &mut [FragmentPage]) {
    let largest = LARGEST * body_size(pages);
    repeated::remove(pages, largest);
    edges::remove(pages, largest);
}

/// The type size of most of the characters of all pages.
fn body_size(pages: &[FragmentPage]) -> f64 {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for fragment in pages.iter().flat_map(|page| &page.fragments) {
        *counts.entry(fragment.size.to_bits()).or_insert(0) += fragment.text.len();
    }
    let most = counts.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(0.0, |(size, _)| f64::from_bits(size))
}
