//! HTML: whole pages ([`page`]), and fragments as in Markdown and decks ([`fragment`]).

mod elements;
pub(super) mod fragment;
pub(super) mod page;

use html5gum::{SpanBound, StartTag};

/// Elements whose content isn't text for readers.
const SILENT: [&[u8]; 4] = [b"script", b"style", b"svg", b"template"];

/// The value of the attribute `name`.
fn attribute<S: SpanBound>(tag: &StartTag<S>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(&value.value).into_owned())
}

/// Appends `more` with each run of white space as one space, and none at the start of a line.
fn push_folded(text: &mut String, more: &str) {
    for c in more.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}
