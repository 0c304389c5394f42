//! Reads the tables of chapters of books, and marks the files that they list as chapters.

use std::collections::HashMap;

use super::chapter::{BookChapter, NeighbourChapter};
use super::item::WantedItem;
use crate::extract::chapters::{self, chapters};
use crate::store::{Store, StoredFile};

/// The maximum number of bytes that are read from all tables of chapters of one source together. A table that would
/// exceed it is skipped.
const MOST_BYTES: u64 = 1_000_000;

/// Endings that Jupyter Book leaves out of the paths of chapters.
const ENDINGS: [&str; 5] = ["", ".md", ".ipynb", ".rst", ".qmd"];

/// Sets the chapter of each of `items` that one of `tables`, the tables of chapters of their source, lists. All items
/// belong to one source. If two tables list a file, the first counts. Returns the path of the first table that was not read completely, if there is one.
pub(in crate::refresh) fn mark(
    items: &mut [WantedItem],
    tables: &[StoredFile],
    store: &Store,
) -> anyhow::Result<Option<String>> {
    let by_path: HashMap<String, usize> =
        items.iter().enumerate().map(|(at, item)| (item.path.clone(), at)).collect();
    let (mut left, mut incomplete) = (MOST_BYTES, None);
    for StoredFile { path, blob, length, .. } in tables {
        let read = (*length).min(chapters::MOST_BYTES as u64);
        if read < *length || read > left {
            incomplete.get_or_insert_with(|| path.clone());
        }
        if read > left {
            continue;
        }
        left -= read;
        let bytes = store.blob(blob)?.unwrap_or_default();
        let item_of = |path: &str| {
            ENDINGS.iter().find_map(|ending| by_path.get(&format!("{path}{ending}")).copied())
        };
        let listed: Vec<(usize, String)> = chapters(path, &String::from_utf8_lossy(&bytes))
            .into_iter()
            .filter_map(|chapter| Some((item_of(&chapter.path)?, chapter.title)))
            .filter(|(at, _)| items[*at].chapter.is_none())
            .collect();
        mark_listed(items, &listed);
    }
    Ok(incomplete)
}

/// Sets the chapter of each item that one table lists. `listed` holds the index of each of these items in `items` and
/// its title, in the order of the table.
fn mark_listed(items: &mut [WantedItem], listed: &[(usize, String)]) {
    let neighbour = |items: &[WantedItem], number: Option<usize>| {
        let item = &items[listed.get(number?)?.0];
        let (path, blob) = (item.path.clone(), item.blob.clone());
        Some(NeighbourChapter { path, blob, format: item.format.clone() })
    };
    for (number, (at, title)) in listed.iter().enumerate() {
        let previous = neighbour(items, number.checked_sub(1));
        let next = neighbour(items, Some(number + 1));
        items[*at].chapter = Some(BookChapter { title: title.clone(), previous, next });
    }
}
