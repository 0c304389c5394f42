//! Rows of HTML tables as text: each cell with the header of its column, as in Markdown.

use html5gum::{SpanBound, StartTag};

use super::attribute;
use crate::extract::limits;
use crate::extract::row::{LONGEST_HEADER, OpenRow, TableHeaders};

/// The maximum depth of nested tables. The rows of deeper tables count as rows of the table around them.
const DEEPEST: usize = 8;
/// The maximum width of a cell, in columns. A wider cell counts as this many columns.
const WIDEST: usize = 64;

/// The open tables, outermost first. The methods write the text of the rows to the string that they receive.
#[derive(Default)]
pub(super) struct TableReader {
    open: Vec<OpenTable>,
    /// The number of open tables that are nested too deeply.
    deeper: usize,
}

#[derive(Default)]
struct OpenTable {
    headers: Option<TableHeaders>,
    /// The text of the header row, until another row follows.
    header_row: Option<String>,
    has_rows: bool,
    row: Option<OpenHtmlRow>,
}

/// A row whose end tag was not read yet.
struct OpenHtmlRow {
    /// The byte offset in the text where the row starts.
    start: usize,
    /// The byte offsets in the text where its cells start.
    cells: Vec<usize>,
    /// Whether all of its cells are headers.
    is_header: bool,
    labelled: Option<OpenRow>,
}

impl TableReader {
    /// Whether the cells of the open row get the headers of their columns.
    pub fn is_labelled(&self) -> bool {
        self.open
            .last()
            .and_then(|table| table.row.as_ref())
            .is_some_and(|row| row.labelled.is_some())
    }

    pub fn start<S: SpanBound>(&mut self, tag: &StartTag<S>, text: &mut String) {
        let name: &[u8] = &tag.name;
        match name {
            b"table" if self.open.len() == DEEPEST => self.deeper += 1,
            b"table" => self.open.push(OpenTable::default()),
            b"tr" => {
                self.end_row(text);
                if let Some(table) = self.open.last_mut() {
                    let labelled = table.headers.as_ref().map(OpenRow::new);
                    table.row = Some(OpenHtmlRow {
                        start: text.len(),
                        cells: Vec::new(),
                        is_header: true,
                        labelled,
                    });
                }
            }
            b"td" | b"th" => self.cell(name, width(tag), text),
            _ => {}
        }
    }

    pub fn end(&mut self, name: &[u8], text: &mut String) {
        match name {
            b"table" if self.deeper > 0 => self.deeper -= 1,
            b"table" => {
                self.end_row(text);
                let table = self.open.pop().unwrap_or_default();
                // The text of the header row is left here only if the table has no other row.
                table.header_row.iter().for_each(|row| text.push_str(row));
            }
            b"tr" => self.end_row(text),
            _ => {}
        }
    }

    fn cell(&mut self, name: &[u8], width: usize, text: &mut String) {
        let Some(row) = self.open.last_mut().and_then(|table| table.row.as_mut()) else { return };
        row.is_header &= name == b"th";
        if let Some(labelled) = row.labelled.as_ref().filter(|_| !row.cells.is_empty()) {
            labelled.close_cell(text);
        }
        let end = text.trim_end().len().max(row.start);
        text.truncate(end);
        match &mut row.labelled {
            Some(labelled) => labelled.open_cell(text, row.start, width),
            None if !row.cells.is_empty() => text.push_str(" | "),
            None => {}
        }
        row.cells.push(text.len());
    }

    fn end_row(&mut self, text: &mut String) {
        let Some(table) = self.open.last_mut() else { return };
        let Some(row) = table.row.take() else { return };
        if let Some(labelled) = &row.labelled {
            labelled.close_cell(text);
        }
        let is_first = !std::mem::replace(&mut table.has_rows, true);
        if is_first && row.is_header && row.cells.len() > 1 && row.start <= text.len() {
            let ends = row.cells.iter().skip(1).copied().chain([text.len()]);
            let cells = row.cells.iter().zip(ends);
            let headers = cells.map(|(start, end)| {
                let header = text.get(*start..end).unwrap_or_default().trim();
                let header = header.trim_end_matches([' ', '|', ':']).replace('\n', " ");
                limits::cut(&header, LONGEST_HEADER).to_owned()
            });
            table.headers = Some(headers.collect());
            table.header_row = Some(text.split_off(row.start));
        } else if !row.cells.is_empty() {
            table.header_row = None;
        }
    }
}

/// The number of columns of a cell.
fn width<S: SpanBound>(tag: &StartTag<S>) -> usize {
    let width = attribute(tag, b"colspan").and_then(|width| width.trim().parse().ok());
    width.unwrap_or(1).clamp(1, WIDEST)
}
