//! Documents, their sections and links.

use std::fmt;
use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sort of document it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
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

impl DocumentKind {
    /// The word for it in answers.
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
    /// Canonical; see [`super::links::canonical`].
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
    pub kind: DocumentKind,
    /// `YYYY-MM-DD`, from the front matter.
    pub date: Option<String>,
    /// The SPDX id of its own licence, from the front matter or an SPDX header.
    pub licence: Option<String>,
    /// What its author filed it under, from the front matter.
    pub tags: Vec<String>,
    pub sections: Vec<Section>,
}

impl Document {
    /// What its first section says, heading included: of a book, its title page.
    pub fn opening(&self) -> (Option<&str>, &str, &str) {
        let first = self.sections.first();
        let heading = first.and_then(|section| section.headings.first());
        let text = first.map_or("", |section| section.text.as_str());
        (self.title.as_deref(), heading.map_or("", String::as_str), text)
    }
}
