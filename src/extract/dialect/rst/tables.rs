//! Converts grid tables and simple tables to Markdown tables.
//!
//! A Markdown table has one line per row and one delimiter line after the first row. So the rows move up: they are
//! written from the table's second line on, and its other lines become blank. The text of a spanning cell is written to
//! the first cell that it covers. Malformed tables stay text.

use super::blocks::BlockConverter;
use super::inline;
use super::lines::RstLines;

/// The maximum number of columns. A wider table stays text: Markdown parsers add empty cells to short rows, so the
/// table could have far more cells than the file has text.
const WIDEST: usize = 64;
/// In a table inside this many other tables, only the inline markup of the cells is converted, not their blocks.
const DEEPEST: usize = 3;

/// The cells of a row, each as its lines.
type TableRow = Vec<Vec<String>>;

/// A reStructuredText table, before its cells are converted.
struct SourceTable {
    rows: Vec<TableRow>,
    /// The index of the line after the table.
    end: usize,
}

impl BlockConverter<'_> {
    /// Writes the table that starts in column `col` of line `i`, if there is one. Returns the next line to read.
    pub(super) fn table(&mut self, i: usize, col: usize) -> Option<usize> {
        let SourceTable { rows, end } = self.grid(i, col).or_else(|| self.simple(i, col))?;
        let rows: Vec<Vec<String>> = rows.iter().map(|row| self.cells(row)).collect();
        let rows = rows.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty()));
        for (offset, row) in rows.enumerate() {
            let line = format!("| {} |", row.join(" | "));
            self.put(if offset == 0 { i + 1 } else { i + 2 + offset }, &line);
            if offset == 0 {
                self.put(i + 2, &format!("|{}", "---|".repeat(row.len())));
            }
        }
        Some(end)
    }

    fn cells(&mut self, row: &[Vec<String>]) -> Vec<String> {
        row.iter().map(|cell| self.cell(cell)).collect()
    }

    /// Converts the blocks of a cell and joins them on one line.
    fn cell(&mut self, cell: &[String]) -> String {
        let shared = cell.iter().filter(|line| !line.is_empty());
        let shared = shared.map(|line| line.len() - line.trim_start_matches(' ').len()).min();
        let cell = cell.iter().map(|line| line.get(shared.unwrap_or(0)..).unwrap_or("").to_owned());
        let lines: Vec<String> = if self.depth < DEEPEST {
            let lines = RstLines::new(cell.collect());
            BlockConverter::new(&lines, self.names, self.depth + 1).run()
        } else {
            let text = inline::convert(&cell.collect::<Vec<_>>().join("\n"), self.names);
            text.split('\n').map(str::to_owned).collect()
        };
        let lines = lines.iter().map(|line| line.trim());
        let lines: Vec<&str> =
            lines.filter(|line| !line.is_empty() && !line.starts_with("```")).collect();
        barless(&lines.join(" "))
    }

    /// The grid table at line `i`.
    fn grid(&self, i: usize, col: usize) -> Option<SourceTable> {
        let lines = self.lines;
        if !border(lines.from(i, col)) {
            return None;
        }
        let mut end = i + 1;
        while lines.indent(end) == col && lines.from(end, col).starts_with(['|', '+']) {
            end += 1;
        }
        let drawn: Vec<Vec<char>> = (i..end).map(|j| columns(lines.from(j, col))).collect();
        let mut bounds: Vec<bool> = Vec::new();
        for (line, j) in drawn.iter().zip(i..).filter(|(_, j)| border(lines.from(*j, col))) {
            bounds.resize(bounds.len().max(line.len()), false);
            for (bound, c) in bounds.iter_mut().zip(line) {
                *bound |= *c == '+';
            }
            // A table ends with its last border.
            end = j + 1;
        }
        let width = bounds.iter().filter(|bound| **bound).count().saturating_sub(1);
        if end < i + 3 || width == 0 || width > WIDEST {
            return None;
        }
        let mut rows = TableRows::default();
        for line in drawn.iter().take(end - i) {
            rows.add(grid_line(line, &bounds, width), width);
        }
        Some(SourceTable { rows: rows.finish(), end })
    }

    /// The simple table at line `i`.
    fn simple(&self, i: usize, col: usize) -> Option<SourceTable> {
        let lines = self.lines;
        let top = lines.from(i, col);
        let rule = |j: usize| lines.indent(j) == col && ruled(lines.from(j, col), '=');
        if !ruled(top, '=') || !top.contains(' ') || lines.blank(i + 1) {
            return None;
        }
        let below = std::iter::successors(Some(i), |j| Some(lines.filled(j + 1))).skip(1);
        let below = below.take_while(|&j| j < lines.len() && lines.indent(j) >= col);
        let mut rules = below.filter(|j| rule(*j));
        let second = rules.next()?;
        // A rule followed by a blank line is the last one.
        let third = if lines.blank(second + 1) { None } else { rules.next() };
        let (head, last) = third.map_or((i, second), |third| (second, third));
        let starts: Vec<usize> = starts(top);
        if starts.len() > WIDEST {
            return None;
        }
        let mut rows = TableRows::default();
        for j in i + 1..last {
            let line = lines.from(j, col);
            if j == head || line.is_empty() || ruled(line, '-') {
                rows.close_if(j == head);
                continue;
            }
            let cells = simple_line(&columns(line), &starts);
            // A line that leaves the first column empty continues the row above.
            rows.close_if(j > head && cells.first().is_some_and(|cell| !cell.trim().is_empty()));
            rows.extend(cells);
        }
        Some(SourceTable { rows: rows.finish(), end: last + 1 })
    }
}

/// A line of a grid table.
struct GridLine {
    cells: Vec<GridCell>,
    /// Whether at least one of its cells is part of a border.
    is_border: bool,
}

/// The part of a cell on one line of a grid table.
struct GridCell {
    /// Index of its column.
    column: usize,
    text: String,
}

/// Collects rows, line by line.
#[derive(Default)]
struct TableRows {
    done: Vec<TableRow>,
    row: TableRow,
}

impl TableRows {
    /// Adds a line of a grid with `width` columns. A border ends the row.
    fn add(&mut self, line: GridLine, width: usize) {
        for GridCell { column, text } in line.cells {
            if self.row.len() <= column {
                self.row.resize(width.max(column + 1), Vec::new());
            }
            if let Some(cell) = self.row.get_mut(column) {
                cell.push(text);
            }
        }
        self.close_if(line.is_border);
    }

    fn extend(&mut self, cells: Vec<String>) {
        if self.row.is_empty() {
            self.row = vec![Vec::new(); cells.len()];
        }
        for (cell, text) in self.row.iter_mut().zip(cells) {
            cell.push(text);
        }
    }

    fn close_if(&mut self, closed: bool) {
        if closed && !self.row.is_empty() {
            self.done.push(std::mem::take(&mut self.row));
        }
    }

    fn finish(mut self) -> Vec<TableRow> {
        self.close_if(true);
        self.done
    }
}

/// Whether the whole of `line` is a border of a grid.
fn border(line: &str) -> bool {
    let drawn = line.bytes().all(|b| b"+-=".contains(&b));
    drawn && line.len() > 2 && line.starts_with('+') && line.ends_with('+')
}

/// Whether `line` consists of runs of `mark`, separated by spaces.
fn ruled(line: &str, mark: char) -> bool {
    line.starts_with(mark) && line.chars().all(|c| c == mark || c == ' ')
}

/// The columns where the runs of a rule start.
fn starts(rule: &str) -> Vec<usize> {
    let mut before = b' ';
    let runs = rule.bytes().enumerate().filter(|(_, b)| {
        let start = *b != b' ' && before == b' ';
        before = *b;
        start
    });
    runs.map(|(at, _)| at).collect()
}

/// The characters of `line`, one per column. A wide character takes two columns; the second one contains `\0`.
fn columns(line: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(line.len());
    for c in line.chars() {
        out.push(c);
        if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}')
        {
            out.push('\0');
        }
    }
    out
}

/// The text of the characters `columns`, without the placeholders of wide characters and without trailing space.
fn text(columns: &[char]) -> String {
    let text: String = columns.iter().filter(|c| **c != '\0').collect();
    text.trim_end().to_owned()
}

/// Splits a line of a grid at the cell edges. `bounds` states for each character column whether a border has an edge
/// (`+`) there; `width` is the number of columns of the table.
fn grid_line(line: &[char], bounds: &[bool], width: usize) -> GridLine {
    let mut cells = Vec::new();
    let (mut bordered, mut start, mut at, mut bound) = (false, 0, 0, 0);
    for (column, c) in line.iter().enumerate() {
        let edge = bounds.get(column).copied().unwrap_or(false);
        let last = column + 1 == line.len();
        if !(edge && "|+".contains(*c) || last) {
            bound += usize::from(edge);
            continue;
        }
        let stop = if last && !"|+".contains(*c) { column + 1 } else { column };
        let part = line.get(start..stop).unwrap_or(&[]);
        let drawn = !part.is_empty() && part.iter().all(|c| "-=".contains(*c));
        bordered |= drawn;
        let cell = text(part);
        if !(drawn || cell.is_empty() && start == 0) {
            cells.push(GridCell { column: usize::min(at, width - 1), text: cell });
        }
        // The index of the cell that starts here is the number of bounds to the left of its left border.
        at = bound;
        bound += usize::from(edge);
        start = column + 1;
    }
    GridLine { cells, is_border: bordered }
}

/// The cells of a line of a simple table. A word that extends past the start of a column isn't cut: it belongs to the
/// cell in which it starts.
fn simple_line(line: &[char], starts: &[usize]) -> Vec<String> {
    let mut cuts = Vec::with_capacity(starts.len() + 1);
    let mut cut = 0;
    for start in starts {
        cut = line.len().min(cut.max(*start));
        let mark = |at: usize| line.get(at).is_some_and(|c| *c != ' ');
        while cut > 0 && mark(cut - 1) && mark(cut) {
            cut += 1;
        }
        cuts.push(cut);
    }
    let ends = cuts.iter().skip(1).copied().chain([line.len()]);
    let cells = cuts.iter().zip(ends).map(|(from, to)| text(line.get(*from..to).unwrap_or(&[])));
    cells.collect()
}

/// `cell` with its bars escaped: a bar would end a cell even in code.
fn barless(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in cell.chars() {
        if c == '|' && !out.ends_with('\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
