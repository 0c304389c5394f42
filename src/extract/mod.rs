//! Documents to sections and links; one file a format.
//!
//! Pure: no files, no network; the same bytes and format give the same answer, and no input makes
//! it panic. A section is what a person wants to land on: a heading with its text, a long one cut
//! between paragraphs or list items. [`sections`] cuts, [`markdown`] and [`notebook`] and [`text`]
//! read, [`render`] makes plain text of Markdown's blocks, [`html`] of the HTML inside, [`links`]
//! makes addresses canonical.

mod frontmatter;
mod html;
pub mod links;
mod markdown;
mod notebook;
mod render;
mod sections;
mod text;

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Stage};

/// Changes when any extractor does: what was extracted under another version is extracted anew.
pub const VERSION: u32 = 3;

/// What sort of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Prose.
    Note,
    /// Mostly links with a line each.
    List,
    /// Code with text between.
    Notebook,
}

impl Kind {
    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Note => "note",
            Kind::List => "list",
            Kind::Notebook => "notebook",
        }
    }
}

/// Where a section stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Address {
    /// First and last line, 1-based, inclusive.
    Lines(u32, u32),
    /// The cell of a notebook, 1-based.
    Cell(u32),
}

/// An outbound link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Canonical; see [`links::canonical`].
    pub url: String,
    /// The link's own words.
    pub text: String,
    /// The sentence or list item that holds it, at most 300 characters.
    pub sentence: String,
}

/// A heading with its text, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The headings above and its own, outermost first; empty before the first heading.
    pub headings: Vec<String>,
    /// The heading's anchor as GitHub names it.
    pub anchor: Option<String>,
    pub address: Address,
    /// Plain text: a line a block, `- ` before list items, ` | ` between table cells.
    pub text: String,
    /// Source code, apart from the prose.
    pub code: String,
    pub links: Vec<Link>,
    /// Which one it is among the document's sections with the same heading trail, from 0.
    pub ordinal: u32,
    /// Which part of its heading's text it is, from 0.
    pub chunk: u32,
}

/// A file, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// From the front matter or the first heading; the file's name serves where it is `None`.
    pub title: Option<String>,
    pub kind: Kind,
    /// `YYYY-MM-DD`, from the front matter.
    pub date: Option<String>,
    pub sections: Vec<Section>,
}

/// A file's document, if it holds anything, and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    pub document: Option<Document>,
    pub problems: Vec<Problem>,
}

/// Reads `bytes` as `format`, a lower-case extension.
///
/// A file that can't be read gives problems and no document; an empty one gives neither sections
/// nor a document, with a problem that says so. O(length) for text, memory a few times the file's.
pub fn extract(format: &str, bytes: &[u8]) -> Extracted {
    let mut problems = Vec::new();
    let text = decode(bytes, &mut problems);
    let document = match format {
        "md" | "markdown" | "mdx" | "qmd" | "rmd" => markdown::read(&text, &mut problems),
        "ipynb" => notebook::read(&text, &mut problems),
        "txt" => text::read(&text),
        other => {
            problems.push(Problem::new(Stage::Extract, format!("no reader for .{other} files")));
            return Extracted { document: None, problems };
        }
    };
    let document = document.filter(|document| !document.sections.is_empty());
    if document.is_none() && problems.is_empty() {
        let message = if bytes.is_empty() { "the file is empty" } else { "the file holds no text" };
        problems.push(Problem::new(Stage::Extract, message));
    }
    Extracted { document, problems }
}

/// The text of `bytes` without its byte order mark; what is not UTF-8 is replaced, with a problem.
fn decode(bytes: &[u8], problems: &mut Vec<Problem>) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let message = format!("not UTF-8 from byte {} on; replaced", error.valid_up_to());
            problems.push(Problem::new(Stage::Extract, message));
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    fn what_is_not_utf8_is_replaced_and_said() {
        let extracted = extract("md", b"# T\n\ncaf\xe9 au lait\n");
        assert_eq!(extracted.problems.len(), 1);
        assert!(extracted.document.unwrap().sections[0].text.starts_with("caf\u{fffd}"));
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
            for format in ["md", "txt", "ipynb"] {
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
