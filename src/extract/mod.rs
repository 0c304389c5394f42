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
mod piece;
mod read;
mod render;
mod sections;
pub mod sentences;
pub mod summary;
mod tall;
mod text;
mod thread;
mod tiny;
pub mod words;

pub use document::{Address, Document, DocumentKind, Link, Posted, Section, subject};
pub use read::{Extracted, VERSION, extract, is_text};
