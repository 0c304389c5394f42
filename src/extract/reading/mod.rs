//! The text of a document as its author wrote it, as Markdown that a page can show.
//!
//! A section's text is plain, for searching. This is the same document for reading: with its tables, lists, code and
//! formulas.

mod document;
mod html;
pub(super) mod text;

pub use document::{VERSION, has_text, of_file};
pub use text::ReadingText;
