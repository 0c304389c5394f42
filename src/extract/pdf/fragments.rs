//! Collects the text fragments of a page with their positions.
//!
//! A fragment is a run of characters of one size on one baseline without a wide gap. The content stream may show
//! them in any order; `regions` puts them into reading order.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

use super::characters::{are_words, is_mapped, push_plain};

/// A gap wider than this share of the type size is a space.
const SPACE: f64 = 0.18;
/// The minimum gap between two words, as a share of the type size. In formulas, such gaps are no spaces.
const NARROW_SPACE: f64 = 0.14;
/// A gap wider than this multiple of the type size starts a new fragment: it may separate two columns.
const GAP: f64 = 0.9;
/// Characters on one baseline deviate from it by less than this share of the type size.
const BASELINE: f64 = 0.06;
/// The minimum height of a gap at which a region is cut into blocks, as a multiple of the type size.
const BREAK: f64 = 0.6;
/// The assumed width of a character if its font has none, as a share of the type size.
const NO_WIDTH: f64 = 0.6;
/// The assumed height of a fragment above and below its baseline, as shares of the type size. [`OPERATOR_BELOW`] is the
/// height below the baseline of operators such as ∑.
const ABOVE: f64 = 0.75;
const BELOW: f64 = 0.2;
const OPERATOR_BELOW: f64 = 1.4;
/// Characters whose widths differ by less than this share of the type size have the same width.
pub(super) const SAME_PITCH: f64 = 0.004;

/// The longest run of signs before the first letter of a fragment, in bytes, if the letter's width counts.
const LONGEST_SIGNS: usize = 32;

/// A run of characters of one size on one baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PdfFragment {
    pub text: String,
    /// The position of its left end and its baseline, in points from the page's left and upper edge.
    pub x: f64,
    pub y: f64,
    /// The position of its right end.
    pub end: f64,
    /// The type size, in points.
    pub size: f64,
    /// The width of each of its letters and digits, as a share of the type size; `None` if they differ.
    pub pitch: Option<f64>,
    /// Whether its font is monospaced; [`super::code::mark`] finds this out.
    pub is_mono: bool,
}

impl PdfFragment {
    pub fn top(&self) -> f64 {
        self.y - ABOVE * self.size
    }

    /// Its lower edge. Fonts for formulas draw operators below their baseline.
    pub fn bottom(&self) -> f64 {
        let below = if self.is_operator() { OPERATOR_BELOW } else { BELOW };
        self.y + below * self.size
    }

    /// Whether it is an operator that may have limits.
    pub fn is_operator(&self) -> bool {
        is_operator(&self.text)
    }

    pub fn width(&self) -> f64 {
        self.end - self.x
    }

    /// Compares the width `pitch` of the character `shown` with that of the characters before it. Signs don't count,
    /// because listings show some of them in other fonts.
    fn add_pitch(&mut self, shown: &str, pitch: f64) {
        let is_letter = |c: char| c.is_alphanumeric();
        if !shown.contains(is_letter) {
            return;
        }
        let only_signs = self.text.len() <= LONGEST_SIGNS && !self.text.contains(is_letter);
        self.pitch = match only_signs {
            true => Some(pitch),
            false => self.pitch.filter(|other| (other - pitch).abs() < SAME_PITCH),
        };
    }
}

/// A page with its fragments.
#[derive(Clone, Debug, Default)]
pub(super) struct FragmentPage {
    /// 1-based.
    pub number: u32,
    /// In points.
    pub width: f64,
    pub height: f64,
    pub fragments: Vec<PdfFragment>,
    /// The number of characters shown, except spaces.
    pub shown: usize,
    /// The number of those that have no Unicode character.
    pub unmapped: usize,
}

/// The number of directions in which text may run on a page. A direction is the number of quarter turns
/// counter-clockwise.
const DIRECTIONS: usize = 4;

/// Collects the characters of one page.
#[derive(Default)]
pub(super) struct FragmentCollector {
    width: f64,
    height: f64,
    left: f64,
    lower: f64,
    /// The fragments of each direction, in coordinates that make this direction run to the right.
    turned: [Vec<PdfFragment>; DIRECTIONS],
    /// The direction of the last character, and its left end.
    direction: usize,
    last: f64,
    shown: usize,
    unmapped: usize,
}

impl FragmentCollector {
    /// The page `number` with the fragments of the direction that has most of the text. Text in other directions is
    /// left out: labels of axes, stamps at the margin.
    pub fn finish(self, number: u32) -> FragmentPage {
        let length = |fragments: &[PdfFragment]| -> usize {
            fragments.iter().map(|fragment| fragment.text.len()).sum()
        };
        let turns = self.turned.iter().enumerate();
        let most = turns.max_by_key(|(at, fragments)| (length(fragments), DIRECTIONS - at));
        let turn = most.map_or(0, |(at, _)| at);
        let [width, height] = match turn % 2 {
            0 => [self.width, self.height],
            _ => [self.height, self.width],
        };
        let mut turned = self.turned;
        let mut fragments = std::mem::take(&mut turned[turn]);
        fragments
            .iter_mut()
            .for_each(|fragment| fragment.text.truncate(fragment.text.trim_end().len()));
        fragments.retain(|fragment| !fragment.text.trim().is_empty());
        FragmentPage {
            number,
            width,
            height,
            fragments,
            shown: self.shown,
            unmapped: self.unmapped,
        }
    }

    /// Adds the character `shown`, `width` points wide: to the last fragment if it continues this fragment, otherwise
    /// as a new fragment.
    fn push(&mut self, shown: &str, [x, y]: [f64; 2], width: f64, size: f64) {
        let fragments = &mut self.turned[self.direction];
        let after = self.last;
        self.last = x;
        let is_operator = is_operator(shown);
        // Fonts without the lines of a drawn tree show them as no character. They indent what is behind them.
        let shown = if shown == "\u{ffff}" { " " } else { shown };
        // Some fonts report widths that are far too large, so a character may begin before the end of the last one.
        let continues = |last: &PdfFragment| {
            (y - last.y).abs() < BASELINE * size
                && (last.size - size).abs() < 0.1 * size
                && x < last.end + GAP * size
                && x > after - 0.1 * size
                && !is_operator
                && !last.is_operator()
        };
        match fragments.last_mut().filter(|last| continues(last)) {
            Some(last) => {
                let is_space = shown.trim().is_empty();
                let space = if are_words(&last.text, shown) { NARROW_SPACE } else { SPACE };
                if (is_space || x > last.end + size * space) && !last.text.ends_with(' ') {
                    last.text.push(' ');
                }
                if !is_space {
                    last.add_pitch(shown, width / size);
                    push_plain(&mut last.text, shown);
                    last.end = x + width;
                }
            }
            // A space alone says nothing, and it would extend the fragment into the gap before it.
            None if shown.trim().is_empty() => {}
            None => {
                let mut text = String::new();
                push_plain(&mut text, shown);
                let pitch = Some(width / size);
                let end = x + width;
                fragments.push(PdfFragment { text, x, y, end, size, pitch, is_mono: false });
            }
        }
    }
}

impl OutputDev for FragmentCollector {
    fn begin_page(
        &mut self,
        _: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        (self.left, self.lower) = (media.llx, media.lly);
        (self.width, self.height) = (media.urx - media.llx, media.ury - media.lly);
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        shown: &str,
    ) -> Result<(), OutputError> {
        // The type size on the page: the side of a square of the font's size after the transformation has scaled it.
        let across = (at.m11 * font_size, at.m12 * font_size);
        let up = (at.m21 * font_size, at.m22 * font_size);
        let size = (across.0 * up.1 - across.1 * up.0).abs().sqrt();
        // Rounded to tenths of a point: matrix products give slightly different sizes for the same type.
        let size = (size * 10.0).round().clamp(0.0, 10_000.0) / 10.0;
        let (x, y) = (at.m31 - self.left, at.m32 - self.lower);
        if !(x.is_finite() && y.is_finite() && size > 0.0) {
            return Ok(());
        }
        self.direction = match across {
            (x, y) if x.abs() >= y.abs() => {
                if x >= 0.0 {
                    0
                } else {
                    2
                }
            }
            (_, y) => {
                if y > 0.0 {
                    1
                } else {
                    3
                }
            }
        };
        let position = match self.direction {
            0 => [x, self.height - y],
            1 => [y, x],
            2 => [self.width - x, y],
            _ => [self.height - y, self.width - x],
        };
        if !shown.trim().is_empty() || shown.is_empty() {
            self.shown += 1;
            self.unmapped += usize::from(!shown.chars().any(is_mapped));
        }
        let width = if width > 0.0 { width } else { NO_WIDTH };
        self.push(shown, position, width * size, size);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Whether `text` is an operator that may have limits.
pub(super) fn is_operator(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| "∑∏∫⋃⋂∐⨁⨂".contains(c))
}

/// The fragments between the horizontal gaps of a region, from top to bottom.
pub(super) fn blocks(mut fragments: Vec<PdfFragment>) -> Vec<Vec<PdfFragment>> {
    let least = BREAK * type_size(&fragments);
    fragments.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let mut blocks: Vec<Vec<PdfFragment>> = Vec::new();
    let mut bottom = f64::NEG_INFINITY;
    for fragment in fragments {
        let end = fragment.bottom();
        match blocks.last_mut() {
            Some(block) if fragment.top() - bottom < least => block.push(fragment),
            _ => blocks.push(vec![fragment]),
        }
        bottom = bottom.max(end);
    }
    blocks
}

/// The type size of most of the characters; 0 without fragments.
pub(super) fn type_size(fragments: &[PdfFragment]) -> f64 {
    let mut sizes: Vec<(f64, usize)> =
        fragments.iter().map(|fragment| (fragment.size, fragment.text.len())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let groups = sizes.chunk_by(|a, b| a.0 == b.0);
    let most = groups.max_by_key(|group| group.iter().map(|(_, length)| length).sum::<usize>());
    most.and_then(|group| group.first()).map_or(0.0, |(size, _)| *size)
}

pub(super) fn left(fragments: &[PdfFragment]) -> f64 {
    fragments.iter().map(|fragment| fragment.x).fold(f64::INFINITY, f64::min)
}

pub(super) fn right(fragments: &[PdfFragment]) -> f64 {
    fragments.iter().map(|fragment| fragment.end).fold(f64::NEG_INFINITY, f64::max)
}

pub(super) fn top(fragments: &[PdfFragment]) -> f64 {
    fragments.iter().map(PdfFragment::top).fold(f64::INFINITY, f64::min)
}

pub(super) fn bottom(fragments: &[PdfFragment]) -> f64 {
    fragments.iter().map(PdfFragment::bottom).fold(f64::NEG_INFINITY, f64::max)
}
