//! The chapters of books: what their tables of chapters say of the files they name, and which section
//! of the neighbouring chapter follows a chapter's last one.

use std::collections::HashMap;

use super::chapter::{Chapter, Neighbour};
use super::item::Item;
use crate::crawl::BlobId;
use crate::extract::summary::{self, chapters, is_summary};
use crate::store::Store;

/// Bytes of one source's tables of chapters that are read.
const MOST_BYTES: u64 = 1_000_000;

/// Tells those of `items`, all of one source, that its tables of chapters name what they are. A file in
/// two tables goes by the first. Returns a table that was not read whole, if there is one.
pub(in crate::refresh) fn mark(
    items: &mut [Item],
    store: &Store,
) -> anyhow::Result<Option<String>> {
    let mut tables: Vec<(String, BlobId, u64)> = Vec::new();
    for item in items.iter().filter(|item| is_summary(&item.path)) {
        tables.push((item.path.clone(), item.blob.clone(), item.length));
    }
    let places: HashMap<String, usize> =
        items.iter().enumerate().map(|(at, item)| (item.path.clone(), at)).collect();
    let (mut left, mut cut) = (MOST_BYTES, None);
    for (path, blob, length) in tables {
        let read = length.min(summary::MOST_BYTES as u64);
        if read < length || read > left {
            cut.get_or_insert_with(|| path.clone());
        }
        if read > left {
            continue;
        }
        left -= read;
        let bytes = store.blob(&blob)?.unwrap_or_default();
        let found = chapters(&path, &String::from_utf8_lossy(&bytes));
        let order: Vec<(usize, String)> = found
            .into_iter()
            .filter_map(|chapter| Some((*places.get(&chapter.path)?, chapter.title)))
            .filter(|(at, _)| items[*at].chapter.is_none())
            .collect();
        let neighbour = |at: Option<usize>| {
            let item = &items[order.get(at?)?.0];
            let (path, blob) = (item.path.clone(), item.blob.clone());
            Some(Neighbour { path, blob, format: item.format.clone() })
        };
        let marked: Vec<(usize, Chapter)> = order
            .iter()
            .enumerate()
            .map(|(place, (at, title))| {
                let previous = neighbour(place.checked_sub(1));
                let next = neighbour(Some(place + 1));
                (*at, Chapter { title: title.clone(), previous, next })
            })
            .collect();
        for (at, chapter) in marked {
            items[at].chapter = Some(chapter);
        }
    }
    Ok(cut)
}
