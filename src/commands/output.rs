//! Printing for all commands. Everything that a command prints to stdout goes through this file, which escapes it.
//!
//! Exceptions: `export` and `backup` write files, and `mcp` writes messages of a protocol.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::pager;
use crate::generation::news::{ChangeCounts, CountDelta};
use crate::library::view::{PassageView, SnippetView};
use crate::printable::marks::{MarkedPiece, byte_ranges, pieces};
use crate::printable::shell::completed;
use crate::printable::{escape, escape_body, escape_json};

/// The terminal's control sequence for bold style (ECMA-48, SGR).
const BOLD: &str = "\u{1b}[1m";
/// The terminal's control sequence for normal style (ECMA-48, SGR).
const NORMAL: &str = "\u{1b}[0m";

/// Prints `text` as one escaped line to stdout.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    print(&escape(text))
}

/// Prints `text` as one escaped line to stdout, with this program's options added to the commands that it advises.
pub(super) fn advice(text: &str) -> anyhow::Result<()> {
    line(&completed(text))
}

/// Prints `text`, which may have several lines, and a newline to stdout. Escapes the text, but keeps its line breaks.
pub(super) fn body(text: &str) -> anyhow::Result<()> {
    print(&escape_body(text))
}

/// Prints an empty line to stdout.
pub(super) fn gap() -> anyhow::Result<()> {
    line("")
}

/// Prints `value` as JSON to stdout.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    print(&escape_json(&text))
}

/// Prints the escaped `text` and a newline.
fn print(text: &str) -> anyhow::Result<()> {
    Ok(pager::write(format!("{text}\n").as_bytes())?)
}

/// Whether stdout is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdout())
}

/// Stdout, for binary content. The caller must not send it to a terminal.
pub(super) fn binary() -> impl std::io::Write {
    std::io::stdout().lock()
}

/// A table. Its cells are escaped, so no text can add lines.
pub(super) struct OutputTable(Table);

impl OutputTable {
    /// An empty table with `header`, at most as wide as the terminal.
    pub(super) fn new(header: &[&str]) -> OutputTable {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if let Some(width) = pager::columns() {
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        table.set_header(header.iter().map(|cell| escape(cell)));
        OutputTable(table)
    }

    pub(super) fn add(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.add_row(cells.into_iter().map(|cell| escape(&cell).into_owned()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn print(&self) -> anyhow::Result<()> {
        body(&self.0.to_string())
    }
}

/// Prints `snippet` after `indent`. On a terminal, its matches are bold, and prose is wrapped at words.
pub(super) fn snippet(indent: &str, snippet: &SnippetView) -> anyhow::Result<()> {
    let text = match pager::is_styled() {
        true => marked(snippet),
        false => escape_body(&snippet.text).into_owned(),
    };
    let text = text.trim_end();
    let text = match pager::columns() {
        Some(columns) if !snippet.is_code => wrapped(text, columns.saturating_sub(indent.len())),
        _ => text.to_owned(),
    };
    print(&format!("{indent}{}", text.replace('\n', &format!("\n{indent}"))))
}

/// `text` with line breaks instead of spaces where a line would be longer than `width` characters. A longer word stays
/// whole. [`BOLD`] and [`NORMAL`] take no room.
fn wrapped(text: &str, width: usize) -> String {
    let length = |word: &str| word.replace(BOLD, "").replace(NORMAL, "").chars().count();
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut taken = 0;
        for (at, word) in line.split(' ').enumerate() {
            let needed = length(word);
            if at > 0 && taken + 1 + needed > width {
                out.push('\n');
                taken = 0;
            } else if at > 0 {
                out.push(' ');
                taken += 1;
            }
            out.push_str(word);
            taken += needed;
        }
    }
    out
}

/// `snippet`, escaped, with its matches in bold. It ends in normal style.
fn marked(snippet: &SnippetView) -> String {
    let mut text = String::with_capacity(snippet.text.len() + 64);
    for piece in pieces(&snippet.text, byte_ranges(&snippet.text, &snippet.highlights)) {
        match piece {
            MarkedPiece::Plain(plain) => text.push_str(&escape_body(plain)),
            MarkedPiece::Match(found) => {
                text.push_str(BOLD);
                text.push_str(&escape_body(found));
                text.push_str(NORMAL);
            }
        }
    }
    if !text.ends_with(NORMAL) {
        text.push_str(NORMAL);
    }
    text
}

/// The place of `passage`, such as `source path:12-40`; other places, such as a cell, replace the line numbers.
pub(super) fn place(passage: &PassageView) -> String {
    format!("{} {}{}", passage.source, passage.path, passage.place)
}

/// `number` and `noun` as text. The noun gets its plural unless `number` is 1: `1 passage`, `2 passages`, `2 copies`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None if noun.ends_with('s') || noun.ends_with("ch") => format!("{number} {noun}es"),
        None => format!("{number} {noun}s"),
    }
}

/// The numbers of added, changed and removed documents and sections, as text.
pub(super) fn changes(changes: &ChangeCounts) -> String {
    let words = |delta: &CountDelta| {
        format!("{} added, {} changed, {} removed", delta.added, delta.changed, delta.removed)
    };
    format!("documents: {}; sections: {}", words(&changes.documents), words(&changes.sections))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Shown;
    use crate::catalogue::rights::show;

    #[test]
    fn nouns_get_their_plurals() {
        let counted = [(1, "search"), (2, "search"), (0, "copy"), (3, "address"), (2, "line")];
        let counted = counted.map(|(number, noun)| count(number, noun));
        assert_eq!(counted, ["1 search", "2 searches", "0 copies", "3 addresses", "2 lines"]);
    }

    #[test]
    fn matches_are_bold_at_the_right_place_after_escaped_characters() {
        let text = show("\u{1b}[2J\u{7}bias", Shown::Full, 0);
        let snippet = SnippetView { text, highlights: vec![(5, 9)], is_code: false };
        assert_eq!(marked(&snippet), "\\u{1b}[2J\\u{7}\u{1b}[1mbias\u{1b}[0m");
    }

    #[test]
    fn prose_is_wrapped_at_words_and_bold_takes_no_room() {
        assert_eq!(wrapped("one two three\nfour", 7), "one two\nthree\nfour");
        let bold = format!("{BOLD}one{NORMAL} two three");
        assert_eq!(wrapped(&bold, 7), format!("{BOLD}one{NORMAL} two\nthree"));
        assert_eq!(wrapped("incomprehensible a", 5), "incomprehensible\na");
    }

    #[test]
    fn every_style_that_begins_ends_even_if_ranges_overlap_or_do_not_fit() {
        let highlights = vec![(0, 2), (1, 3), (3, 99), (3, 4)];
        let text = show("éabc d", Shown::Full, 0);
        let snippet = SnippetView { text, highlights, is_code: false };
        assert_eq!(marked(&snippet), "\u{1b}[1méa\u{1b}[0mb\u{1b}[1mc\u{1b}[0m d\u{1b}[0m");
    }
}
