//! `books.bin` of a generation: the chapters of each book, in its order.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::IndexDamage;
use crate::disk;

/// The file.
pub(crate) const BOOKS: &str = "books.bin";

/// The chapters of all books of a generation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationBooks {
    pub books: Vec<Vec<Chapter>>,
}

/// A chapter of a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The key of the chapter's document.
    pub document: u64,
    /// The title in the book's table of chapters; empty if there is none, so that the document's own title counts.
    pub title: String,
}

impl GenerationBooks {
    /// The books of the generation in the folder `generation`. None if an earlier version of Cairn made the generation.
    pub(crate) fn read(generation: &Path) -> Result<GenerationBooks, IndexDamage> {
        let path = generation.join(BOOKS);
        if !disk::is_there(&path)? {
            return Ok(GenerationBooks::default());
        }
        let undecodable = |error: postcard::Error| IndexDamage::Decode {
            path: path.clone(),
            cause: error.to_string(),
        };
        postcard::from_bytes(&disk::read(&path)?).map_err(undecodable)
    }

    /// Writes the books into the folder `generation`.
    pub(crate) fn write(&self, generation: &Path) -> anyhow::Result<()> {
        Ok(disk::write(&generation.join(BOOKS), &postcard::to_stdvec(self)?)?)
    }

    /// The book with the document `key` as a chapter; `None` if it is not a chapter. O(chapters).
    pub fn book_of(&self, key: u64) -> Option<&[Chapter]> {
        let is_in = |book: &&Vec<Chapter>| book.iter().any(|chapter| chapter.document == key);
        self.books.iter().find(is_in).map(Vec::as_slice)
    }
}
