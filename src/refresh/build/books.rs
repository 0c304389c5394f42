//! Collects the chapters of books.

use std::collections::{HashMap, HashSet};

use crate::generation::books::{Chapter, GenerationBooks};
use crate::refresh::wanted::chapter::NeighbourChapter;
use crate::refresh::wanted::item::WantedItem;
use crate::search::write::document_key;

/// The books of `items`. Chapters that are not in `kept`, the keys of the documents of the generation, are left out, and
/// so are books of one chapter. O(items).
pub(super) fn books(items: &[WantedItem], kept: &HashSet<u64>) -> GenerationBooks {
    let mut chapters: HashMap<(&str, &str), &WantedItem> = HashMap::new();
    for item in items.iter().filter(|item| item.chapter.is_some()) {
        chapters.insert((&item.source.id.0, &item.path), item);
    }
    let neighbour = |item: &WantedItem, neighbour: Option<&NeighbourChapter>| {
        chapters.get(&(item.source.id.0.as_str(), neighbour?.path.as_str())).copied()
    };
    let is_first = |item: &&WantedItem| {
        let previous = item.chapter.as_ref().map(|chapter| chapter.previous.as_ref());
        previous.is_some_and(|previous| neighbour(item, previous).is_none())
    };
    let mut books = Vec::new();
    for first in items.iter().filter(is_first) {
        let mut book = Vec::new();
        let mut seen = HashSet::new();
        let mut next = Some(first);
        while let Some(item) = next
            && let Some(chapter) = &item.chapter
            && seen.insert(item.path.as_str())
        {
            let document = document_key(&item.source.id.0, &item.path);
            if kept.contains(&document) {
                book.push(Chapter { document, title: chapter.title.clone() });
            }
            next = neighbour(item, chapter.next.as_ref());
        }
        if book.len() > 1 {
            books.push(book);
        }
    }
    GenerationBooks { books }
}
