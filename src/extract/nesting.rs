//! Limits the nesting depth of Markdown, in one linear pass before it is parsed.
//!
//! comrak's time is proportional to lines times depth. For a line of `>`, it is quadratic: a line of 200,000 `>` takes
//! 20 seconds.

use std::borrow::Cow;
use std::ops::Range;

/// The maximum number of block quotes and list items that one line may start. In about 200 repositories, no line starts
/// more than three.
const DEEPEST: usize = 24;

/// Whether a line of `markdown` starts more than [`DEEPEST`] block quotes and list items. O(length).
pub fn is_deep(markdown: &str) -> bool {
    markdown.lines().any(|line| beyond(line).is_some())
}

/// `markdown` with the markers after the first [`DEEPEST`] of each line replaced by spaces, so that every line
/// keeps its number and length. O(length).
pub(super) fn flattened(markdown: &str) -> Cow<'_, str> {
    if !is_deep(markdown) {
        return Cow::Borrowed(markdown);
    }
    let mut flat = String::with_capacity(markdown.len());
    for line in markdown.split_inclusive('\n') {
        match beyond(line) {
            Some(markers) => {
                flat.push_str(&line[..markers.start]);
                flat.extend(std::iter::repeat_n(' ', markers.len()));
                flat.push_str(&line[markers.end..]);
            }
            None => flat.push_str(line),
        }
    }
    Cow::Owned(flat)
}

/// The byte range of those markers at the start of `line` that come after the first [`DEEPEST`]. `None` if `line`
/// starts with at most [`DEEPEST`] markers, or if it is a thematic break.
fn beyond(line: &str) -> Option<Range<usize>> {
    let is_break = |mark: char| line.chars().all(|c| c == mark || c.is_ascii_whitespace());
    if is_break('*') || is_break('-') {
        return None;
    }
    let mut rest = line;
    let mut allowed = 0;
    let mut depth = 0;
    while let Some(after) = behind_marker(rest.trim_start_matches([' ', '\t'])) {
        rest = after;
        depth += 1;
        if depth == DEEPEST {
            allowed = line.len() - rest.len();
        }
    }
    (depth > DEEPEST).then_some(allowed..line.len() - rest.len())
}

/// The rest of `text` after the marker of a block quote or list item; `None` if it doesn't start with one.
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
    let ends = item.is_empty() || item.starts_with([' ', '\t', '\r', '\n']);
    ends.then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_at_the_start_of_a_line_are_counted() {
        let deep = DEEPEST / 2;
        for (line, is_deep) in [
            ("text > - a".to_owned(), false),
            (">".repeat(DEEPEST) + " a", false),
            (">".repeat(DEEPEST + 1), true),
            ("> ".repeat(DEEPEST + 1) + "a", true),
            ("> - ".repeat(deep) + "1. a", true),
            ("\t*  +".repeat(deep) + " 12) a", true),
            ("-a *b* 1.5 ".repeat(99), false),
            ("* ".repeat(99), false),
            ("- ".repeat(99), false),
            ("- ".repeat(99) + "a", true),
            ("é".repeat(99), false),
            (".".to_owned(), false),
            ("1".to_owned(), false),
        ] {
            assert_eq!(super::is_deep(&line), is_deep, "{line:?}");
        }
    }

    #[test]
    fn a_line_that_is_flattened_keeps_its_length_and_words() {
        let text = format!("# A\n{} words\r\n> b\n", ">".repeat(DEEPEST + 3));
        let flat = flattened(&text);
        assert_eq!(flat, format!("# A\n{}    words\r\n> b\n", ">".repeat(DEEPEST)));
        assert!(matches!(flattened("> - a\n"), Cow::Borrowed(_)));
    }
}
