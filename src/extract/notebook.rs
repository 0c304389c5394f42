//! Jupyter notebooks (nbformat 3 and 4). The Markdown reader reads the Markdown cells. The source of a code cell is
//! kept as code, followed by those of its outputs that help readers ([`output`], [`table`]). Sections that only install
//! and import packages are left out ([`setup`]).
//!
//! Lenient on purpose: real files violate the schema.

use super::sections::{BlockSpan, DocumentBlock, SectionBuilder, SpanUnit};
use super::{Document, DocumentKind, dialect, markdown};
use crate::problem::{Problem, Stage};

mod file;
mod output;
mod reading;
mod setup;
mod table;

use file::{CellOutput, Notebook, NotebookCell};
use output::OutputSuccessor;
pub(super) use reading::reading;

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
    let mut reader = markdown::MarkdownReader::new(SectionBuilder::new(SpanUnit::Cells));
    let mut cells = notebook.into_cells().enumerate().peekable();
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

#[cfg(test)]
mod tests;
