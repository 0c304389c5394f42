//! A whole document, for reading.

use schemars::JsonSchema;
use serde::Serialize;

use super::{AboutSource, PlaceView};
use crate::catalogue::Shown;
use crate::catalogue::rights::Showable;
use crate::extract::{DocumentKind, PostByline};

/// A document, with as much of its text as rights allow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DocumentView {
    pub id: String,
    pub source: String,
    pub path: String,
    pub title: String,
    /// The URL of the document at its source, as its readers see it there. For a local folder, its URL on this server.
    pub url: String,
    pub kind: DocumentKind,
    pub lang: Option<String>,
    /// The licence of its text; `None` if it is not known.
    pub licence: Option<String>,
    /// How much of its text may be shown.
    pub shown: Shown,
    /// GitHub's data about its source.
    #[serde(skip_serializing_if = "AboutSource::is_empty")]
    pub about: AboutSource,
    /// Whether the source no longer exists, so that the URL may be dead.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The whole text as Markdown, if it may be shown in full and its format allows it. A file's lines keep their
    /// numbers. Then the sections contain no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<Showable>,
    /// Its sections, in the order of the document.
    pub sections: Vec<DocumentSectionView>,
    /// The chapters of the book to which the document belongs, in the order of the book. The document is one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<DocumentLink>,
    /// The document before this one in its book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<DocumentLink>,
    /// The document after this one in its book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<DocumentLink>,
}

/// A section of a document.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DocumentSectionView {
    pub id: String,
    /// Its own heading and the headings above it, outermost first.
    pub headings: Vec<String>,
    #[serde(flatten)]
    pub place: PlaceView,
    /// The URL of the section at its source.
    pub url: String,
    /// The line of the document's Markdown at which the section begins, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its text as far as it may be shown, if the document has no Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Showable>,
    /// Its code, if the document has no Markdown and the code may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Showable>,
    /// Who posted it and when, if it belongs to a thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted: Option<PostByline>,
}

/// A link to another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentLink {
    pub id: String,
    pub title: String,
}
