//! Limits for a renderer that can't be interrupted: its input is checked in one linear pass, and its output is
//! limited while it is written.

use std::fmt;
use std::time::{Duration, Instant};

use crate::extract::nesting::is_deep;

/// Markdown with more bytes than this is shown as plain text. Most sections are much shorter. comrak takes some tenths
/// of a second for the worst text of this length.
const LONGEST: usize = 64 * 1_024;
/// Rendering fails if the HTML has more bytes than this. A small Markdown table can produce half a million empty cells.
const LONGEST_HTML: usize = 1_024 * 1_024;

/// When a page has more bytes of HTML than this, or has taken longer than [`LONGEST_TIME`], its other parts are shown as
/// plain text.
const LONGEST_PAGE: usize = 3 * 1_024 * 1_024;
const LONGEST_TIME: Duration = Duration::from_secs(4);

/// The budget of a page.
pub(super) struct PageBudget {
    started: Instant,
}

impl Default for PageBudget {
    fn default() -> PageBudget {
        PageBudget { started: Instant::now() }
    }
}

impl PageBudget {
    /// Whether another part may be rendered, if the page has `bytes` so far.
    pub fn allows(&self, bytes: usize) -> bool {
        bytes <= LONGEST_PAGE && self.started.elapsed() <= LONGEST_TIME
    }
}

/// Whether `markdown` can be rendered in bounded time: it is neither too long nor too deeply nested. O(length).
pub(super) fn can_be_rendered(markdown: &str) -> bool {
    markdown.len() <= LONGEST && !is_deep(markdown)
}

/// HTML with at most [`LONGEST_HTML`] bytes. Writing more returns an error, which makes the renderer stop.
#[derive(Default)]
pub(super) struct BoundedHtml(pub String);

impl fmt::Write for BoundedHtml {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > LONGEST_HTML {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_or_deeply_nested_markdown_is_not_parsed() {
        assert!(can_be_rendered(&"> - a\n".repeat(1_000)));
        assert!(can_be_rendered(&"- ".repeat(60)), "a thematic break");
        assert!(!can_be_rendered(&">".repeat(99)));
        assert!(!can_be_rendered(&format!("text\n{}a", "1. ".repeat(99))));
        assert!(!can_be_rendered(&"a".repeat(LONGEST + 1)));
    }
}
