//! What commands share for printing.

use crate::generation::news::{Changes, Delta};
use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::library::view::PassageView;
use crate::search::Snippet;

/// Prints `text` and a line end to stdout.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Prints `value` as JSON to stdout.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, value)?;
    writeln!(stdout)?;
    Ok(())
}

/// An empty table with `header`, as wide as the terminal at most.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((_, width)) = console_size() {
        table.set_width(width);
    }
    table.set_header(header.iter().copied());
    table
}

fn console_size() -> Option<(u16, u16)> {
    console::Term::stdout().size_checked()
}

/// `snippet` with its matches in bold on a terminal.
pub(super) fn marked(snippet: &Snippet) -> String {
    if !std::io::stdout().is_terminal() {
        return snippet.text.clone();
    }
    let mut text = String::with_capacity(snippet.text.len() + 64);
    for (at, c) in snippet.text.chars().enumerate() {
        if snippet.highlights.iter().any(|(_, end)| *end == at) {
            text.push_str("\u{1b}[0m");
        }
        if snippet.highlights.iter().any(|(start, _)| *start == at) {
            text.push_str("\u{1b}[1m");
        }
        text.push(c);
    }
    text.push_str("\u{1b}[0m");
    text
}

/// `source path:12-40`, or the cell.
pub(super) fn place(passage: &PassageView) -> String {
    format!("{} {}{}", passage.source, passage.path, passage.place)
}

/// `1` and `passage` to `1 passage`, `2` to `2 passages`, `2` and `copy` to `2 copies`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None if noun.ends_with('s') => format!("{number} {noun}es"),
        None => format!("{number} {noun}s"),
    }
}

/// What stands in a fetched text must not steer the terminal: control characters go.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// What changed for readers, in words.
pub(super) fn changes(changes: &Changes) -> String {
    let words = |delta: &Delta| {
        format!("{} added, {} changed, {} removed", delta.added, delta.changed, delta.removed)
    };
    format!("documents: {}; sections: {}", words(&changes.documents), words(&changes.sections))
}
