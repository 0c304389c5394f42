//! What a page says about itself: its title, its date, and whether its author asks not to be indexed.

use html5gum::StartTag;

use crate::extract::frontmatter::{day, is_noindex};
use crate::extract::html::{attribute, push_folded};

/// What is known of a page so far.
#[derive(Default)]
pub(super) struct PageHead {
    /// Whether the text that is being read is the title.
    pub in_title: bool,
    pub is_private: bool,
    title: Option<String>,
    /// The text of the first heading of level 1.
    heading: Option<String>,
    pub date: Option<String>,
}

impl PageHead {
    /// The first heading of level 1, else the `<title>`.
    pub fn title(&mut self) -> Option<String> {
        self.heading.take().or(self.title.take())
    }

    /// Handles the start of a `<title>`. Only the first counts.
    pub fn start_title(&mut self) {
        self.in_title = self.title.is_none();
    }

    /// Adds `words` to the title.
    pub fn title_text(&mut self, words: &str) {
        push_folded(self.title.get_or_insert_default(), words);
    }

    /// Handles a heading of level 1.
    pub fn main_heading(&mut self, text: &str) {
        self.heading.get_or_insert_with(|| text.to_owned());
    }

    /// Handles `<meta>`.
    pub fn meta(&mut self, tag: &StartTag<usize>) {
        let name = attribute(tag, b"name").or_else(|| attribute(tag, b"property"));
        let content = attribute(tag, b"content").unwrap_or_default();
        match name.unwrap_or_default().to_lowercase().as_str() {
            "robots" | "cairn" => self.is_private |= is_noindex(&content),
            "date" | "article:published_time" | "dc.date" => {
                self.date = self.date.take().or(day(&content));
            }
            _ => {}
        }
    }

    /// Handles `<time>`.
    pub fn time(&mut self, tag: &StartTag<usize>) {
        let said = attribute(tag, b"datetime").and_then(|date| day(&date));
        self.date = self.date.take().or(said);
    }
}
