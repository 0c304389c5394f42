//! Blocks of MkDocs whose content is indented by four columns: admonitions (`!!! note "Title"`, `??? note`) and tabs
//! (`=== "Title"`). The indentation is removed, because Markdown would read the content as code.

use regex::Captures;

use super::fence::fence;
use super::tabs::is_code_only;
use super::titles;
use crate::extract::pattern::patterns;

/// The indentation of the content, in columns.
const INDENT: usize = 4;
/// The maximum nesting depth. Deeper blocks are not recognised and stay text.
const DEEPEST: usize = 8;

patterns! {
    /// The line that opens a block: a kind, perhaps with a title in quotes. A tab has only a title.
    OPENING = r#"^(?:(?:!!!|\?\?\?\+?)[ \t]+([\w-]+(?:[ \t]+[\w-]+)*)(?:[ \t]+"(.*)")?|===[!+]?[ \t]+"(.*)")\s*$"#;
}

/// Whether `text` may contain such blocks.
pub(super) fn has_blocks(text: &str) -> bool {
    ["!!! ", "??? ", "???+ ", "=== \"", "===! \"", "===+ \""].iter().any(|mark| text.contains(mark))
}

/// The lines of `text` without the marks and the indentation of these blocks. A tab that follows another tab and
/// contains only code becomes blank lines. O(length).
pub(super) fn flattened(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut reader =
        IndentedReader { lines: &lines, open: Vec::new(), fence: None, tabs: Vec::new() };
    let mut flat = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        flat.push(reader.line(at));
        at += 1;
        let skipped = reader.skipped_tab(at);
        flat.extend(std::iter::repeat_n(String::new(), skipped - at));
        at = skipped;
    }
    flat.join("\n")
}

struct IndentedReader<'a> {
    lines: &'a [&'a str],
    /// The columns of the open blocks' marks, outermost first.
    open: Vec<usize>,
    fence: Option<OpenCode<'a>>,
    /// The last tab in each open block, innermost last.
    tabs: Vec<EndedTab>,
}

/// An open code fence.
struct OpenCode<'a> {
    mark: &'a str,
    /// The number of open blocks around the fence.
    depth: usize,
}

/// Where a tab ends. A tab that starts there, in the same column, belongs to the same group.
struct EndedTab {
    column: usize,
    /// The index of the first line after it that is not blank.
    end: usize,
}

impl<'a> IndentedReader<'a> {
    /// The Markdown for line `at`.
    fn line(&mut self, at: usize) -> String {
        let line = self.lines[at];
        let trimmed = line.trim_start();
        if trimmed.is_empty() {
            return String::new();
        }
        let column = columns(line);
        self.tabs.retain(|tab| tab.end >= at && tab.column <= column);
        while self.open.last().is_some_and(|mark| column < mark + INDENT) {
            self.open.pop();
        }
        if self.fence.as_ref().is_some_and(|code| code.depth > self.open.len()) {
            self.fence = None;
        }
        let depth = self.open.len();
        let dedented = dedented(line, depth * INDENT);
        if let Some(code) = &self.fence {
            if trimmed.starts_with(code.mark)
                && trimmed.trim_end().trim_matches(['`', '~']).is_empty()
            {
                self.fence = None;
            }
            return dedented;
        }
        if let Some(mark) = fence(trimmed) {
            self.fence = Some(OpenCode { mark, depth });
            return dedented;
        }
        match OPENING.captures(trimmed).filter(|_| depth < DEEPEST) {
            Some(found) => self.opening(at, column, &dedented, &found),
            None => dedented,
        }
    }

    /// The Markdown for line `at`, which opens a block in `column`. `found` is its match with `OPENING`, and `dedented`
    /// is the line without the indentation of the blocks around it.
    fn opening(&mut self, at: usize, column: usize, dedented: &str, found: &Captures) -> String {
        let end = end(self.lines, at, column);
        if found.get(3).is_some() {
            self.tabs.retain(|tab| tab.column != column);
            self.tabs.push(EndedTab { column, end });
        }
        let title = found.get(2).or(found.get(3)).map_or("", |title| title.as_str());
        self.open.push(column);
        let indent = &dedented[..dedented.len() - dedented.trim_start().len()];
        let has_content = self.lines[at + 1..end].iter().any(|line| !line.trim().is_empty());
        let title = if has_content { titles::lead(title) } else { title.trim().to_owned() };
        if title.is_empty() { title } else { format!("{indent}{title}") }
    }

    /// Skips the tabs from line `at` on that follow another tab and contain only code. Returns the index of the line
    /// after them; `at` if there are no such tabs.
    fn skipped_tab(&mut self, at: usize) -> usize {
        let mut at = at;
        while self.fence.is_none()
            && let Some(line) = self.lines.get(at)
            && let column = columns(line)
            && let Some(tab) =
                self.tabs.iter_mut().find(|tab| tab.column == column && tab.end == at)
            && OPENING.captures(line.trim_start()).is_some_and(|found| found.get(3).is_some())
        {
            let end = end(self.lines, at, column);
            if !is_code_only(&self.lines[at + 1..end]) {
                break;
            }
            tab.end = end;
            at = end;
        }
        at
    }
}

/// The index of the first line after line `at` that is neither blank nor content of the block opened there in `column`.
fn end(lines: &[&str], at: usize, column: usize) -> usize {
    let is_outside = |line: &&str| !line.trim().is_empty() && columns(line) < column + INDENT;
    lines[at + 1..].iter().position(is_outside).map_or(lines.len(), |rest| at + 1 + rest)
}

/// The indentation of `line` in columns; a tab counts as four.
fn columns(line: &str) -> usize {
    let blank = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
    blank.map(|c| if c == '\t' { INDENT } else { 1 }).sum()
}

/// `line` without up to `width` columns of indentation.
fn dedented(line: &str, width: usize) -> String {
    let mut left = width;
    let rest = line.trim_start_matches(|c| {
        let columns = if c == '\t' { INDENT } else { 1 };
        let fits = matches!(c, ' ' | '\t') && columns <= left;
        left -= if fits { columns } else { 0 };
        fits
    });
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::flattened;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(flattened(text), expected);
    }

    #[test]
    fn admonitions_of_mkdocs_are_text_with_their_title() {
        check(
            "!!! tip \"Learn\"\n\n    Read **it**.\n\n        code\nOn.\n",
            "Learn:\n\nRead **it**.\n\n    code\nOn.\n",
        );
        check("??? question \"Why cache?\"\n    It is fast.\n", "**Why cache?**\nIt is fast.\n");
        check(
            "1. one\n\n    ???+ note\n\n        In it.\n\n2. two",
            "1. one\n\n\n\n    In it.\n\n2. two",
        );
        check("!!! info \"Core\"\n\nNot inside.", "Core\n\nNot inside.");
    }

    #[test]
    fn of_tabs_that_are_only_code_the_first_is_kept() {
        check(
            "=== \"pip\"\n\n    ```sh\n    pip x\n    ```\n\n=== \"uv\"\n\n    ```sh\n    uv x\n    ```\n\nOn.",
            "pip:\n\n```sh\npip x\n```\n\n\n\n\n\n\n\nOn.",
        );
        check(
            "=== \"Linux\"\n    Use apt.\n=== \"Mac\"\n    Use brew.\n",
            "Linux:\nUse apt.\nMac:\nUse brew.\n",
        );
    }

    #[test]
    fn code_that_shows_such_marks_is_kept() {
        let text = "```\n!!! note \"x\"\n    y\n=== \"a\"\n```\n";
        check(text, text);
    }
}
