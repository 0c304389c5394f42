//! Reads a file of any format.

use serde::{Deserialize, Serialize};

use super::{
    Document, anki, decode, dialect, excalidraw, frontmatter, html, limits, markdown, notebook,
    pdf, quiz, text, thread,
};
use crate::problem::{Problem, Stage};

/// The version of the extractors, increased whenever one of them changes. Results of other versions are extracted
/// again.
pub const VERSION: u32 = 16;

/// A file with more than one control character per this many bytes is binary, not text.
const CONTROLS: usize = 20;

/// A file's document, if it has any content, and the problems found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    pub document: Option<Document>,
    pub problems: Vec<Problem>,
}

/// Reads `bytes` as `format`, a lower-case extension.
///
/// If a file can't be read or has no text, the result is a problem and no document. If a thread has no post worth
/// keeping, or JSON is not a quiz, the result is neither a problem nor a document. O(length) for text; memory is a few
/// times the file's size.
pub fn extract(format: &str, bytes: &[u8]) -> Extracted {
    let mut problems = Vec::new();
    let document = match format {
        "pdf" => pdf::read(bytes, &mut problems),
        "apkg" => anki::read_package(bytes, &mut problems),
        "anki2" => anki::read_collection(bytes, &mut problems),
        "thread" => thread::read(bytes, &mut problems),
        "json" => quiz::read(bytes),
        _ => read_text(format, bytes, &mut problems),
    };
    let document = document.and_then(|mut document| {
        problems.extend(limits::bound(&mut document));
        (!document.sections.is_empty()).then_some(document)
    });
    // Threads without content and other JSON files are common, and nobody can fix them, so they are not reported.
    if document.is_none() && problems.is_empty() && !matches!(format, "thread" | "json") {
        let message = if bytes.is_empty() { "the file is empty" } else { "the file holds no text" };
        problems.push(Problem::new(Stage::Extract, message));
    }
    limits::bound_problems(&mut problems);
    Extracted { document, problems }
}

/// Whether people can read files of `format` as text, without conversion.
pub fn is_text(format: &str) -> bool {
    matches!(format, "md" | "markdown" | "mdx" | "qmd" | "rmd" | "rst" | "txt")
}

fn read_text(format: &str, bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    let text = decode::decode(bytes, problems);
    let is_control = |byte: &&u8| **byte < b' ' && !byte.is_ascii_whitespace() && **byte != 0x0b;
    let controls = text.as_bytes().iter().filter(is_control).count();
    if controls * CONTROLS > text.len() {
        problems.push(Problem::new(Stage::Extract, "no text: binary, by its characters"));
        return None;
    }
    let mut document = match format {
        "md" | "markdown" | "mdx" | "qmd" | "rmd" | "rst" => {
            markdown::read(&dialect::plain(&text, format), problems)
        }
        "ipynb" => notebook::read(&text, problems),
        "html" | "htm" => html::page::read(&text, problems),
        "txt" => text::read(&text, problems),
        "excalidraw" => excalidraw::read(&text, problems),
        other => {
            problems.push(Problem::new(Stage::Extract, format!("no reader for .{other} files")));
            None
        }
    }?;
    document.licence = document.licence.or_else(|| frontmatter::spdx_header(&text));
    Some(document)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::Address;

    #[test]
    fn an_empty_or_unreadable_file_is_a_problem_and_no_document() {
        for (format, bytes) in
            [("md", &b""[..]), ("md", b"\n \n"), ("ipynb", b"{"), ("txt", b""), ("xyz", b"a")]
        {
            let extracted = extract(format, bytes);
            assert!(extracted.document.is_none(), "{format}");
            assert_eq!(extracted.problems.len(), 1, "{format}");
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_read_and_reported_and_binary_data_is_rejected() {
        let extracted = extract("md", b"# T\n\nle caf\xe9 au lait, s'il vous pla\xeet\n");
        assert_eq!(extracted.problems.len(), 1);
        assert_eq!(
            extracted.document.unwrap().sections[0].text,
            "le café au lait, s'il vous plaît"
        );
        let binary: Vec<u8> = (0..=255).cycle().take(4_000).collect();
        assert!(extract("txt", &binary).document.is_none());
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        for nested in ["> ", "- ", "[", "*", "<div>"] {
            extract("md", nested.repeat(20_000).as_bytes());
        }
    }

    proptest! {
        #[test]
        fn no_input_panics_and_lines_stay_inside_the_file(
            text in "([#>*`|\\-\\[\\]()<a/ \n\t1.~$&;!\"'{}:]|[a-z]{1,3}|é|字|http://x.y/){0,120}"
        ) {
            let lines = u32::try_from(text.lines().count().max(1)).unwrap();
            for format in [
                "md", "mdx", "qmd", "rst", "html", "txt", "ipynb", "json", "excalidraw", "pdf", "apkg",
            ] {
                let Some(document) = extract(format, text.as_bytes()).document else { continue };
                for section in document.sections {
                    if let Address::Lines(first, last) = section.address {
                        prop_assert!(1 <= first && first <= last && last <= lines, "{format} {first} {last} of {lines}");
                    }
                }
            }
        }
    }
}
