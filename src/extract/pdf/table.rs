//! Recognises tables by the positions of their cells and writes them row by row.

use super::formula;
use super::fragments::{PdfFragment, blocks, type_size};
use crate::extract::lines::{self, PdfLine};
use crate::extract::words::{is_cjk, words};

/// The maximum words of a cell in a table's first column, on average, and of a column header. Some checks allow one
/// word more.
const LABEL_WORDS: usize = 5;
/// A part of a table with at least this many lines in its first column may have several rows. With fewer lines, the
/// column may be one label or a fraction.
const LABEL_LINES: usize = 3;
/// Type that is larger by this factor is a title inside a box, not a cell.
const LARGER: f64 = 1.12;
/// Cells whose baselines differ by less than this share of the type size are in the same row.
const ALIGNED: f64 = 0.35;
/// The maximum words of a cell, if the table is only one row.
const SINGLE_ROW_WORDS: usize = 8;

/// The text of a cell, as fragments.
type CellFragments = Vec<PdfFragment>;

/// Whether `columns` are those of a table: the first has short labels, which stand on the baselines of the others.
pub(super) fn is_table(columns: &[CellFragments]) -> bool {
    let columns: Vec<Vec<PdfLine>> =
        columns.iter().map(|column| formula::lines(column.clone())).collect();
    let Some(first) = columns.iter().find(|column| !column.is_empty()) else { return false };
    if columns.iter().all(|column| column.len() <= 1) {
        let short = |line: &PdfLine| words(&line.text) <= SINGLE_ROW_WORDS;
        return columns.iter().flatten().all(short) && same_row(&columns);
    }
    let is_short = |column: &[PdfLine]| {
        let count: usize = column.iter().map(|line| words(&line.text)).sum();
        count <= LABEL_WORDS * column.len()
    };
    let others = || columns.iter().skip(1).flatten();
    let mut baselines: Vec<f64> = others().map(|line| line.y).collect();
    baselines.sort_by(f64::total_cmp);
    let is_aligned = |line: &&PdfLine| {
        let at = baselines.partition_point(|y| *y < line.y - ALIGNED * line.size);
        baselines.get(at).is_some_and(|y| *y < line.y + ALIGNED * line.size)
    };
    let aligned = first.iter().filter(is_aligned).count();
    is_short(first)
        && aligned * 10 >= first.len() * 7
        && !is_prose(first)
        && !is_list(first)
        && columns.iter().filter(|column| has_titles(column)).count() < 2
}

/// Whether all lines, one of each column, are on one baseline.
fn same_row(columns: &[Vec<PdfLine>]) -> bool {
    let mut lines = columns.iter().flatten();
    let Some(first) = lines.next() else { return false };
    lines.all(|line| (line.y - first.y).abs() < ALIGNED * first.size.max(line.size))
}

/// Whether many lines continue the one above them.
fn is_prose(column: &[PdfLine]) -> bool {
    let continued = column.windows(2).filter(|pair| {
        let [above, line] = pair else { return false };
        line.y - above.y < 1.6 * line.size && line.text.starts_with(char::is_lowercase)
    });
    let continued = continued.count();
    continued > 1 && continued * 4 >= column.len()
}

fn is_list(column: &[PdfLine]) -> bool {
    column.iter().filter(|line| lines::is_item(&line.text)).count() * 2 >= column.len()
}

/// Whether `column` has a line in larger type with text in smaller type below it.
fn has_titles(column: &[PdfLine]) -> bool {
    column.windows(2).any(|pair| matches!(pair, [title, text] if title.size > text.size * LARGER))
}

/// Whether `rows`, which have their columns at the same positions, are those of a table. Boxes with titles beside
/// each other are not: their titles and their texts are in different rows.
pub(super) fn are_rows(rows: &[Vec<CellFragments>]) -> bool {
    let sizes: Vec<f64> =
        rows.iter().map(|row| row.iter().map(|cell| type_size(cell)).fold(0.0, f64::max)).collect();
    if sizes.windows(2).any(|pair| matches!(pair, [above, size] if *size > above * LARGER)) {
        return false;
    }
    let lines = |cell: &CellFragments| formula::lines(cell.clone());
    let count =
        |cell: &CellFragments| -> usize { lines(cell).iter().map(|line| words(&line.text)).sum() };
    if rows.len() == 2 && rows[0].iter().all(|cell| (1..=LABEL_WORDS).contains(&count(cell))) {
        return true;
    }
    let firsts: Vec<&CellFragments> =
        rows.iter().filter_map(|row| row.first()).filter(|cell| !cell.is_empty()).collect();
    let labels: usize = firsts.iter().map(|cell| count(cell)).sum();
    let items = firsts.iter().flat_map(|cell| lines(cell)).collect::<Vec<_>>();
    labels <= (LABEL_WORDS + 1) * firsts.len() && !is_list(&items)
}

/// The rows of `row`, a part of a table between two horizontal gaps. It may contain several rows, without gaps between
/// them.
pub(super) fn split_row(row: Vec<CellFragments>) -> Vec<Vec<CellFragments>> {
    let labels = row.iter().find(|cell| !cell.is_empty());
    let lines = labels.map_or(0, |cell| formula::lines(cell.clone()).len());
    if lines >= LABEL_LINES && is_table(&row) { rows(row) } else { vec![row] }
}

/// The rows of a table with `columns`. They are divided at the horizontal gaps or, if there are far fewer gaps than
/// labels in the first column, where a label begins.
pub(super) fn rows(columns: Vec<CellFragments>) -> Vec<Vec<CellFragments>> {
    let count = columns.len();
    let labels = columns.iter().find(|column| !column.is_empty());
    let mut starts: Vec<f64> = labels.map_or_else(Vec::new, |column| {
        formula::lines(column.clone()).iter().map(|line| line.y - ALIGNED * line.size).collect()
    });
    let cells: Vec<(f64, PdfFragment)> = columns
        .iter()
        .enumerate()
        .flat_map(|(at, column)| column.iter().map(move |cell| (at as f64, cell.clone())))
        .collect();
    let gaps: Vec<f64> = blocks(cells.iter().map(|(_, cell)| cell.clone()).collect())
        .iter()
        .map(|block| block.iter().map(PdfFragment::top).fold(f64::INFINITY, f64::min))
        .collect();
    let is_by_gaps = gaps.len() > 1 && gaps.len() * 10 >= starts.len() * 6;
    let place = |fragment: &PdfFragment| if is_by_gaps { fragment.top() } else { fragment.y };
    if is_by_gaps {
        starts = gaps;
    }
    let mut rows: Vec<Vec<CellFragments>> = vec![vec![Vec::new(); count]; starts.len().max(1)];
    for (at, column) in columns.into_iter().enumerate() {
        for fragment in column {
            let row = starts.partition_point(|start| *start <= place(&fragment) + 0.01);
            rows[row.saturating_sub(1)][at].push(fragment);
        }
    }
    rows
}

/// Appends the rows of a table to `lines`. Each cell has its column header before it if the table has headers; a
/// table of two columns pairs a term with its definition.
pub(super) fn read(rows: Vec<Vec<CellFragments>>, lines: &mut Vec<PdfLine>) {
    let mut table: Vec<TableRow> = rows.into_iter().filter_map(TableRow::new).collect();
    merge_continued(&mut table);
    let texts = written(&table);
    let first = lines.len();
    lines.extend(texts.into_iter().map(|(row, text)| PdfLine {
        text,
        is_row: true,
        ..table[row].line.clone()
    }));
    if let Some(line) = lines.get_mut(first) {
        line.starts_block = true;
    }
}

/// A row of a table.
struct TableRow {
    /// The texts of its cells; empty for columns without one.
    cells: Vec<String>,
    /// The first line of its first cell with text, for the row's position.
    line: PdfLine,
}

impl TableRow {
    fn new(cells: Vec<CellFragments>) -> Option<TableRow> {
        let cells: Vec<Vec<PdfLine>> = cells.into_iter().map(formula::lines).collect();
        let line = cells.iter().flatten().next()?.clone();
        let text = |lines: &Vec<PdfLine>| {
            let mut text = String::new();
            lines.iter().for_each(|line| lines::join(&mut text, &line.text));
            text
        };
        Some(TableRow { cells: cells.iter().map(text).collect(), line })
    }

    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }
}

/// In a table of two columns, appends a row without a label to the row above it, because it continues the definition.
fn merge_continued(table: &mut Vec<TableRow>) {
    let mut merged: Vec<TableRow> = Vec::new();
    for row in table.drain(..) {
        match merged.last_mut() {
            Some(above)
                if row.cells.len() == 2
                    && row.cells[0].is_empty()
                    && !above.cells[0].is_empty() =>
            {
                lines::join(&mut above.cells[1], &row.cells[1]);
            }
            _ => merged.push(row),
        }
    }
    *table = merged;
}

/// The text of each line of the table, with the index of its row.
fn written(table: &[TableRow]) -> Vec<(usize, String)> {
    let is_label = |cell: &String| (1..=LABEL_WORDS + 1).contains(&words(cell));
    let is_head = |cell: &String| is_label(cell) && is_name(cell);
    let mark = shared_mark(table);
    let Some((head, body)) = table.split_first() else { return Vec::new() };
    let columns = head.cells.len();
    let stub = head.cells.first().is_some_and(String::is_empty);
    let has_heads = head.cells.iter().skip(usize::from(stub)).all(is_head);
    if let [row] = body
        && has_heads
        && !stub
        && columns == row.filled()
    {
        let pairs = head.cells.iter().zip(&row.cells);
        return pairs.map(|(head, cell)| (1, format!("{head}: {cell}"))).collect();
    }
    if columns > 2 && has_heads && !body.is_empty() {
        let rows = body.iter().enumerate();
        return rows.map(|(at, row)| (at + 1, with_heads(&head.cells, &row.cells))).collect();
    }
    let plain = |row: &TableRow| match &row.cells[..] {
        [term, definition] if mark.as_ref() == Some(term) => format!("- {definition}"),
        [term, definition] if is_number(term) => format!("{term} {definition}"),
        [term, definition] if is_label(term) && !definition.is_empty() => {
            format!("{}: {definition}", term.trim_end_matches(':'))
        }
        cells => {
            let filled: Vec<&str> =
                cells.iter().filter(|cell| !cell.is_empty()).map(String::as_str).collect();
            filled.join(" | ")
        }
    };
    table.iter().enumerate().map(|(at, row)| (at, plain(row))).collect()
}

/// Whether `cell` names something: it isn't only a number, a letter or a key of a keyboard.
fn is_name(cell: &str) -> bool {
    cell.chars().filter(|c| c.is_alphabetic()).count() > 1 || cell.chars().any(is_cjk)
}

/// Whether `cell` is the number of an item, or only a number.
fn is_number(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit() || ".,()-−%".contains(c))
}

/// The single character that each row of a table with two columns begins with: an icon that a symbol font shows as
/// this character.
fn shared_mark(table: &[TableRow]) -> Option<String> {
    let mark = table.first()?.cells.first()?;
    let is_shared = |row: &TableRow| row.cells.len() == 2 && row.cells[0] == *mark;
    let is_single = mark.chars().nth(1).is_none() && !mark.is_empty();
    (is_single && table.len() > 1 && table.iter().all(is_shared)).then(|| mark.clone())
}

/// A row with its column headers: `Metric: recall; Formula: TP/(TP + FN)`. If the first column has no header, its
/// cell names the row: `Goal – Model A: speed; Model B: size`.
fn with_heads(heads: &[String], cells: &[String]) -> String {
    let mut parts = Vec::new();
    let mut label = String::new();
    for (head, cell) in heads.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        match head.is_empty() {
            true => label = format!("{cell} – "),
            false => parts.push(format!("{head}: {cell}")),
        }
    }
    format!("{label}{}", parts.join("; "))
}
