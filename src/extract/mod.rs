//! Extracts sections and links from documents; one module per format.
//!
//! This module is pure: it uses no files and no network. The same bytes and format give the same result, and no input
//! causes a panic. A section is a heading with its text. A long section is cut between its blocks, and a tiny section
//! is joined to its neighbour.
//!
//! [`decode`] turns bytes into text. [`dialect`] turns Markdown dialects and reStructuredText into plain Markdown, line
//! by line. [`markdown`], [`notebook`], [`html`], [`text`], [`pdf`], [`anki`], [`quiz`], [`excalidraw`] and [`thread`]
//! read the formats, and [`sections`] divides their blocks into sections. [`render`] turns Markdown blocks into plain
//! text. In this text, table rows have the form that [`row`] defines, list items that of [`item`], and titles of fenced
//! code that of [`info`]. [`formula`] makes formulas readable, and [`links`] makes URLs canonical. [`noise`] detects
//! adverts, [`appeal`] detects sections without content, and [`data`] detects datasets and logs. [`limits`] bounds the
//! size of a document. [`reading`] returns the whole document as Markdown, [`markup`] that of a section, and [`opening`]
//! the beginning of it.

mod anki;
mod appeal;
pub mod chapters;
mod data;
mod decode;
mod dialect;
mod document;
mod excalidraw;
mod formula;
mod frontmatter;
mod html;
mod info;
mod item;
mod limits;
mod lines;
mod link_sentences;
pub mod links;
mod markdown;
pub mod markdown_options;
pub mod markup;
pub mod nesting;
mod noise;
mod notebook;
pub mod opening;
mod pattern;
mod pdf;
mod quiz;
mod read;
pub mod reading;
pub mod relative;
mod render;
mod row;
mod sections;
pub mod sentences;
mod text;
mod thread;
pub mod words;

pub use dialect::mermaid::lines as diagram_lines;
pub use document::{
    Address, Document, DocumentKind, DocumentOpening, Link, PostByline, Section, subject,
};
pub use formula::{is_money, readable_formula};
pub use item::without_mark;
pub use read::{Extracted, VERSION, extract, is_text};
pub use row::labelled_cells;
