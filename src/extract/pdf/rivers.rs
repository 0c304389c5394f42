//! Finds the vertical gaps between the columns of a region.

use super::fragments::{PdfFragment, left, right, type_size};

/// The minimum width of a gap between columns, as a multiple of the type size. [`RIVER_IN_LINE`] is the minimum in a
/// region of one line, where the gap may be between words or parts of a formula.
pub(super) const RIVER: f64 = 0.9;
pub(super) const RIVER_IN_LINE: f64 = 1.8;
/// A fragment wider than this share of a region is text of one column or a title, not a cell.
const WIDE: f64 = 0.55;
/// The text that crosses a gap, such as titles and abstracts, is at most this share of the text beside it.
const MOST_CROSSING: f64 = 0.6;

/// A vertical gap between two columns, in points from the left edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct River {
    pub from: f64,
    pub to: f64,
}

impl River {
    pub fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

/// The gaps between the columns of a region, from left to right; empty if it has one column.
///
/// A gap is at least `factor` times the type size wide. If no gap is empty, fragments such as titles may cross a gap,
/// but only few of them, and there must be much more text beside the gap.
pub(super) fn rivers(fragments: &[PdfFragment], factor: f64) -> Vec<River> {
    let least = factor * type_size(fragments);
    let fits = |river: &River| river.to - river.from >= least && is_between(*river, fragments);
    let all: Vec<&PdfFragment> = fragments.iter().collect();
    let empty: Vec<River> = gaps(&all, 0).into_iter().filter(fits).collect();
    if !empty.is_empty() {
        return empty;
    }
    let region = right(fragments) - left(fragments);
    let narrow: Vec<&PdfFragment> =
        all.into_iter().filter(|fragment| fragment.width() < WIDE * region).collect();
    let of_narrow: f64 = narrow.iter().map(|fragment| fragment.width()).sum();
    let of_all: f64 = fragments.iter().map(PdfFragment::width).sum();
    if narrow.len() < 2 || of_all - of_narrow > MOST_CROSSING * of_narrow {
        return Vec::new();
    }
    let allowed = [0, 1, 2, 4].into_iter().filter(|most| *most == 0 || most * 10 <= narrow.len());
    let mut found = allowed.map(|most| gaps(&narrow, most).into_iter().filter(fits).collect());
    found.find(|rivers: &Vec<River>| !rivers.is_empty()).unwrap_or_default()
}

/// The ranges between the left and right end of `fragments` that at most `most` of them cover.
fn gaps(fragments: &[&PdfFragment], most: usize) -> Vec<River> {
    let mut ends: Vec<(f64, bool)> =
        fragments.iter().flat_map(|fragment| [(fragment.x, true), (fragment.end, false)]).collect();
    // At the same position the ends come after the starts, so that touching fragments leave no gap.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut covered = 0_usize;
    let mut open: Option<f64> = None;
    let mut gaps = Vec::new();
    for (x, starts) in ends {
        match starts {
            true => covered += 1,
            false => covered = covered.saturating_sub(1),
        }
        match open {
            Some(from) if starts && covered > most => {
                gaps.push(River { from, to: x });
                open = None;
            }
            None if !starts && covered <= most => open = Some(x),
            _ => {}
        }
    }
    gaps
}

/// Whether there is text on both sides of `river` at the same heights, and much more than text that crosses `river`.
fn is_between(river: River, fragments: &[PdfFragment]) -> bool {
    let middle = river.middle();
    let [mut before, mut after] = [Extent::default(), Extent::default()];
    let mut crossing = 0.0;
    for fragment in fragments {
        if fragment.end <= middle {
            before.add(fragment);
        } else if fragment.x >= middle {
            after.add(fragment);
        } else {
            crossing += fragment.width();
        }
    }
    let beside = before.to.min(after.to) - before.from.max(after.from);
    beside > 0.0 && before.width + after.width > crossing / MOST_CROSSING
}

/// The vertical extent of some fragments, and the sum of their widths.
struct Extent {
    from: f64,
    to: f64,
    width: f64,
}

impl Default for Extent {
    fn default() -> Self {
        Extent { from: f64::INFINITY, to: f64::NEG_INFINITY, width: 0.0 }
    }
}

impl Extent {
    fn add(&mut self, fragment: &PdfFragment) {
        self.from = self.from.min(fragment.top());
        self.to = self.to.max(fragment.bottom());
        self.width += fragment.width();
    }
}

/// The parts that are common to gaps of `a` and `b`, both ordered from left to right. O(a + b).
pub(super) fn common(a: &[River], b: &[River]) -> Vec<River> {
    let (mut at, mut other) = (0, 0);
    let mut common = Vec::new();
    while let (Some(one), Some(two)) = (a.get(at), b.get(other)) {
        let both = River { from: one.from.max(two.from), to: one.to.min(two.to) };
        if both.from < both.to {
            common.push(both);
        }
        if one.to < two.to { at += 1 } else { other += 1 }
    }
    common
}
