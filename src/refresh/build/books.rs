//! Collects the chapters of books.

use std::collections::{BTreeMap, HashMap, HashSet};

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
    books.extend(folders(items, kept));
    GenerationBooks { books }
}

/// The least number of files of a folder that make it a book.
const LEAST_FILES: usize = 3;
/// Formats whose files in a folder may be chapters without a table of chapters. Files other than notebooks must have a
/// number.
const FORMATS: [&str; 6] = ["ipynb", "md", "mdx", "qmd", "rmd", "rst"];
/// A greater number in a file's name is a year or a date.
const LARGEST_NUMBER: u32 = 999;

/// The folders of `items` whose notebooks, or whose files with numbers in their names, make a book without a table of
/// chapters. Their order is that of the numbers, then of the names. O(items · log items).
fn folders(items: &[WantedItem], kept: &HashSet<u64>) -> Vec<Vec<Chapter>> {
    let mut folders: BTreeMap<(&str, &str), Vec<(u32, &WantedItem)>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.chapter.is_none()) {
        let (folder, name) = item.path.rsplit_once('/').unwrap_or(("", &item.path));
        let number = number(name);
        let is_notebook = item.format == "ipynb";
        if FORMATS.contains(&item.format.as_str()) && (number.is_some() || is_notebook) {
            let number = number.unwrap_or(u32::MAX);
            folders.entry((&item.source.id.0, folder)).or_default().push((number, item));
        }
    }
    let book = |mut files: Vec<(u32, &WantedItem)>| {
        files.sort_by(|(a, one), (b, two)| a.cmp(b).then_with(|| one.path.cmp(&two.path)));
        let chapter = |(_, item): &(u32, &WantedItem)| {
            let document = document_key(&item.source.id.0, &item.path);
            kept.contains(&document).then_some(Chapter { document, title: String::new() })
        };
        let book: Vec<Chapter> = files.iter().filter_map(chapter).collect();
        (book.len() >= LEAST_FILES).then_some(book)
    };
    folders.into_values().filter_map(book).collect()
}

/// The number at the beginning of the file name `name`; `None` if it has none, or one that is a year.
fn number(name: &str) -> Option<u32> {
    let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    name[..digits].parse().ok().filter(|number| *number <= LARGEST_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_file_is_at_the_beginning_of_its_name() {
        assert_eq!(number("02-two_towers.md"), Some(2));
        assert_eq!(number("10.ipynb"), Some(10));
        for name in ["a2.md", "2024-05-01-post.md", "", "README.md"] {
            assert_eq!(number(name), None, "{name}");
        }
    }
}
