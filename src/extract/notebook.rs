//! Jupyter notebooks (nbformat 3 and 4). The Markdown reader reads the Markdown cells. The source of a code cell is
//! kept as code, followed by those of its outputs that help readers ([`output`], [`table`]). Sections that only install
//! and import packages are left out ([`setup`]).
//!
//! Lenient on purpose: real files violate the schema.

use serde::Deserialize;

use super::sections::{BlockSpan, DocumentBlock, SectionBuilder, SpanUnit};
use super::{Document, DocumentKind, dialect, markdown};
use crate::problem::{Problem, Stage};

mod output;
mod setup;
mod table;

use output::{OutputPiece, OutputSuccessor};

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
    #[serde(default)]
    metadata: serde_json::Value,
}

impl NotebookCell {
    /// Whether the author hides the cell from readers, with a tag of Jupyter Book.
    fn is_hidden(&self) -> bool {
        let tags = self.metadata.get("tags").and_then(serde_json::Value::as_array);
        tags.is_some_and(|tags| tags.iter().any(|tag| tag == "remove-cell" || tag == "remove_cell"))
    }
}

#[derive(Deserialize)]
struct CellOutput {
    #[serde(default)]
    output_type: String,
    /// The name of the stream, in nbformat 4.
    #[serde(default)]
    name: CellText,
    /// The name of the stream, in nbformat 3.
    #[serde(default)]
    stream: CellText,
    #[serde(default)]
    text: CellText,
    #[serde(default)]
    data: OutputData,
}

#[derive(Default, Deserialize)]
struct OutputData {
    #[serde(default, rename = "text/plain")]
    plain: CellText,
    #[serde(default, rename = "text/html")]
    html: CellText,
    #[serde(default, rename = "text/markdown")]
    markdown: CellText,
    /// A progress bar or another interactive element.
    #[serde(default, rename = "application/vnd.jupyter.widget-view+json")]
    widget: Option<serde::de::IgnoredAny>,
}

impl CellOutput {
    /// The output as text; `None` for errors, for messages on stderr, and for interactive elements.
    fn piece(self) -> Option<OutputPiece> {
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

    /// Whether the first line with text is a Markdown or HTML heading.
    fn begins_with_heading(&self) -> bool {
        let mut lines: Box<dyn Iterator<Item = &str>> = match self {
            CellText::Lines(lines) => Box::new(lines.iter().flat_map(|line| line.lines())),
            CellText::Text(text) => Box::new(text.lines()),
            CellText::Other(_) => return false,
        };
        let first = lines.find(|line| !line.trim().is_empty());
        first.is_some_and(|line| line.starts_with('#') || line.trim_start().starts_with("<h"))
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
    let mut cells = notebook.cells.into_iter().chain(worksheets).enumerate().peekable();
    while let Some((at, cell)) = cells.next() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        if cell.is_hidden() {
            continue;
        }
        match cell.cell_type.as_str() {
            "markdown" => {
                let text = cell.source.text();
                let text = dialect::plain(&text, "md");
                reader.markdown(&text, Some(number), problems);
            }
            "heading" => {
                let marks = "#".repeat(cell.level.unwrap_or(1).clamp(1, 6));
                let text = cell.source.text();
                reader.markdown(&format!("{marks} {text}"), Some(number), problems);
            }
            "code" => {
                let next = cells.peek().map(|(_, next)| next);
                reader.builder.block(DocumentBlock {
                    span: BlockSpan::of(number),
                    code: code_with_output(cell, OutputSuccessor::of(next)),
                    ..DocumentBlock::default()
                });
            }
            _ => {}
        }
    }
    let mut document = reader.finish();
    document.kind = DocumentKind::Notebook;
    document.sections.retain(|section| !setup::is_setup(section));
    Some(document)
}

/// The source of the code cell `cell`, followed by the line `Output:` and those outputs that help readers, if there are
/// any. Empty if the cell has no source.
fn code_with_output(cell: NotebookCell, next: OutputSuccessor) -> String {
    let source = cell.source.text();
    let code = source.trim_end().trim_start_matches('\n');
    let pieces = cell.outputs.into_iter().filter_map(CellOutput::piece).collect();
    match output::readable(pieces, next) {
        Some(output) if !code.is_empty() => format!("{code}\nOutput:\n{output}"),
        _ => code.to_owned(),
    }
}

impl OutputSuccessor {
    /// What follows the output of a cell if `next` is the next cell.
    fn of(next: Option<&NotebookCell>) -> OutputSuccessor {
        match next {
            Some(next) if next.cell_type == "markdown" && !next.source.begins_with_heading() => {
                OutputSuccessor::Text
            }
            _ => OutputSuccessor::Other,
        }
    }
}

#[cfg(test)]
mod tests;
