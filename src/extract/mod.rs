//! Extracts sections and links from documents; one module per format.
//!
//! Pure: no files, no network; the same bytes and format give the same result, and no input makes it
//! panic. A section is a heading with its text; a long one is cut between paragraphs or list items, a tiny
//! one is joined to its neighbour.
//!
//! [`decode`] turns bytes into text. [`dialect`] turns Markdown dialects and reStructuredText into plain
//! Markdown, line by line. [`markdown`], [`notebook`], [`html`], [`text`], [`pdf`], [`anki`] and [`thread`]
//! read the formats; [`sections`] cuts sections. [`render`] turns Markdown blocks
//! into plain text, [`links`] makes URLs canonical, [`noise`] detects adverts, [`limits`] bounds the size of
//! a document, and [`markup`] returns the original Markdown of a section.

mod anki;
mod decode;
mod dialect;
mod document;
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
mod read;
mod render;
mod sections;
pub mod sentences;
pub mod summary;
mod text;
mod thread;
pub mod words;

pub use document::{
    Address, Document, DocumentKind, DocumentOpening, Link, PostByline, Section, subject,
};
pub use read::{Extracted, VERSION, extract, is_text};
