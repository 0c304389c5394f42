//! HTML: whole pages ([`page`]), and fragments in Markdown and decks ([`fragment`]). [`table`] and [`figure`] read the
//! tables and figures of both.

pub(super) mod disclosure;
pub(super) mod elements;
mod figure;
pub(super) mod fragment;
pub(super) mod page;
mod table;

use html5gum::{SpanBound, StartTag};

/// Elements whose content isn't text for readers.
const SILENT: [&[u8]; 3] = [b"script", b"style", b"template"];

/// The value of the attribute `name`.
fn attribute<S: SpanBound>(tag: &StartTag<S>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(&value.value).into_owned())
}

/// Appends `more` to `text`. Each run of white space becomes one space, or nothing at the start of a line.
fn push_folded(text: &mut String, more: &str) {
    for c in more.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}
