//! Writes the admonitions of all dialects as GitHub's alerts (`> [!NOTE] Title`), for documents that are read as a whole.
//!
//! They are `:::note` and `::: {.callout-tip}`, MyST's `{note}` in fences, MkDocs' `!!! note "Title"` with indented text, and
//! Obsidian's `> [!info]`. The number of lines doesn't change.

use std::borrow::Cow;

use super::fence::fence;
use super::myst;
use crate::extract::pattern::patterns;

/// The indentation of the text of MkDocs' admonitions, in spaces.
const INDENT: usize = 4;
/// The maximum nesting depth. Deeper blocks stay as they are.
const DEEPEST: usize = 4;

patterns! {
    /// Marks of admonitions, to find out in one pass whether a text has any.
    MARKS = r"(?m)^\s*(?::::|```+\{|!!!|\?\?\?|(?:>\s?)+\[!)";
    /// `::: {.callout-tip title="Mind"}`: the kind and the attributes.
    QUARTO = r"^:{3,}\s*\{([^}]*)\.callout-(\w+)([^}]*)\}";
    /// `:::note[Mind]`, `:::tip Mind`.
    DOCUSAURUS = r"^:{3,}\s*([a-z]+)(?:\[([^\]]*)\])?\s*(.*?)\s*$";
    /// `title="Mind"`.
    TITLE = r#"title="([^"]*)""#;
    /// `!!! note "Mind"`, `??? note`.
    MKDOCS = r#"^(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)[^"]*(?:"(.*)")?\s*$"#;
    /// `> [!info]- Mind`.
    OBSIDIAN = r"^(\s*(?:>\s?)+)\[!([\w-]+)\][+-]?\s*(.*?)\s*$";
    /// A heading.
    HEADING = r"^\s*#{1,6}\s+(.*?)\s*$";
}

/// GitHub's five kinds, each with the kinds of other dialects that become it.
const KINDS: [(&str, &[&str]); 5] = [
    (
        "NOTE",
        &[
            "note",
            "info",
            "abstract",
            "summary",
            "todo",
            "seealso",
            "quote",
            "cite",
            "example",
            "admonition",
        ],
    ),
    ("TIP", &["tip", "hint", "success", "check", "done", "question", "faq", "help"]),
    ("IMPORTANT", &["important"]),
    ("WARNING", &["warning", "attention"]),
    ("CAUTION", &["caution", "danger", "error", "failure", "fail", "bug"]),
];

/// `text` with alerts. O(length); text without admonitions is not copied.
pub(super) fn with_alerts(text: &str) -> Cow<'_, str> {
    if !MARKS.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut reader = AlertReader::default();
    let mut written = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        written.push_str(&reader.line(body));
        written.push_str(&line[body.len()..]);
    }
    Cow::Owned(written)
}

/// What ends a block.
#[derive(Clone, Debug, PartialEq, Eq)]
enum BlockEnd {
    /// A line of colons.
    Colons,
    /// A line with this fence.
    Fence(String),
    /// A line that is indented less.
    Indent,
}

struct OpenBlock {
    end: BlockEnd,
    /// Whether it is an alert; otherwise its lines stay as they are.
    is_alert: bool,
}

#[derive(Default)]
struct AlertReader {
    open: Vec<OpenBlock>,
    /// The fence of the code block around the current line.
    code: Option<String>,
    /// Whether a block has begun and has no text yet: here, a heading is its title, and options are left out.
    begins: bool,
}

impl AlertReader {
    /// The Markdown of `line`, which has no line end.
    fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let line = match self.content(line) {
            Some(content) => content,
            None => return Cow::Borrowed(""),
        };
        let trimmed = line.trim();
        if let Some(code) = &self.code {
            if trimmed.starts_with(code.as_str()) && trimmed.trim_matches(['`', '~']).is_empty() {
                self.code = None;
            }
            return self.quoted(line);
        }
        if self.closes(trimmed) {
            let was_alert = self.open.pop().is_some_and(|block| block.is_alert);
            return if was_alert { self.quoted("") } else { self.div(line) };
        }
        if let Some((kind, title, end)) = opening(line).filter(|_| self.open.len() < DEEPEST) {
            let written = format!("> [!{kind}] {title}");
            let written = self.quoted(written.trim_end()).into_owned();
            self.open.push(OpenBlock { end, is_alert: true });
            self.begins = true;
            return Cow::Owned(written);
        }
        if let Some(mark) = fence(trimmed) {
            self.code = Some(mark.to_owned());
        } else if trimmed.starts_with(":::") {
            self.open.push(OpenBlock { end: BlockEnd::Colons, is_alert: false });
            return self.div(line);
        }
        self.first(line)
    }

    /// The content of `line` in the open blocks: without the indentation that they have. Closes the blocks that end
    /// because the line is not indented. `None` for an empty line in them.
    fn content<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let mut rest = line;
        for at in 0..self.open.len() {
            if self.open[at].end != BlockEnd::Indent {
                continue;
            }
            if rest.trim().is_empty() {
                return None;
            }
            match rest.strip_prefix(&" ".repeat(INDENT)).or_else(|| rest.strip_prefix('\t')) {
                Some(inner) => rest = inner,
                None => {
                    self.open.truncate(at);
                    self.code = None;
                    break;
                }
            }
        }
        Some(rest)
    }

    /// Whether the line `trimmed` ends the innermost block.
    fn closes(&self, trimmed: &str) -> bool {
        self.open.last().is_some_and(|block| match &block.end {
            BlockEnd::Colons => trimmed.starts_with(":::") && trimmed.trim_matches(':').is_empty(),
            BlockEnd::Fence(mark) => {
                trimmed.starts_with(mark.as_str()) && trimmed.trim_matches(['`', '~']).is_empty()
            }
            BlockEnd::Indent => false,
        })
    }

    /// A line of text. The first one in an alert may be its title or an option.
    fn first<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if self.begins && !line.trim().is_empty() {
            let has_options =
                self.open.last().is_some_and(|block| matches!(block.end, BlockEnd::Fence(_)));
            if has_options && myst::is_option(line) {
                return self.quoted("");
            }
            self.begins = false;
            if let Some(found) = HEADING.captures(line) {
                return Cow::Owned(self.quoted(&format!("**{}**", &found[1])).into_owned());
            }
        }
        self.quoted(line)
    }

    /// The line that opens or closes a block that is no alert. In an alert, nothing else would remove it.
    fn div<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let is_in_alert = self.open.iter().any(|block| block.is_alert);
        if is_in_alert { self.quoted("") } else { Cow::Borrowed(line) }
    }

    /// `line` in as many block quotes as there are open alerts.
    fn quoted<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let depth = self.open.iter().filter(|block| block.is_alert).count();
        match depth {
            0 => Cow::Borrowed(line),
            _ => Cow::Owned(format!("{}{line}", "> ".repeat(depth))),
        }
    }
}

/// GitHub's kind, the title and the end of the admonition that `line` opens. `None` if it opens none.
fn opening(line: &str) -> Option<(&'static str, String, BlockEnd)> {
    let trimmed = line.trim();
    if let Some(found) = QUARTO.captures(trimmed) {
        let title = TITLE.captures(&found[3]).or_else(|| TITLE.captures(&found[1]));
        let title = title.map_or(String::new(), |title| title[1].to_owned());
        return Some((kind(&found[2])?, title, BlockEnd::Colons));
    }
    if let Some(found) = DOCUSAURUS.captures(trimmed) {
        let title = found.get(2).map_or(&found[3], |title| title.as_str()).to_owned();
        return Some((kind(&found[1])?, title, BlockEnd::Colons));
    }
    if let Some(found) = MKDOCS.captures(line) {
        let title = found.get(2).map_or(String::new(), |title| title.as_str().to_owned());
        return Some((kind(&found[1])?, title, BlockEnd::Indent));
    }
    let mark = fence(trimmed)?;
    let (name, title) = trimmed[mark.len()..].strip_prefix('{')?.split_once('}')?;
    Some((kind(name.trim())?, title.trim().to_owned(), BlockEnd::Fence(mark.to_owned())))
}

/// The kind of GitHub that `name` becomes.
fn kind(name: &str) -> Option<&'static str> {
    let is_of = |names: &&[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    KINDS.iter().find(|(_, names)| is_of(names)).map(|(kind, _)| *kind)
}

/// `line` with the kind of its callout as one of GitHub's, if it begins a callout in a block quote. An unknown kind becomes
/// a note.
pub(super) fn callout(line: &str) -> Option<String> {
    let found = OBSIDIAN.captures(line)?;
    let kind = kind(&found[2]).unwrap_or("NOTE");
    let written = format!("{}[!{kind}] {}", &found[1], &found[3]);
    Some(written.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(with_alerts(text), expected);
        let breaks = |text: &str| text.matches('\n').count();
        assert_eq!(breaks(text), breaks(&with_alerts(text)));
    }

    #[test]
    fn admonitions_of_all_dialects_become_alerts() {
        check(
            "::: {.callout-tip title=\"Mind\"}\nWords.\n:::\nEnd.\n",
            "> [!TIP] Mind\n> Words.\n\nEnd.\n",
        );
        check(":::note Mind this\nA\n\nB\n:::\n", "> [!NOTE] Mind this\n> A\n> \n> B\n\n");
        check(
            "```{warning} Hot\n:class: x\nWords.\n```\nEnd.",
            "> [!WARNING] Hot\n> \n> Words.\n\nEnd.",
        );
        check(
            "!!! danger \"Hot\"\n    Words.\n\n    More.\nEnd.",
            "> [!CAUTION] Hot\n> Words.\n\n> More.\nEnd.",
        );
        check("::: {.callout-note}\n## Mind\nWords.\n:::", "> [!NOTE]\n> **Mind**\n> Words.\n");
        assert_eq!(callout("> [!faq]- Why?").as_deref(), Some("> [!TIP] Why?"));
        assert_eq!(callout("> > [!odd]").as_deref(), Some("> > [!NOTE]"));
        assert_eq!(callout("> words"), None);
    }

    #[test]
    fn code_and_other_blocks_stay_as_they_are() {
        check("```\n:::note\n!!! tip\n```\n", "```\n:::note\n!!! tip\n```\n");
        check("```{r}\nx\n```\n:::note\nA\n:::\n", "```{r}\nx\n```\n> [!NOTE]\n> A\n\n");
        check(
            "::: {.column}\n::: {.callout-tip}\nA\n:::\nB\n:::\n",
            "::: {.column}\n> [!TIP]\n> A\n\nB\n:::\n",
        );
        check(":::note\n```sh\n:::\n```\n:::\nEnd", "> [!NOTE]\n> ```sh\n> :::\n> ```\n\nEnd");
        let columns = ":::note\n::: {layout=\"[1,2]\"}\nA\n:::\n:::\nEnd";
        check(columns, "> [!NOTE]\n> \n> A\n> \n\nEnd");
        check("no marks", "no marks");
    }
}
