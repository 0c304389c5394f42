//! Tables of chapters: the files of a book in order, with titles. [`mod@summary`] reads `SUMMARY.md` (mdBook, GitBook),
//! [`toc`] the YAML files of Jupyter Book, MkDocs and Quarto.

mod chapter;
mod summary;
mod toc;

use std::collections::HashSet;

pub use chapter::{ListedChapter, title_from_name};

/// The maximum bytes of a table of chapters that are read; the rest is ignored. The tables of the longest books
/// examined have a tenth of this.
pub const MOST_BYTES: usize = 256 * 1024;

/// The kinds of tables of chapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableKind {
    Summary,
    JupyterBook,
    MkDocs,
    Quarto,
}

impl TableKind {
    /// The kind of the file at `path`, by its name; `None` if it is no table of chapters.
    fn of(path: &str) -> Option<TableKind> {
        match path.rsplit('/').next()? {
            "SUMMARY.md" => Some(TableKind::Summary),
            "_toc.yml" | "_toc.yaml" => Some(TableKind::JupyterBook),
            "mkdocs.yml" | "mkdocs.yaml" => Some(TableKind::MkDocs),
            "_quarto.yml" | "_quarto.yaml" => Some(TableKind::Quarto),
            _ => None,
        }
    }
}

/// Whether the file name of `path` is that of a table of chapters.
pub fn is_table(path: &str) -> bool {
    TableKind::of(path).is_some()
}

/// The chapters in the table of chapters at `path` with the content `text`, in order and each once. Links out of the
/// source, drafts without a file, and everything after the first [`MOST_BYTES`] are left out. Empty if the file is no
/// table, or invalid. O(length).
///
/// ```
/// use cairn::extract::chapters::chapters;
/// let found = chapters("docs/SUMMARY.md", "* [Start](README.md)\n  * [Losses](<a/log loss.md#x>)\n");
/// assert_eq!(found[1].path, "docs/a/log loss.md");
/// assert_eq!(found[1].title, "Losses");
/// ```
pub fn chapters(path: &str, text: &str) -> Vec<ListedChapter> {
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let mut listed = match TableKind::of(path) {
        Some(TableKind::Summary) => summary::listed(path, text),
        Some(TableKind::JupyterBook) => toc::jupyter_book(path, text),
        Some(TableKind::MkDocs) => toc::mkdocs(path, text),
        Some(TableKind::Quarto) => toc::quarto(path, text),
        None => Vec::new(),
    };
    let mut known: HashSet<String> = HashSet::new();
    listed.retain(|chapter| known.insert(chapter.path.clone()));
    listed
}
