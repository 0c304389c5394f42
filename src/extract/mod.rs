//! Documents to sections and links; one file a format.
//!
//! Pure: no files, no network; the same bytes and format give the same answer, and no input makes
//! it panic. A section is what a person wants to land on: a heading with its text, a long one cut
//! between paragraphs or list items, a tiny one joined to its neighbour. [`decode`] makes text of
//! bytes; [`dialect`] makes plain Markdown of its dialects and of reStructuredText, line by line;
//! [`markdown`], [`notebook`], [`html`], [`text`], [`pdf`], [`anki`] and [`thread`] read; [`sections`] cuts, [`tiny`] joins.
//! [`render`] makes plain text of Markdown's blocks, [`links`] makes addresses canonical, [`noise`]
//! knows adverts, [`limits`] bounds what a document keeps, [`markup`] keeps what a reader is shown whole.

mod anki;
mod decode;
mod dialect;
mod frontmatter;
mod html;
mod limits;
mod lines;
pub mod links;
mod markdown;
pub mod markdown_options;
pub mod markup;
pub mod nesting;
mod noise;
mod notebook;
mod pattern;
mod pdf;
mod piece;
mod render;
mod sections;
pub mod sentences;
pub mod summary;
mod tall;
mod text;
mod thread;
mod tiny;
pub mod words;

use std::fmt;
use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Stage};

/// Changes when any extractor does: what was extracted under another version is extracted anew.
pub const VERSION: u32 = 9;

/// A text of which more than one in so many characters is a control character is none.
const CONTROLS: usize = 20;

/// What sort of document it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Prose.
    #[default]
    Note,
    /// Mostly links with a line each.
    List,
    /// A chapter of a book: its repository has a table of chapters that names it.
    Book,
    /// Code with text between.
    Notebook,
    /// Cards to learn by.
    Deck,
    /// Pages that are set: a paper, slides, a cheat sheet.
    Paper,
    /// A discussion or an issue: a question with what was posted below it.
    Discussion,
}

impl Kind {
    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Note => "note",
            Kind::List => "list",
            Kind::Book => "book",
            Kind::Notebook => "notebook",
            Kind::Deck => "deck",
            Kind::Paper => "paper",
            Kind::Discussion => "discussion",
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
    /// The page of a PDF, 1-based.
    Page(u32),
    /// The card of a deck, 1-based.
    Card(u32),
    /// The post that opens a thread.
    Question,
    /// A comment of a thread, by GitHub's id.
    Comment(NonZeroU64),
}

impl Address {
    /// Where it begins: the first line, or the number of the cell, page or card. A thread's posts have no such
    /// number: 1 for each.
    pub fn begin(self) -> u32 {
        match self {
            Address::Lines(at, _) | Address::Cell(at) | Address::Page(at) | Address::Card(at) => at,
            Address::Question | Address::Comment(_) => 1,
        }
    }
}

/// An outbound link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Canonical; see [`links::canonical`].
    pub url: String,
    /// The link's own words.
    pub text: String,
    /// The sentence or list item that holds it, at most 300 characters.
    pub sentence: String,
}

/// Who posted a part of a thread, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Posted {
    /// The author's login; `None` if the account was deleted.
    pub login: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
}

/// `posted by ann on 2026-03-01`.
impl fmt::Display for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "posted by {}", self.login.as_deref().unwrap_or("a deleted account"))?;
        self.date.as_ref().map_or(Ok(()), |date| write!(f, " on {date}"))
    }
}

/// Those of a section's `headings` that say what it is about: of a thread's posts the title, as the other names who
/// wrote it.
pub fn subject<'a>(headings: &'a [String], posted: Option<&Posted>) -> &'a [String] {
    let end = if posted.is_some() { headings.len().min(1) } else { headings.len() };
    &headings[..end]
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
    /// What its author filed it under: a card's tags.
    pub tags: Vec<String>,
    /// Words of the text that lead elsewhere in the same repository.
    pub inner: u32,
    /// Which one it is among the document's sections with the same heading trail, from 0.
    pub ordinal: u32,
    /// Which part of its heading's text it is, from 0.
    pub chunk: u32,
    /// Who wrote it, where that is not the document's author: the posts of a thread.
    pub posted: Option<Posted>,
}

impl Section {
    /// The headings that say what it is about; see [`subject`].
    pub fn subject(&self) -> &[String] {
        subject(&self.headings, self.posted.as_ref())
    }
}

/// A file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// From the front matter or the first heading; the file's name serves where it is `None`.
    pub title: Option<String>,
    pub kind: Kind,
    /// `YYYY-MM-DD`, from the front matter.
    pub date: Option<String>,
    /// The SPDX id of its own licence, from the front matter or an SPDX header.
    pub licence: Option<String>,
    /// What its author filed it under, from the front matter.
    pub tags: Vec<String>,
    pub sections: Vec<Section>,
}

impl Document {
    /// Bytes of all that its sections hold. O(sections).
    pub fn bytes(&self) -> usize {
        self.sections.iter().map(limits::bytes).sum()
    }

    /// What its first section says, heading included: of a book, its title page.
    pub fn opening(&self) -> (Option<&str>, &str, &str) {
        let first = self.sections.first();
        let heading = first.and_then(|section| section.headings.first());
        let text = first.map_or("", |section| section.text.as_str());
        (self.title.as_deref(), heading.map_or("", String::as_str), text)
    }
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
/// nor a document, with a problem that says so. A thread of which nothing is worth keeping gives nothing at all. O(length) for text, memory a few times the file's.
pub fn extract(format: &str, bytes: &[u8]) -> Extracted {
    let mut problems = Vec::new();
    let document = match format {
        "pdf" => pdf::read(bytes, &mut problems),
        "apkg" => anki::read_package(bytes, &mut problems),
        "anki2" => anki::read_collection(bytes, &mut problems),
        "thread" => thread::read(bytes, &mut problems),
        _ => read_text(format, bytes, &mut problems),
    };
    let document = document.and_then(|mut document| {
        problems.extend(limits::bound(&mut document));
        (!document.sections.is_empty()).then_some(document)
    });
    // Of threads that say nothing there are many: nobody can mend them.
    if document.is_none() && problems.is_empty() && format != "thread" {
        let message = if bytes.is_empty() { "the file is empty" } else { "the file holds no text" };
        problems.push(Problem::new(Stage::Extract, message));
    }
    limits::bound_problems(&mut problems);
    Extracted { document, problems }
}

/// Whether files of `format` hold text that a person can read as it is.
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
        "txt" => text::read(&text),
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
    fn what_is_not_utf8_is_read_and_said_and_what_is_no_text_is_not() {
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
            for format in ["md", "mdx", "qmd", "rst", "html", "txt", "ipynb", "pdf", "apkg"] {
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
