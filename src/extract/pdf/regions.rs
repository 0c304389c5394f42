//! Puts the fragments of a page into reading order.
//!
//! A recursive XY-cut (Nagy and Seth, 1984) with two changes. A region is first cut at the vertical gaps between its
//! columns, so that a box of a poster or a column of a paper is read as a whole; fragments that cross the gaps, such
//! as titles, divide the region into bands. Only a region without columns is cut at its horizontal gaps. A band whose
//! cells stand on common baselines is a table and is read row by row.

use super::code::{self, PagePart};
use super::formula;
use super::fragments::{PdfFragment, blocks, bottom, left, right, top, type_size};
use super::table;
use crate::extract::lines::PdfLine;

/// The minimum width of a gap between columns, as a multiple of the type size. [`RIVER_IN_LINE`] is the minimum in a
/// region of one line, where the gap may be between words or parts of a formula.
const RIVER: f64 = 0.9;
const RIVER_IN_LINE: f64 = 1.8;
/// A region of at most this height, as a multiple of the type size, is one line.
const LINE: f64 = 2.5;
/// A formula has at most this many fragments, and this many lines.
const FORMULA_FRAGMENTS: usize = 150;
const FORMULA_LINES: usize = 3;
/// The maximum depth of the recursion: pages have columns, columns have tables, tables have cells.
const DEEPEST: usize = 12;
/// A fragment wider than this share of a region is text of one column or a title, not a cell.
const WIDE: f64 = 0.55;

/// The text that crosses a gap, such as titles and abstracts, is at most this share of the text beside it.
const MOST_CROSSING: f64 = 0.6;
/// Type that is larger by this factor is a title.
const LARGER: f64 = 1.12;

/// A vertical gap between two columns, in points from the left edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct River {
    pub from: f64,
    pub to: f64,
}

impl River {
    fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

/// The lines of a page in reading order. O(n log n) for n fragments.
pub(super) fn order(fragments: Vec<PdfFragment>) -> Vec<PdfLine> {
    let mut lines = Vec::new();
    for part in code::parts(fragments) {
        match part {
            PagePart::Text(fragments) => read_region(fragments, 0, &mut lines),
            PagePart::Code(code) => lines.extend(code),
        }
    }
    lines
}

/// Appends the lines of a region to `lines`.
fn read_region(fragments: Vec<PdfFragment>, depth: usize, lines: &mut Vec<PdfLine>) {
    if fragments.is_empty() {
        return;
    }
    if depth >= DEEPEST {
        return read_leaf(fragments, lines);
    }
    if is_formula(&fragments) {
        return read_leaf(fragments, lines);
    }
    let is_line = bottom(&fragments) - top(&fragments) < LINE * type_size(&fragments);
    let rivers = rivers(&fragments, if is_line { RIVER_IN_LINE } else { RIVER });
    if !rivers.is_empty() {
        return read_bands(fragments, &rivers, depth, lines);
    }
    let blocks = blocks(fragments);
    if blocks.len() == 1 {
        return blocks.into_iter().for_each(|block| read_leaf(block, lines));
    }
    for zone in zones(blocks) {
        match zone {
            Zone::Block(block) => read_region(block, depth + 1, lines),
            Zone::Rows { rows, rivers } => read_rows(rows, &rivers, depth, lines),
        }
    }
}

/// Reads a region without columns and without gaps: a paragraph, a heading, a formula.
fn read_leaf(fragments: Vec<PdfFragment>, lines: &mut Vec<PdfLine>) {
    let column_end = right(&fragments);
    let first = lines.len();
    lines.extend(formula::lines(fragments).into_iter().map(|line| PdfLine { column_end, ..line }));
    if let Some(line) = lines.get_mut(first) {
        line.starts_block = true;
    }
}

/// Whether `fragments` are a formula without prose, whose gaps separate no columns.
fn is_formula(fragments: &[PdfFragment]) -> bool {
    if fragments.len() > FORMULA_FRAGMENTS {
        return false;
    }
    let lines = formula::lines(fragments.to_vec());
    let few = lines.len() <= FORMULA_LINES;
    few && lines.iter().any(|line| formula::is_formula(&line.text))
        && lines.iter().all(|line| !formula::has_word(&line.text))
}

/// Reads a region with `rivers`: the fragments that cross one of them divide it into bands of columns.
fn read_bands(
    mut fragments: Vec<PdfFragment>,
    rivers: &[River],
    depth: usize,
    lines: &mut Vec<PdfLine>,
) {
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut band: Vec<PdfFragment> = Vec::new();
    let mut crossing: Vec<PdfFragment> = Vec::new();
    for fragment in fragments {
        if crosses(&fragment, rivers) {
            read_band(std::mem::take(&mut band), rivers, depth, lines);
            crossing.push(fragment);
        } else {
            // A fragment on the line of a crossing one belongs to that line.
            let same_line = crossing.last().is_some_and(|last| {
                band.is_empty() && (fragment.y - last.y).abs() < 0.5 * last.size.min(fragment.size)
            });
            if same_line {
                crossing.push(fragment);
                continue;
            }
            read_region(std::mem::take(&mut crossing), depth + 1, lines);
            band.push(fragment);
        }
    }
    read_band(band, rivers, depth, lines);
    read_region(crossing, depth + 1, lines);
}

/// Reads the columns between `rivers` one after the other, or row by row if they are those of a table.
fn read_band(band: Vec<PdfFragment>, rivers: &[River], depth: usize, lines: &mut Vec<PdfLine>) {
    let (banner, band) = banner(band, rivers);
    read_region(banner, depth + 1, lines);
    if band.is_empty() {
        return;
    }
    let columns = split(band, rivers);
    if columns.iter().filter(|column| !column.is_empty()).count() > 1 && table::is_table(&columns) {
        return table::read(table::rows(columns), lines);
    }
    for column in columns {
        read_region(column, depth + 1, lines);
    }
}

/// Divides `band` into its first block and the others, if that block is in one column and in larger type than all
/// others: a subtitle that is short enough not to cross a gap. Otherwise the first part is empty.
fn banner(band: Vec<PdfFragment>, rivers: &[River]) -> (Vec<PdfFragment>, Vec<PdfFragment>) {
    let mut blocks = blocks(band);
    if blocks.len() < 2 {
        return (Vec::new(), blocks.pop().unwrap_or_default());
    }
    let others = blocks.split_off(1).concat();
    let first = blocks.pop().unwrap_or_default();
    let largest = others.iter().map(|fragment| fragment.size).fold(0.0, f64::max);
    let column = |fragment: &PdfFragment| {
        rivers.partition_point(|river| river.middle() < f64::midpoint(fragment.x, fragment.end))
    };
    let is_single = first.windows(2).all(|pair| column(&pair[0]) == column(&pair[1]));
    if is_single && type_size(&first) > largest * LARGER {
        (first, others)
    } else {
        (Vec::new(), [first, others].concat())
    }
}

/// Reads consecutive blocks that share `rivers`: row by row if they are rows of a table, otherwise column by column.
fn read_rows(
    rows: Vec<Vec<PdfFragment>>,
    rivers: &[River],
    depth: usize,
    lines: &mut Vec<PdfLine>,
) {
    let rows: Vec<_> = rows.into_iter().map(|row| split(row, rivers)).collect();
    if table::are_rows(&rows) {
        return table::read(rows.into_iter().flat_map(table::split_row).collect(), lines);
    }
    let mut columns: Vec<Vec<PdfFragment>> = vec![Vec::new(); rivers.len() + 1];
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.extend(cell));
    }
    for column in columns {
        read_region(column, depth + 1, lines);
    }
}

/// Groups the fragments by column. `rivers` are the gaps between the columns, from left to right.
fn split(fragments: Vec<PdfFragment>, rivers: &[River]) -> Vec<Vec<PdfFragment>> {
    let mut columns: Vec<Vec<PdfFragment>> = vec![Vec::new(); rivers.len() + 1];
    for fragment in fragments {
        let middle = f64::midpoint(fragment.x, fragment.end);
        columns[rivers.partition_point(|river| river.middle() < middle)].push(fragment);
    }
    columns
}

fn crosses(fragment: &PdfFragment, rivers: &[River]) -> bool {
    rivers.iter().any(|river| fragment.x < river.middle() && river.middle() < fragment.end)
}

/// The gaps between the columns of a region, from left to right; empty if it has one column.
///
/// A gap is at least `factor` times the type size wide. If no gap is empty, fragments such as titles may cross a gap,
/// but only few of them, and there must be much more text beside the gap.
fn rivers(fragments: &[PdfFragment], factor: f64) -> Vec<River> {
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

/// A part of a region: one block, or several consecutive blocks.
enum Zone {
    Block(Vec<PdfFragment>),
    /// Blocks with columns at the same positions.
    Rows {
        rows: Vec<Vec<PdfFragment>>,
        rivers: Vec<River>,
    },
}

/// Joins consecutive blocks that share their gaps between columns.
fn zones(blocks: Vec<Vec<PdfFragment>>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for block in blocks {
        let own = rivers(&block, RIVER);
        if let Some(Zone::Rows { rows, rivers: shared }) = zones.last_mut() {
            let both = common(shared, &own);
            let least = RIVER * type_size(&block);
            if both.iter().any(|river| river.to - river.from >= least)
                && both.len() + 1 >= shared.len().max(own.len())
            {
                rows.push(block);
                *shared = both;
                continue;
            }
        }
        zones.push(match own.is_empty() {
            true => Zone::Block(block),
            false => Zone::Rows { rows: vec![block], rivers: own },
        });
    }
    let is_alone = |zone: &Zone| matches!(zone, Zone::Rows { rows, .. } if rows.len() == 1);
    let single = |zone: Zone| match zone {
        Zone::Rows { mut rows, .. } => Zone::Block(rows.pop().unwrap_or_default()),
        zone => zone,
    };
    zones
        .into_iter()
        .map(|zone| if is_alone(&zone) { single(zone) } else { refined(zone) })
        .collect()
}

/// `zone` with the gaps of all its rows together, if there are more of these gaps. A single row may have fewer gaps
/// than columns, because a cell is empty.
fn refined(zone: Zone) -> Zone {
    match zone {
        Zone::Rows { rows, rivers: shared } => {
            let all = rivers(&rows.concat(), RIVER);
            let rivers = if all.len() > shared.len() { all } else { shared };
            Zone::Rows { rows, rivers }
        }
        zone => zone,
    }
}

/// The parts that are common to gaps of `a` and `b`, both ordered from left to right. O(a + b).
fn common(a: &[River], b: &[River]) -> Vec<River> {
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
