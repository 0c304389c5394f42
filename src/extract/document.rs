//! Documents, their sections and links.

use std::fmt;
use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Prose.
    #[default]
    Note,
    /// A collection of links, usually each with a short description.
    List,
    /// A chapter of a book: a table of chapters in its repository links to it.
    Book,
    /// Code with text in between.
    Notebook,
    /// Flashcards.
    Deck,
    /// A PDF: a paper, slides, a cheat sheet.
    Paper,
    /// A discussion or an issue: a question with its answer and comments.
    Discussion,
}

impl DocumentKind {
    /// All kinds.
    pub const ALL: [DocumentKind; 7] = [
        DocumentKind::Note,
        DocumentKind::List,
        DocumentKind::Book,
        DocumentKind::Notebook,
        DocumentKind::Deck,
        DocumentKind::Paper,
        DocumentKind::Discussion,
    ];

    /// The name used in responses.
    pub fn as_str(self) -> &'static str {
        match self {
            DocumentKind::Note => "note",
            DocumentKind::List => "list",
            DocumentKind::Book => "book",
            DocumentKind::Notebook => "notebook",
            DocumentKind::Deck => "deck",
            DocumentKind::Paper => "paper",
            DocumentKind::Discussion => "discussion",
        }
    }
}

/// The position of a section in its file or thread.
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
    /// A comment of a thread, with its id on GitHub.
    Comment(NonZeroU64),
}

impl Address {
    /// The first line, or the number of the cell, page or card; 1 for the posts of a thread, which have no number.
    pub fn begin(self) -> u32 {
        match self {
            Address::Lines(at, _) | Address::Cell(at) | Address::Page(at) | Address::Card(at) => at,
            Address::Question | Address::Comment(_) => 1,
        }
    }
}

/// An outbound link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The canonical URL; see [`super::links::canonical`].
    pub url: String,
    /// The link text.
    pub text: String,
    /// The sentence, line or list item that contains the link, truncated to 300 characters.
    pub sentence: String,
}

/// The author and date of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Posted")]
pub struct PostByline {
    /// The author's login; `None` if the account was deleted.
    pub login: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
}

/// For example `posted by ann on 2026-03-01`, or `posted by ann` if the date is unknown.
impl fmt::Display for PostByline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "posted by {}", self.login.as_deref().unwrap_or("a deleted account"))?;
        self.date.as_ref().map_or(Ok(()), |date| write!(f, " on {date}"))
    }
}

/// Those of a section's `headings` that describe its subject. In a thread, only the first heading, which is the title,
/// describes the subject: the second heading names the author of the post.
pub fn subject<'a>(headings: &'a [String], posted: Option<&PostByline>) -> &'a [String] {
    let end = if posted.is_some() { headings.len().min(1) } else { headings.len() };
    &headings[..end]
}

/// A heading with its text, or with a part of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The section's own heading and the headings above it, outermost first. Empty for text before the first heading of
    /// the file.
    pub headings: Vec<String>,
    /// The anchor of the heading: in Markdown as GitHub generates it, in HTML the id of the element. `None` if the
    /// heading has none.
    pub anchor: Option<String>,
    pub address: Address,
    /// Plain text. Each block starts on a new line. List items start with `- ` or their number. Table rows have the
    /// form `header: cell; header: cell`, or `cell | cell` if the table has no headers.
    pub text: String,
    /// Source code, which `text` does not contain.
    pub code: String,
    /// The formulas of the text as TeX, in the order of the text. The text contains their readable form.
    pub formulas: Vec<String>,
    pub links: Vec<Link>,
    /// The tags of a card; empty for other sections.
    pub tags: Vec<String>,
    /// The number of words in links that are not web links, such as links to other files of the repository.
    pub inner: u32,
    /// The index of the section's heading, from 0, among those headings of the document that have the same text and the
    /// same headings above them.
    pub ordinal: u32,
    /// The index of this part among the parts of its heading's text, from 0.
    pub chunk: u32,
    /// The author and date, for the posts of a thread only.
    pub posted: Option<PostByline>,
}

impl Section {
    /// The headings that describe its subject; see [`subject`].
    pub fn subject(&self) -> &[String] {
        subject(&self.headings, self.posted.as_ref())
    }
}

/// The content of a file or thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The title in the front matter, the first heading, or the title in the file's own metadata. If it is `None`, the
    /// file name is shown.
    pub title: Option<String>,
    pub kind: DocumentKind,
    /// `YYYY-MM-DD`: from the front matter or the page's metadata, or when the thread was opened.
    pub date: Option<String>,
    /// The SPDX id of the file's own licence, from the front matter or an SPDX header.
    pub licence: Option<String>,
    /// The tags of the front matter, or the labels and the category of a thread.
    pub tags: Vec<String>,
    pub sections: Vec<Section>,
}

impl Document {
    /// The beginning of the document, which for a book is its title page.
    pub fn opening(&self) -> DocumentOpening<'_> {
        let first = self.sections.first();
        let heading = first.and_then(|section| section.headings.first());
        DocumentOpening {
            title: self.title.as_deref(),
            heading: heading.map_or("", String::as_str),
            text: first.map_or("", |section| section.text.as_str()),
        }
    }
}

/// The beginning of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentOpening<'a> {
    /// The document's title.
    pub title: Option<&'a str>,
    /// The outermost heading of the first section; empty if it has none.
    pub heading: &'a str,
    /// The text of the first section.
    pub text: &'a str,
}
