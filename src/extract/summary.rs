//! `SUMMARY.md`, the table of chapters of mdBook and GitBook: the files of a book in order, with titles.

use std::collections::HashSet;

use comrak::nodes::NodeValue;
use comrak::{Arena, parse_document};
use percent_encoding::percent_decode_str;

use super::render::render;

/// The maximum bytes of a table of chapters that are read; the rest is ignored. The tables of the longest books
/// examined have a tenth of this.
pub const MOST_BYTES: usize = 256 * 1024;

/// A chapter of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryChapter {
    /// The path inside the source, `/`-separated.
    pub path: String,
    pub title: String,
}

/// Whether the file name of `path` is that of a table of chapters.
pub fn is_summary(path: &str) -> bool {
    path.rsplit('/').next() == Some("SUMMARY.md")
}

/// The chapters in the table of chapters at `path`, whose Markdown is `text`, in order and each once. Links out of the
/// source, drafts without a file, and everything after the first [`MOST_BYTES`] are left out. O(length).
///
/// ```
/// use cairn::extract::summary::chapters;
/// let found = chapters("docs/SUMMARY.md", "* [Start](README.md)\n  * [Losses](<a/log loss.md#x>)\n");
/// assert_eq!(found[1].path, "docs/a/log loss.md");
/// assert_eq!(found[1].title, "Losses");
/// ```
pub fn chapters(path: &str, text: &str) -> Vec<SummaryChapter> {
    let folder: Vec<&str> = path.split('/').rev().skip(1).collect();
    let arena = Arena::new();
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let root = parse_document(&arena, text, &super::markdown_options::for_contents());
    let mut chapters: Vec<SummaryChapter> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for node in root.descendants() {
        let target = match &node.data().value {
            NodeValue::Link(link) => link.url.clone(),
            _ => continue,
        };
        let title = render(node).text.trim().to_owned();
        let Some(path) = resolved(&folder, &target) else { continue };
        if !title.is_empty() && known.insert(path.clone()) {
            chapters.push(SummaryChapter { path, title });
        }
    }
    chapters
}

/// Resolves `target`, a link in a file of `folder` (its path segments, the innermost first), to a path inside
/// the source. `None` if it leads out of the source or is empty.
fn resolved(folder: &[&str], target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    if target.is_empty() || target.contains("://") || target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.iter().rev().copied().collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = percent_decode_str(&parts.join("/")).decode_utf8().ok()?.into_owned();
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_chapters_is_read_up_to_its_limit() {
        let text: String = (0..100_000).map(|at| format!("- [é](é{at}.md)\n")).collect();
        let found = chapters("SUMMARY.md", &text).len();
        assert!((5_000..MOST_BYTES / 10).contains(&found), "{found}");
    }

    #[test]
    fn chapters_come_in_order_and_drafts_and_outer_links_do_not() {
        let text = "# Summary\n\n[Intro](README.md)\n\n# Part I\n\n- [One](./one.md)\n  - [Two](a%20b/two.md)\n- [Draft]()\n- [Out](https://x.org/y.md)\n- [Up](../up.md)\n- [Again](one.md#part)\n";
        let found: Vec<(String, String)> =
            chapters("SUMMARY.md", text).into_iter().map(|c| (c.path, c.title)).collect();
        let pair = |path: &str, title: &str| (path.to_owned(), title.to_owned());
        assert_eq!(
            found,
            [pair("README.md", "Intro"), pair("one.md", "One"), pair("a b/two.md", "Two")]
        );
        assert_eq!(chapters("docs/SUMMARY.md", text)[3].path, "up.md");
    }
}
