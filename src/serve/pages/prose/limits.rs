//! What a renderer that can't be interrupted is given: checked in one linear pass before the text is parsed, and
//! counted while it is written.

use std::fmt;

/// Markdown that is longer is shown as it was written. Sections are cut far below this; comrak takes some tenths
/// of a second for the worst text of this length.
const LONGEST: usize = 64 * 1_024;
/// Block quotes and list items that one line may begin. comrak takes time in proportion to lines times depth, and
/// quadratic time for one line of `>`. No line of some 200 repositories begins more than three.
const DEEPEST: usize = 24;
/// HTML that is longer is not written to its end: a table of few bytes can have half a million empty cells.
const LONGEST_HTML: usize = 1_024 * 1_024;

/// Whether `markdown` can be rendered in bounded time: it is neither too long nor nested too deeply. O(length).
pub(super) fn can_be_rendered(markdown: &str) -> bool {
    markdown.len() <= LONGEST && markdown.lines().all(|line| depth(line) <= DEEPEST)
}

/// How many block quotes and list items `line` begins or continues; none where it is a thematic break.
fn depth(line: &str) -> usize {
    let is_break = |mark: char| line.chars().all(|c| c == mark || c == ' ' || c == '\t');
    if is_break('*') || is_break('-') {
        return 0;
    }
    let mut rest = line;
    let mut depth = 0;
    while let Some(after) = behind_marker(rest.trim_start_matches([' ', '\t'])) {
        rest = after;
        depth += 1;
    }
    depth
}

/// What follows the marker of a block quote or list item that `text` begins with.
fn behind_marker(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('>') {
        return Some(quoted);
    }
    let item = match text.strip_prefix(['-', '*', '+']) {
        Some(item) => item,
        None => {
            let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
            behind.strip_prefix(['.', ')']).filter(|_| behind.len() < text.len())?
        }
    };
    (item.is_empty() || item.starts_with([' ', '\t'])).then_some(item)
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
    fn the_markers_that_begin_a_line_are_counted() {
        for (line, markers) in [
            ("text > - a", 0),
            ("> - 1. a", 3),
            (">>> a", 3),
            ("    -\t* + 12) a", 4),
            ("-a *b* 1.5", 0),
            ("* * * * *", 0),
            ("- - - a", 3),
            ("é", 0),
            (".", 0),
            ("1", 0),
        ] {
            assert_eq!(depth(line), markers, "{line:?}");
        }
    }

    #[test]
    fn what_is_long_or_deep_is_not_parsed() {
        assert!(can_be_rendered(&"> - a\n".repeat(1_000)));
        assert!(can_be_rendered(&"- ".repeat(60)), "a thematic break");
        assert!(!can_be_rendered(&">".repeat(DEEPEST + 1)));
        assert!(!can_be_rendered(&format!("text\n{}a", "1. ".repeat(DEEPEST + 1))));
        assert!(!can_be_rendered(&"a".repeat(LONGEST + 1)));
    }
}
