//! Puts the fragments of a page into reading order.
//!
//! A recursive XY-cut (Nagy and Seth, 1984) with two changes. A region is first cut at the vertical gaps between its
//! columns, so that a box of a poster or a column of a paper is read as a whole; fragments that cross the gaps, such
//! as titles, divide the region into bands. Only a region without columns is cut at its horizontal gaps. A band whose
//! cells stand on common baselines is a table and is read row by row.

use super::code::{self, PagePart};
use super::formula;
use super::fragments::{PdfFragment, blocks, bottom, right, top, type_size};
use super::rivers::{RIVER, RIVER_IN_LINE, River, rivers};
use super::table;
use super::zones::{Zone, zones};
use crate::extract::lines::PdfLine;

/// A region of at most this height, as a multiple of the type size, is one line.
const LINE: f64 = 2.5;
/// A formula has at most this many fragments, and this many lines.
const FORMULA_FRAGMENTS: usize = 150;
const FORMULA_LINES: usize = 3;
/// The maximum depth of the recursion: pages have columns, columns have tables, tables have cells.
const DEEPEST: usize = 12;

/// Type that is larger by this factor is a title.
const LARGER: f64 = 1.12;

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
