//! A notebook as Markdown: text, code and short outputs, cell by cell.

use super::file::{CellOutput, Notebook, NotebookCell};
use super::output::{self, OutputSuccessor};
use crate::extract::reading::text::{ReadingText, markdown};

/// The language of code if the notebook names none.
const USUAL_LANGUAGE: &str = "python";

/// The notebook `json` as Markdown; `None` if it can't be parsed. Hidden and raw cells are left out. O(length).
pub(in crate::extract) fn reading(json: &str) -> Option<ReadingText> {
    let notebook: Notebook = serde_json::from_str(json).ok()?;
    let language = language(&notebook);
    let mut text = ReadingText::default();
    let mut line = 1_u32;
    let mut cells = notebook.into_cells().peekable();
    while let Some(cell) = cells.next() {
        text.cells.push(line);
        if cell.is_hidden() {
            continue;
        }
        let next = OutputSuccessor::of(cells.peek());
        let shown = of_cell(cell, &language, next);
        if !shown.is_empty() {
            text.markdown.push_str(&shown);
            text.markdown.push_str("\n\n");
            let lines = shown.matches('\n').count() + 2;
            line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        }
    }
    Some(text)
}

/// The Markdown of `cell`, without a line break at its end; `next` is what follows the cell.
fn of_cell(cell: NotebookCell, language: &str, next: OutputSuccessor) -> String {
    match cell.cell_type.as_str() {
        "markdown" => markdown(&cell.source.text(), "md").trim_end().to_owned(),
        "heading" => {
            let marks = "#".repeat(cell.level.unwrap_or(1).clamp(1, 6));
            format!("{marks} {}", cell.source.text().trim())
        }
        "code" => of_code(cell, language, next),
        _ => String::new(),
    }
}

fn of_code(cell: NotebookCell, language: &str, next: OutputSuccessor) -> String {
    let source = cell.source.text();
    let source = source.trim_end().trim_start_matches('\n');
    let pieces = cell.outputs.into_iter().filter_map(CellOutput::piece).collect();
    let output = output::readable(pieces, next);
    let code = (!source.is_empty()).then(|| fenced(language, source));
    let output = output.map(|output| fenced("output", &output));
    code.into_iter().chain(output).collect::<Vec<_>>().join("\n\n")
}

/// `text` as a fenced block with the info string `info`. The fence is longer than any in the text.
fn fenced(info: &str, text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}{info}\n{text}\n{fence}")
}

/// The language of the code of `notebook`, in a form that may follow a fence.
fn language(notebook: &Notebook) -> String {
    let named = ["/language_info/name", "/kernelspec/language"]
        .into_iter()
        .find_map(|path| notebook.metadata.pointer(path)?.as_str());
    let is_plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || "+-#".contains(c));
    named.filter(is_plain).unwrap_or(USUAL_LANGUAGE).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn cells_become_text_code_and_output_and_keep_their_places() {
        let json = r##"{"metadata": {"language_info": {"name": "julia"}}, "cells": [
            {"cell_type": "markdown", "source": ["# A\n", "\n", "Words \\(x\\)."]},
            {"cell_type": "raw", "source": "nothing"},
            {"cell_type": "code", "source": "print(```1)\n", "outputs": [{"output_type": "stream", "text": "a 1\n"}]},
            {"cell_type": "code", "source": "x", "metadata": {"tags": ["remove-cell"]}},
            {"cell_type": "markdown", "source": "End."}]}"##;
        let text = reading(json).unwrap();
        let expected = "# A\n\nWords $`x`$.\n\n````julia\nprint(```1)\n````\n\n```output\na 1\n```\n\nEnd.\n\n";
        assert_eq!(text.markdown, expected);
        assert_eq!(text.cells, [1, 5, 5, 13, 13]);
        assert_eq!(text.line_of(Address::Cell(5)), Some(13));
        assert_eq!(text.line_of(Address::Cell(6)), None);
        assert_eq!(text.markdown.lines().nth(12), Some("End."));
    }
}
