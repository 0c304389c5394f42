//! Table rows as text: each cell with the header of its column, so that a row can be understood alone.

use std::rc::Rc;

/// The maximum characters of a header. Longer headers are truncated, because each cell of the column repeats the
/// header.
pub(in crate::extract) const LONGEST_HEADER: usize = 60;

/// The cells of `line` without their headers, if `line` is a row in the form that [`OpenRow`] writes. It has at least
/// two cells, and all of them have a header, except perhaps the first. A sentence may have the same form by chance; the
/// result is then not `None` either. O(length).
pub fn labelled_cells(line: &str) -> Option<Vec<&str>> {
    let mut cells = Vec::new();
    for cell in line.split("; ") {
        let header =
            cell.split_once(": ").filter(|(header, _)| header.chars().count() <= LONGEST_HEADER);
        match header {
            Some((_, content)) => cells.push(content),
            None if cells.is_empty() => cells.push(cell),
            None => return None,
        }
    }
    (cells.len() > 1).then_some(cells)
}

/// The headers of the columns of a table.
pub(in crate::extract) type TableHeaders = Rc<[String]>;

/// A row that is being rendered.
pub(in crate::extract) struct OpenRow {
    headers: TableHeaders,
    /// The index of the column of the next cell.
    next: usize,
    /// The length of the text in bytes before the separator and the header of the open cell.
    before: usize,
    /// The length of the text in bytes after the header of the open cell.
    after: usize,
}

impl OpenRow {
    pub fn new(headers: &TableHeaders) -> OpenRow {
        OpenRow { headers: Rc::clone(headers), next: 0, before: 0, after: 0 }
    }

    /// Writes the separator and the header of the next cell, which is `width` columns wide. The row begins at the byte
    /// `start` of `text`.
    pub fn open_cell(&mut self, text: &mut String, start: usize, width: usize) {
        self.before = text.len();
        if text.len() > start {
            let is_ended = text.ends_with(['.', ';', '!', '?', ',']);
            text.push_str(if is_ended { " " } else { "; " });
        }
        if let Some(header) = self.headers.get(self.next).filter(|header| !header.is_empty()) {
            text.push_str(header);
            text.push_str(": ");
        }
        self.next += width;
        self.after = text.len();
    }

    /// Removes the separator and the header of the open cell if the cell is empty.
    pub fn close_cell(&self, text: &mut String) {
        if text.len() == self.after {
            text.truncate(self.before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::labelled_cells;

    #[test]
    fn the_cells_of_a_row_are_found_without_their_headers() {
        let row = "Company: Parcel Works; Title: Routes: a plan; Year: 2024";
        assert_eq!(labelled_cells(row).unwrap(), ["Parcel Works", "Routes: a plan", "2024"]);
        assert_eq!(labelled_cells("Parcel Works; Year: 2024").unwrap(), ["Parcel Works", "2024"]);
        for prose in ["One; two: three; four.", "A note: it is prose.", "First; second; third"] {
            assert_eq!(labelled_cells(prose), None, "{prose}");
        }
    }
}
