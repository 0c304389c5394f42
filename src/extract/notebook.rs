//! Jupyter notebooks (nbformat 3 and 4). The Markdown reader reads Markdown cells; the source of code cells
//! is kept as code, followed by outputs that are short text. Most other outputs are pictures, logs and traces.
//!
//! Lenient on purpose: real files violate the schema.

use serde::Deserialize;

use super::sections::{BlockSpan, DocumentBlock, SectionBuilder, SpanUnit};
use super::{Document, DocumentKind, markdown};
use crate::problem::{Problem, Stage};

/// Longer outputs are left out.
const OUTPUT_LINES: usize = 8;
const OUTPUT_CHARS: usize = 400;

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<NotebookCell>,
    /// nbformat 3 has its cells in worksheets.
    #[serde(default)]
    worksheets: Vec<Worksheet>,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<NotebookCell>,
}

#[derive(Deserialize)]
struct NotebookCell {
    #[serde(default)]
    cell_type: String,
    #[serde(default, alias = "input")]
    source: CellText,
    /// The level of a heading cell, in nbformat 3.
    #[serde(default)]
    level: Option<usize>,
    #[serde(default)]
    outputs: Vec<CellOutput>,
}

#[derive(Deserialize)]
struct CellOutput {
    #[serde(default)]
    output_type: String,
    #[serde(default)]
    text: CellText,
    #[serde(default)]
    data: OutputData,
}

#[derive(Default, Deserialize)]
struct OutputData {
    #[serde(default, rename = "text/plain")]
    plain: CellText,
}

impl CellOutput {
    /// The output if it is short text, and not an error.
    fn text(self) -> Option<String> {
        if matches!(self.output_type.as_str(), "error" | "pyerr") {
            return None;
        }
        let text = [self.text.text(), self.data.plain.text()].concat();
        let text = text.trim();
        let is_short = text.chars().count() <= OUTPUT_CHARS && text.lines().count() <= OUTPUT_LINES;
        // Object descriptions like `<Figure size 432x288 with 1 Axes>` have no information.
        (is_short && !text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CellText {
    Lines(Vec<String>),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Default for CellText {
    fn default() -> Self {
        CellText::Text(String::new())
    }
}

impl CellText {
    fn text(self) -> String {
        match self {
            CellText::Lines(lines) => lines.concat(),
            CellText::Text(text) => text,
            CellText::Other(_) => String::new(),
        }
    }
}

/// Reads the notebook `json`. If it can't be parsed, returns `None` and adds a problem.
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
    let mut reader = markdown::MarkdownReader::new(SectionBuilder::new(SpanUnit::Cells));
    for (at, cell) in notebook.cells.into_iter().chain(worksheets).enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let text = cell.source.text();
        match cell.cell_type.as_str() {
            "markdown" => reader.markdown(&text, Some(number), problems),
            "heading" => {
                let marks = "#".repeat(cell.level.unwrap_or(1).clamp(1, 6));
                reader.markdown(&format!("{marks} {text}"), Some(number), problems);
            }
            "code" => {
                let outputs = cell.outputs.into_iter().filter_map(CellOutput::text);
                let parts: Vec<String> =
                    [text.trim_end().to_owned()].into_iter().chain(outputs).collect();
                let code = parts.join("\n").trim_start_matches('\n').to_owned();
                reader.builder.block(DocumentBlock {
                    span: BlockSpan::of(number),
                    code,
                    ..DocumentBlock::default()
                });
            }
            _ => {}
        }
    }
    let mut document = reader.finish();
    document.kind = DocumentKind::Notebook;
    Some(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn markdown_code_and_short_outputs_are_read() {
        let json = r###"{"nbformat": 4, "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "Some *text* of it."]},
            {"cell_type": "code", "source": "x = 1", "outputs": [
                {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}},
                {"output_type": "stream", "text": ["auc 0.9\n", "f1 0.8\n"]},
                {"output_type": "stream", "text": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
                {"output_type": "error", "text": "Traceback"}]},
            {"cell_type": "markdown", "source": "## Next\nmore of the same text"},
            {"cell_type": "raw", "source": null}
        ]}"###;
        let document = read(json, &mut Vec::new()).unwrap();
        assert_eq!(document.title.as_deref(), Some("Title"));
        assert_eq!(document.kind, DocumentKind::Notebook);
        let [first, second] = &document.sections[..] else { panic!("{document:#?}") };
        assert_eq!(
            (first.text.as_str(), first.code.as_str()),
            ("Some text of it.", "x = 1\nauc 0.9\nf1 0.8")
        );
        assert_eq!(first.address, Address::Cell(1));
        assert_eq!(second.headings, ["Title", "Next"]);
        assert_eq!(second.address, Address::Cell(3));
    }
}
