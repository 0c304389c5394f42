//! The margins of a page, and positions in them.

use crate::extract::pdf::fragments::{FragmentPage, PdfFragment};

/// The share of a page's height that its upper and lower margin each take.
pub(super) const MARGIN: f64 = 0.11;
/// The vertical distance, in points, within which texts on different pages are at the same position.
pub(super) const SAME_POSITION: f64 = 6.0;
/// The minimum number of pages with a text at one position, if it isn't on all pages of the file.
pub(super) const REPEATED: usize = 3;

/// Whether `fragment` is in the upper or lower margin of `page`.
pub(super) fn is_in_margin(page: &FragmentPage, fragment: &PdfFragment) -> bool {
    fragment.y < page.height * MARGIN || fragment.y > page.height * (1.0 - MARGIN)
}

/// The vertical position `y` in units of [`SAME_POSITION`]. Positions on a page are finite and small.
pub(super) fn slot(y: f64) -> i64 {
    (y / SAME_POSITION).round() as i64
}
