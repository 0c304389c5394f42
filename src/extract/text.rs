//! Plain text: its headings, paragraphs and lists.
//!
//! [`kind`] recognises files without content. [`outline`] finds the headings. [`wrapped`] joins the lines of
//! hard-wrapped paragraphs and finds tables of numbers, which are left out.

mod kind;
mod line;
mod outline;
mod wrapped;

use std::ops::Range;

use self::line::{TextLine, lines_of};
use self::outline::LineRole;
use super::lines::join;
use super::pattern::patterns;
use super::sections::{BlockKind, BlockSpan, DocumentBlock, LineStart, SectionBuilder, SpanUnit};
use super::{Document, data};
use crate::problem::{Problem, Stage};

/// A paragraph of more bytes is passed to the builder in parts, so that the text isn't in memory twice.
const LONGEST_PARAGRAPH: usize = 64 * 1024;
/// The maximum number of tables that the problem lists.
const MOST_LISTED: usize = 10;
/// A list of values with at most this many lines is kept together with the paragraph that it explains.
const MOST_VALUES: usize = 60;

patterns! {
    /// A value and its meaning, in two columns.
    VALUE = r"^\S{1,24}(?: ?\t+ *| {2,})\S";
}

/// Reads the plain text `text`. Returns `None`, with a problem, if it is data or has no content; text whose parts are
/// all left out gives a document without sections.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let contentless = kind::contentless(text).map(|kind| kind.to_string());
    if let Some(kind) = data::kind_of_file(text).map(|kind| kind.to_string()).or(contentless) {
        problems.push(Problem::new(Stage::Extract, format!("left out: {kind}")));
        return None;
    }
    let lines = lines_of(text);
    let roles = outline::roles(&lines);
    let tables = wrapped::tables(&lines);
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let mut left_out = tables.iter().peekable();
    let mut at = 0;
    while at < lines.len() {
        if let Some(table) = left_out.next_if(|table| table.start <= at) {
            at = at.max(table.end);
            continue;
        }
        match roles[at] {
            LineRole::Heading(level) => {
                builder.heading(
                    level,
                    lines[at].text.trim_end_matches(':'),
                    None,
                    lines[at].number,
                );
                at += 1;
            }
            LineRole::Rule => at += 1,
            LineRole::Text => {
                let end = left_out.peek().map_or(lines.len(), |table| table.start);
                let paragraph = paragraph(&lines[..end], &roles, at);
                at = paragraph.end;
                add(&lines[paragraph], &mut builder);
            }
        }
    }
    report_tables(&lines, &tables, problems);
    builder.report(problems);
    let sections = builder.finish();
    let title = (roles.first() == Some(&LineRole::Heading(1))).then(|| lines[0].text.to_owned());
    Some(Document { title, sections, ..Document::default() })
}

/// The paragraph that begins at `from`. It includes the next paragraph if that is a short, indented list of the values
/// that the first one names.
fn paragraph(lines: &[TextLine], roles: &[LineRole], from: usize) -> Range<usize> {
    let end_of = |from: usize| {
        let mut end = from + 1;
        while end < lines.len() && !lines[end].after_blank && roles[end] == LineRole::Text {
            end += 1;
        }
        end
    };
    let end = end_of(from);
    if end == lines.len() || roles[end] != LineRole::Text || are_values(&lines[from..end]) {
        return from..end;
    }
    let values = end_of(end);
    let is_indented = lines[end..values].iter().all(|line| line.indent > lines[from].indent);
    let belong = is_indented && values - end <= MOST_VALUES && are_values(&lines[end..values]);
    from..if belong { values } else { end }
}

/// Whether `lines` are values with their meanings.
fn are_values(lines: &[TextLine]) -> bool {
    lines.iter().all(|line| VALUE.is_match(line.text))
}

/// Passes the lines of a paragraph to `builder`.
fn add(lines: &[TextLine], builder: &mut SectionBuilder) {
    if let Some(paragraphs) = wrapped::paragraphs(lines) {
        for paragraph in paragraphs {
            blocks(&lines[paragraph], builder, join);
        }
        return;
    }
    let on_own_lines = |text: &mut String, line: &str| {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    };
    blocks(lines, builder, on_own_lines);
}

/// Passes `lines` to `builder` as one block, or several if they are long. `append` appends a line to a text.
fn blocks(lines: &[TextLine], builder: &mut SectionBuilder, append: fn(&mut String, &str)) {
    let kind = match lines {
        [first, rest @ ..] if !rest.is_empty() && !are_values(&lines[..1]) && are_values(rest) => {
            let is_below = rest.iter().all(|line| line.indent > first.indent);
            if is_below { BlockKind::Row } else { BlockKind::Prose }
        }
        _ => BlockKind::Prose,
    };
    let mut open: Option<DocumentBlock> = None;
    for line in lines {
        let span = BlockSpan::of(line.number);
        let block =
            open.get_or_insert_with(|| DocumentBlock { span, kind, ..DocumentBlock::default() });
        block.span.last = line.number;
        append(&mut block.text, line.text);
        let offset = block.text.len().saturating_sub(line.text.len());
        block.lines.push(LineStart { offset, line: line.number });
        if block.text.len() > LONGEST_PARAGRAPH {
            open.take().into_iter().for_each(|block| builder.block(block));
        }
    }
    open.into_iter().for_each(|block| builder.block(block));
}

/// Reports the tables of numbers that are left out.
fn report_tables(lines: &[TextLine], tables: &[Range<usize>], problems: &mut Vec<Problem>) {
    let range = |table: &Range<usize>| {
        let (first, last) = (lines[table.start].number, lines[table.end - 1].number);
        format!("{first} to {last}")
    };
    let listed: Vec<String> = tables.iter().take(MOST_LISTED).map(range).collect();
    let more = match tables.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more ranges"),
    };
    if !listed.is_empty() {
        let message =
            format!("lines {}{more} are left out: tables of numbers, not prose", listed.join(", "));
        problems.push(Problem::new(Stage::Extract, message));
    }
}

#[cfg(test)]
mod tests;
