//! Marks the places of a document's sections on its page, so that a link can lead to a section.

use std::collections::VecDeque;

use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};
use maud::html;

use super::nodes::raw;

/// The place of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve::pages) struct SectionPlace {
    /// The line of the document's Markdown at which the section begins, 1-based.
    pub line: u32,
    /// The section's id.
    pub id: String,
}

/// The places that are not marked yet, in the order of the document.
///
/// A section that begins with a block of the document is wrapped in an element, so that the page can mark all of it. A
/// section that begins inside a block, such as an item of a list, gets an empty element at its beginning.
pub(super) struct PlaceMarks<'p> {
    left: VecDeque<&'p SectionPlace>,
    /// The number of lines of the document before the current part, minus the number of lines that are repeated at the
    /// beginning of the part.
    before: i64,
    /// Whether an element around a section is open.
    is_open: bool,
}

impl<'p> PlaceMarks<'p> {
    pub fn new(places: &'p [SectionPlace]) -> PlaceMarks<'p> {
        let mut left: Vec<&SectionPlace> = places.iter().collect();
        left.sort_by_key(|place| place.line);
        PlaceMarks { left: left.into(), before: 0, is_open: false }
    }

    /// Begins the part of the document whose first line has the number `line`. At its beginning, `repeated` lines are
    /// repeated.
    pub fn begin(&mut self, line: u32, repeated: usize) {
        let repeated = i64::try_from(repeated).unwrap_or(i64::MAX);
        self.before = i64::from(line).saturating_sub(1).saturating_sub(repeated);
    }

    /// The places before the line `end` of the document, for a part that is not parsed.
    pub fn take_until(&mut self, end: u32) -> Vec<&'p SectionPlace> {
        let count = self.left.iter().take_while(|place| place.line < end).count();
        self.left.drain(..count).collect()
    }

    /// Marks the places at or before the beginning of `node`. `is_in_html` is whether an author's element is open around
    /// the node.
    pub fn before<'a>(&mut self, arena: &'a Arena<'a>, node: &'a AstNode<'a>, is_in_html: bool) {
        if !is_block(node) {
            return;
        }
        let line = i64::try_from(node.data().sourcepos.start.line).unwrap_or(i64::MAX);
        let line = u32::try_from(line.saturating_add(self.before)).unwrap_or(0);
        let is_top =
            node.parent().is_some_and(|parent| matches!(parent.data().value, NodeValue::Document));
        // The last of several sections that begin here is wrapped; the others get empty elements.
        while let Some(place) = self.left.front().filter(|place| place.line <= line) {
            let is_last = self.left.get(1).is_none_or(|next| next.line > line);
            if is_top && is_last && !is_in_html {
                let end = if self.is_open { "</div>\n" } else { "" };
                let start = format!("{end}<div class=\"part\" id=\"s-{}\">\n", escaped(&place.id));
                node.insert_before(raw(arena, start));
                self.is_open = true;
            } else {
                mark(arena, node, &place.id);
            }
            self.left.pop_front();
        }
    }

    /// Ends the current part: closes what is open.
    pub fn end<'a>(&mut self, arena: &'a Arena<'a>, root: &'a AstNode<'a>) {
        if std::mem::take(&mut self.is_open) {
            let end = raw(arena, "</div>\n".to_owned());
            // Footnotes are written below all sections.
            let is_note =
                |node: &&AstNode| matches!(node.data().value, NodeValue::FootnoteDefinition(_));
            match root.children().find(is_note) {
                Some(note) => note.insert_before(end),
                None => root.append(end),
            }
        }
    }
}

/// Puts an empty element with the id of a section at the beginning of `node`.
fn mark<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>, id: &str) {
    let mark = raw(arena, html! { span.at id={ "s-" (id) } {} }.0);
    match node.data().value {
        NodeValue::Item(_) | NodeValue::TaskItem(_) => node.prepend(mark),
        NodeValue::TableRow(_) => match node.first_child() {
            Some(cell) => cell.prepend(mark),
            None => node.append(mark),
        },
        _ => node.insert_before(mark),
    }
}

/// Whether a section can begin at `node`.
fn is_block(node: &AstNode) -> bool {
    use NodeValue::{
        Alert, BlockQuote, CodeBlock, Heading, HtmlBlock, Item, List, Paragraph, Table, TableRow,
        TaskItem, ThematicBreak,
    };
    let of_list = node.parent().is_some_and(|parent| matches!(parent.data().value, List(_)));
    match node.data().value {
        Item(_) | TaskItem(_) => of_list,
        TableRow(is_header) => !is_header,
        Heading(_) | Paragraph | CodeBlock(_) | HtmlBlock(_) | BlockQuote | List(_) | Table(_)
        | Alert(_) | ThematicBreak => true,
        _ => false,
    }
}

fn escaped(text: &str) -> String {
    html! { (text) }.0
}
