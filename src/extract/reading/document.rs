//! Reads a file of any format that has a text for reading.

use super::html;
use super::text::{ReadingText, markdown};
use crate::extract::{decode, notebook};

/// The version of this module. A change makes the stored texts of all documents again.
pub const VERSION: u32 = 3;
/// The maximum bytes of a document's text. The rest of a longer one is left out.
const MOST_BYTES: usize = 16 * 1_024 * 1_024;

/// Whether files of `format` have a [`ReadingText`].
pub fn has_text(format: &str) -> bool {
    matches!(format, "md" | "markdown" | "mdx" | "qmd" | "rmd" | "rst" | "ipynb" | "html" | "htm")
}

/// The text of the file `bytes`; `format` is a lower-case extension. `None` for other formats than those of
/// [`has_text`], and for a file that can't be read. O(length).
pub fn of_file(format: &str, bytes: &[u8]) -> Option<ReadingText> {
    if !has_text(format) {
        return None;
    }
    let text = decode::decode(bytes, &mut Vec::new());
    if format == "ipynb" {
        return notebook::reading(&text);
    }
    let mut markdown = match format {
        "html" | "htm" => markdown(&html::markdown(&text), "md"),
        _ => markdown(&text, format),
    };
    if markdown.len() > MOST_BYTES {
        markdown.truncate(markdown.floor_char_boundary(MOST_BYTES));
    }
    Some(ReadingText { markdown, cells: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    fn of(format: &str, text: &str) -> ReadingText {
        of_file(format, text.as_bytes()).unwrap()
    }

    #[test]
    fn a_file_of_markdown_keeps_the_numbers_of_its_lines() {
        let text =
            "---\ntitle: T\n---\r\n# A {#sec-a}\n\n::: {.callout-tip}\nWords \\(x\\).\n:::\n";
        let read = of("qmd", text);
        assert_eq!(read.markdown.lines().count(), text.lines().count());
        assert_eq!(read.markdown.lines().nth(3), Some("# A"));
        assert_eq!(read.markdown.lines().nth(6), Some("> Words $`x`$."));
        assert_eq!(read.line_of(Address::Lines(4, 8)), Some(4));
        assert_eq!(read.line_of(Address::Page(1)), None);
    }

    #[test]
    fn other_formats_have_no_text() {
        assert_eq!(of_file("pdf", b"%PDF"), None);
        assert_eq!(of_file("ipynb", b"{"), None);
        assert_eq!(of_file("txt", b"a"), None);
    }
}
