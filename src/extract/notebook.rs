//! Jupyter notebooks (nbformat 3 and 4): Markdown cells by the Markdown reader, code cells' source
//! as code. Outputs are never read: they are pictures, mostly.
//!
//! Lenient on purpose: real files break the schema.

use serde::Deserialize;

use super::sections::{Builder, Piece, Unit};
use super::{Document, Kind, markdown};
use crate::problem::{Problem, Stage};

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<Cell>,
    /// nbformat 3 kept its cells in worksheets.
    #[serde(default)]
    worksheets: Vec<Worksheet>,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(default)]
    cell_type: String,
    #[serde(default, alias = "input")]
    source: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Lines(Vec<String>),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Default for Source {
    fn default() -> Self {
        Source::Text(String::new())
    }
}

impl Source {
    fn text(self) -> String {
        match self {
            Source::Lines(lines) => lines.concat(),
            Source::Text(text) => text,
            Source::Other(_) => String::new(),
        }
    }
}

/// The document that the notebook `json` is; a problem if it is no JSON.
pub(super) fn read(json: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let notebook: Notebook = match serde_json::from_str(json) {
        Ok(notebook) => notebook,
        Err(error) => {
            let problem = Problem::new(Stage::Extract, format!("no notebook: {error}"))
                .hint("the file is broken at its source");
            problems.push(problem);
            return None;
        }
    };
    let worksheets = notebook.worksheets.into_iter().flat_map(|sheet| sheet.cells);
    let mut reader = markdown::Reader::new(Builder::new(Unit::Cells));
    for (at, cell) in notebook.cells.into_iter().chain(worksheets).enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let text = cell.source.text();
        match cell.cell_type.as_str() {
            "markdown" => reader.markdown(&text, Some(number), problems),
            "code" => reader.builder.piece(Piece {
                at: (number, number),
                code: text.trim_end().to_owned(),
                ..Piece::default()
            }),
            _ => {}
        }
    }
    let mut document = reader.finish();
    document.kind = Kind::Notebook;
    Some(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn markdown_and_code_are_read_and_outputs_are_not() {
        let json = r###"{"nbformat": 4, "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "Some *text*."]},
            {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "iVBOR"}}]},
            {"cell_type": "markdown", "source": "## Next\nmore"},
            {"cell_type": "raw", "source": null}
        ]}"###;
        let document = read(json, &mut Vec::new()).unwrap();
        assert_eq!(document.title.as_deref(), Some("Title"));
        assert_eq!(document.kind, Kind::Notebook);
        let [first, second] = &document.sections[..] else { panic!("{document:#?}") };
        assert_eq!((first.text.as_str(), first.code.as_str()), ("Some text.", "x = 1"));
        assert_eq!(first.address, Address::Cell(1));
        assert_eq!(second.headings, ["Title", "Next"]);
        assert_eq!(second.address, Address::Cell(3));
    }
}
