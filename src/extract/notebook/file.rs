//! The JSON of a notebook.

use serde::Deserialize;

use super::output::{OutputPiece, OutputSuccessor};

#[derive(Deserialize)]
pub(super) struct Notebook {
    #[serde(default)]
    pub cells: Vec<NotebookCell>,
    /// nbformat 3 has its cells in worksheets.
    #[serde(default)]
    pub worksheets: Vec<Worksheet>,
    #[serde(default)]
    pub metadata: serde_json::Value,
}

impl Notebook {
    pub fn into_cells(self) -> impl Iterator<Item = NotebookCell> {
        let worksheets = self.worksheets.into_iter().flat_map(|sheet| sheet.cells);
        self.cells.into_iter().chain(worksheets)
    }
}

#[derive(Deserialize)]
pub(super) struct Worksheet {
    #[serde(default)]
    pub cells: Vec<NotebookCell>,
}

#[derive(Deserialize)]
pub(super) struct NotebookCell {
    #[serde(default)]
    pub cell_type: String,
    #[serde(default, alias = "input")]
    pub source: CellText,
    /// The level of a heading cell, in nbformat 3.
    #[serde(default)]
    pub level: Option<usize>,
    #[serde(default)]
    pub outputs: Vec<CellOutput>,
    #[serde(default)]
    pub metadata: serde_json::Value,
}

impl NotebookCell {
    /// Whether the author hides the cell from readers, with a tag of Jupyter Book.
    pub fn is_hidden(&self) -> bool {
        let tags = self.metadata.get("tags").and_then(serde_json::Value::as_array);
        tags.is_some_and(|tags| tags.iter().any(|tag| tag == "remove-cell" || tag == "remove_cell"))
    }
}

#[derive(Deserialize)]
pub(super) struct CellOutput {
    #[serde(default)]
    pub output_type: String,
    /// The name of the stream, in nbformat 4.
    #[serde(default)]
    pub name: CellText,
    /// The name of the stream, in nbformat 3.
    #[serde(default)]
    pub stream: CellText,
    #[serde(default)]
    pub text: CellText,
    #[serde(default)]
    pub data: OutputData,
}

#[derive(Default, Deserialize)]
pub(super) struct OutputData {
    #[serde(default, rename = "text/plain")]
    pub plain: CellText,
    #[serde(default, rename = "text/html")]
    pub html: CellText,
    #[serde(default, rename = "text/markdown")]
    pub markdown: CellText,
    /// A progress bar or another interactive element.
    #[serde(default, rename = "application/vnd.jupyter.widget-view+json")]
    pub widget: Option<serde::de::IgnoredAny>,
}

impl CellOutput {
    /// The output as text; `None` for errors, for messages on stderr, and for interactive elements.
    pub fn piece(self) -> Option<OutputPiece> {
        let stream = self.name.text() + &self.stream.text();
        let is_error = matches!(self.output_type.as_str(), "error" | "pyerr");
        if is_error || stream == "stderr" || self.data.widget.is_some() {
            return None;
        }
        if self.output_type == "stream" {
            return Some(OutputPiece::Stream(self.text.text()));
        }
        let plain = [self.text.text(), self.data.plain.text()].concat();
        let (html, markdown) = (self.data.html.text(), self.data.markdown.text());
        Some(OutputPiece::Value { plain, html, markdown })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum CellText {
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
    pub fn text(self) -> String {
        match self {
            CellText::Lines(lines) => lines.concat(),
            CellText::Text(text) => text,
            CellText::Other(_) => String::new(),
        }
    }

    /// Whether the first line with text is a Markdown or HTML heading.
    pub fn begins_with_heading(&self) -> bool {
        let mut lines: Box<dyn Iterator<Item = &str>> = match self {
            CellText::Lines(lines) => Box::new(lines.iter().flat_map(|line| line.lines())),
            CellText::Text(text) => Box::new(text.lines()),
            CellText::Other(_) => return false,
        };
        let first = lines.find(|line| !line.trim().is_empty());
        first.is_some_and(|line| line.starts_with('#') || line.trim_start().starts_with("<h"))
    }
}

impl OutputSuccessor {
    /// What follows the output of a cell if `next` is the next cell.
    pub fn of(next: Option<&NotebookCell>) -> OutputSuccessor {
        match next {
            Some(next) if next.cell_type == "markdown" && !next.source.begins_with_heading() => {
                OutputSuccessor::Text
            }
            _ => OutputSuccessor::Other,
        }
    }
}
