//! What a renderer that can't be interrupted is given: checked in one linear pass before the text is parsed, and
//! counted while it is written.

use std::fmt;

use crate::extract::nesting::is_deep;

/// Markdown that is longer is shown as it was written. Sections are cut far below this; comrak takes some tenths
/// of a second for the worst text of this length.
const LONGEST: usize = 64 * 1_024;
/// HTML that is longer is not written to its end: a table of few bytes can have half a million empty cells.
const LONGEST_HTML: usize = 1_024 * 1_024;

/// Whether `markdown` can be rendered in bounded time: it is neither too long nor nested too deeply. O(length).
pub(super) fn can_be_rendered(markdown: &str) -> bool {
    markdown.len() <= LONGEST && !is_deep(markdown)
}

/// HTML that stops growing at [`LONGEST_HTML`]: writing more is an error, which ends the renderer.
#[derive(Default)]
pub(super) struct Bounded(pub String);

impl fmt::Write for Bounded {
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
    fn what_is_long_or_deep_is_not_parsed() {
        assert!(can_be_rendered(&"> - a\n".repeat(1_000)));
        assert!(can_be_rendered(&"- ".repeat(60)), "a thematic break");
        assert!(!can_be_rendered(&">".repeat(99)));
        assert!(!can_be_rendered(&format!("text\n{}a", "1. ".repeat(99))));
        assert!(!can_be_rendered(&"a".repeat(LONGEST + 1)));
    }
}
