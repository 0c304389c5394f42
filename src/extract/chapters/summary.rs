//! `SUMMARY.md`, the table of chapters of mdBook and GitBook: the files of a book in order, with titles.

use comrak::nodes::NodeValue;
use comrak::{Arena, parse_document};

use super::chapter::ListedChapter;
use crate::extract::markdown_options;
use crate::extract::relative::relative_path;
use crate::extract::render::render;

/// The chapters in the table of chapters at `path`, whose Markdown is `text`, in order. Links out of the source and drafts
/// without a file are left out. O(length).
pub(super) fn listed(path: &str, text: &str) -> Vec<ListedChapter> {
    let arena = Arena::new();
    let root = parse_document(&arena, text, &markdown_options::for_contents());
    let links = root.descendants().filter_map(|node| {
        let target = match &node.data().value {
            NodeValue::Link(link) => link.url.clone(),
            _ => return None,
        };
        let title = render(node).text.trim().to_owned();
        let path = relative_path(path, &target)?;
        (!title.is_empty()).then_some(ListedChapter { path, title })
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use crate::extract::chapters::{MOST_BYTES, chapters};

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
