//! The text of a document for reading, and the Markdown that it consists of.

use std::borrow::Cow;

use regex::Captures;
use serde::{Deserialize, Serialize};

use crate::extract::document::Address;
use crate::extract::formula::with_dollars;
use crate::extract::pattern::patterns;
use crate::extract::{dialect, nesting};

/// A document as Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingText {
    /// Plain Markdown: GitHub's dialect with formulas between dollar signs. In a file of Markdown, reStructuredText or
    /// HTML, every line has the number that it has in the file.
    pub markdown: String,
    /// The line at which each cell of a notebook begins, 1-based, in the order of the cells; empty for other documents.
    pub cells: Vec<u32>,
}

patterns! {
    /// A picture that is embedded in the text.
    EMBEDDED = r"data:[a-z]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s]{200,}";
}

/// `text` without embedded pictures, of which a text can have megabytes. The number of lines doesn't change.
fn without_embedded(text: &str) -> Cow<'_, str> {
    if !text.contains(";base64,") {
        return Cow::Borrowed(text);
    }
    EMBEDDED.replace_all(text, |found: &Captures| "\n".repeat(found[0].matches('\n').count()))
}

/// `text`, of the format `format`, as plain Markdown with the same number of lines.
pub(in crate::extract) fn markdown(text: &str, format: &str) -> String {
    let text = without_embedded(text);
    let plain = dialect::for_reading(&text, format);
    let flat = nesting::flattened(&plain);
    let markdown = with_dollars(&flat);
    markdown.replace("\r\n", "\n")
}

impl ReadingText {
    /// The line at which the section at `address` begins, 1-based. `None` if the address has no place in the text.
    pub fn line_of(&self, address: Address) -> Option<u32> {
        match address {
            Address::Lines(first, _) => Some(first.max(1)),
            Address::Cell(cell) => self.cells.get(cell.checked_sub(1)? as usize).copied(),
            Address::Page(_) | Address::Card(_) | Address::Question | Address::Comment(_) => None,
        }
    }
}
