//! Removes the remains of a template from a post: HTML comments, prompts that were not replaced, check boxes, and
//! headings without text.

use crate::extract::pattern::patterns;

/// Heading levels are less than this.
const LEVELS: usize = 8;
/// The level of a bold line that serves as a heading.
const BOLD_LEVEL: usize = 7;
/// The maximum number of words of a bold line that serves as a heading. A longer one is text.
const BOLD_WORDS: usize = 9;
/// The maximum bytes of a line that is matched with [`PROMPT`]. A longer line isn't a prompt.
const LONGEST_PROMPT: usize = 300;

patterns! {
    /// Lines of templates, called prompts: those of GitHub's default templates for bugs and features, the values that
    /// GitHub's forms write for empty fields, and check boxes with which an author promises something.
    PROMPT = {
        let patterns = [
            r"_?no response_?$",
            r"(n/?a|none|nope|-)\.?$",
            r"a clear and concise description of\b",
            r"if applicable, add screenshots\b",
            r"add any other context\b",
            r"steps to reproduce the behaviou?r:?$",
            r"(\d+\.|[-*]) (go to '\.+'|click on '\.+'|scroll down to '\.+'|see error)$",
            r"please (describe|provide|fill|complete|read|search|make sure|delete|remove)\b.{0,160}\b(below|here|template|section|this (line|text)|(existing|similar) issues?|before)\b",
            r"[-*] \[[ x]\] (i |i've |i'm |i’ve |i’m |my |this (issue|is|isn't) |the issue )",
        ];
        let patterns: Vec<String> = patterns.iter().map(|pattern| format!("^(?:{pattern})")).collect();
        format!("(?i){}", patterns.join("|"))
    };
}

/// The role of a line with regard to fenced code blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FenceLine {
    /// Outside of code.
    Text,
    /// The line that opens or closes a code block.
    Mark,
    Code,
}

/// Distinguishes fenced code from text, line by line: CommonMark 0.31, section 4.5, but at any indentation, as in
/// list items.
#[derive(Debug, Default)]
pub(super) struct FenceTracker {
    /// The character and the length of the open fence; `None` outside of code.
    open: Option<(u8, usize)>,
}

impl FenceTracker {
    /// Whether the next line is code or closes the block.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Classifies the next line, `line`. O(length).
    pub fn next(&mut self, line: &str) -> FenceLine {
        let line = line.trim();
        let mark = line.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'));
        let length = mark.map_or(0, |mark| line.bytes().take_while(|byte| *byte == mark).count());
        match (self.open, mark) {
            (Some((open, least)), Some(mark)) if mark == open && length >= least => {
                if length == line.len() {
                    self.open = None;
                    return FenceLine::Mark;
                }
                FenceLine::Code
            }
            (Some(_), _) => FenceLine::Code,
            (None, Some(mark))
                if length >= 3 && !(mark == b'`' && line[length..].contains('`')) =>
            {
                self.open = Some((mark, length));
                FenceLine::Mark
            }
            (None, _) => FenceLine::Text,
        }
    }
}

/// A line of a post that is kept.
enum BodyPart<'a> {
    /// A heading, with its level.
    Heading(usize, &'a str),
    Text(&'a str),
    Blank,
}

/// The Markdown `body` without the remains of a template. O(length).
pub(super) fn clean(body: &str) -> String {
    let body = without_comments(body);
    let mut fence = FenceTracker::default();
    let mut parts: Vec<BodyPart> = Vec::new();
    for line in body.lines() {
        let part = match fence.next(line) {
            FenceLine::Mark | FenceLine::Code => BodyPart::Text(line),
            FenceLine::Text if line.trim().is_empty() => BodyPart::Blank,
            FenceLine::Text if is_prompt(line.trim()) => continue,
            FenceLine::Text => {
                level(line).map_or(BodyPart::Text(line), |level| BodyPart::Heading(level, line))
            }
        };
        parts.push(part);
    }
    let headings = parts.iter().filter(|part| matches!(part, BodyPart::Heading(..))).count();
    // A template has several headings. A single bold line may be the whole comment, so it is kept.
    let kept = if headings > 1 { filled(parts) } else { parts };
    let lines: Vec<&str> = kept
        .iter()
        .map(|part| match part {
            BodyPart::Heading(_, line) | BodyPart::Text(line) => *line,
            BodyPart::Blank => "",
        })
        .collect();
    lines.join("\n")
}

/// `parts` without the headings that have no text below them.
fn filled(parts: Vec<BodyPart>) -> Vec<BodyPart> {
    // The lines are read from the end. `seen[level]` states whether there is text below a heading of this level, if
    // such a heading is the next line that is read.
    let mut seen = [false; LEVELS];
    let mut kept: Vec<BodyPart> = Vec::with_capacity(parts.len());
    for part in parts.into_iter().rev() {
        match part {
            BodyPart::Heading(level, _) => {
                let is_filled = seen[level];
                seen[level..].fill(false);
                if !is_filled {
                    continue;
                }
            }
            BodyPart::Text(_) => seen.fill(true),
            BodyPart::Blank => {}
        }
        kept.push(part);
    }
    kept.reverse();
    kept
}

/// The level of the heading `line`; `None` if it isn't one.
fn level(line: &str) -> Option<usize> {
    let line = line.trim();
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&marks) && line[marks..].starts_with([' ', '\t']) {
        return Some(marks);
    }
    let bold = line.trim_end_matches(':').strip_prefix("**")?.strip_suffix("**")?;
    let is_short = bold.split_whitespace().nth(BOLD_WORDS).is_none();
    (is_short && !bold.is_empty() && !bold.contains("**")).then_some(BOLD_LEVEL)
}

fn is_prompt(line: &str) -> bool {
    line.len() <= LONGEST_PROMPT && PROMPT.is_match(line)
}

/// `body` without `<!-- … -->`; code is not changed. A comment that is not closed extends to the end, as on GitHub.
fn without_comments(body: &str) -> String {
    let mut kept = String::with_capacity(body.len());
    let mut fence = FenceTracker::default();
    let mut is_open = false;
    for line in body.split_inclusive('\n') {
        let mut rest = line;
        if !is_open && fence.next(line) != FenceLine::Text {
            kept.push_str(line);
            continue;
        }
        while !rest.is_empty() {
            if is_open {
                let Some(end) = rest.find("-->") else { break };
                rest = &rest[end + 3..];
            }
            let begin = rest.find("<!--").filter(|at| rest[..*at].matches('`').count() % 2 == 0);
            kept.push_str(&rest[..begin.unwrap_or(rest.len())]);
            is_open = begin.is_some();
            rest = begin.map_or("", |at| &rest[at + 4..]);
        }
        if is_open && !kept.ends_with('\n') {
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remains_of_a_template_are_removed() {
        let body = "<!-- Please search\nbefore you ask. -->\n### What happened?\n\nThe loss is NaN.\n\n### Logs\n\n_No response_\n\n### Steps\n\n#### First\n\nRun it.\n\n#### Second\n\n### Checks\n\n- [x] I have searched the issues\n- [ ] This is a bug\n";
        let kept: Vec<String> =
            clean(body).lines().filter(|l| !l.is_empty()).map(str::to_owned).collect();
        assert_eq!(
            kept,
            ["### What happened?", "The loss is NaN.", "### Steps", "#### First", "Run it."]
        );
    }

    #[test]
    fn an_unfilled_template_has_no_content() {
        let body = "**Describe the bug**\nA clear and concise description of what the bug is.\n\n**To Reproduce**\nSteps to reproduce the behavior:\n1. Go to '...'\n2. Click on '....'\n3. Scroll down to '....'\n4. See error\n\n**Additional context**\nAdd any other context about the problem here.\n";
        assert_eq!(clean(body).trim(), "");
    }

    #[test]
    fn ordinary_text_is_kept() {
        for body in [
            "**Use a feature store.**",
            "Use `<!-- this -->` to hide it.",
            "```html\n<!-- kept -->\n# kept\n```\nDone.",
            "- [ ] Log the position\n- [x] Train with it",
            "# One\n\ntext\n\n# Two\n\nmore",
            "None of these works for us.",
        ] {
            assert_eq!(clean(body), body);
        }
        assert_eq!(clean("a <!-- b --> c <!-- d"), "a  c ");
    }

    #[test]
    fn fences_close_with_their_own_mark() {
        let mut fence = FenceTracker::default();
        let lines = ["a", "````md", "```", "~~~", "````", "`b`", "  ~~~", "```", "~~~~ "];
        let found: Vec<FenceLine> = lines.iter().map(|line| fence.next(line)).collect();
        use FenceLine::{Code, Mark, Text};
        assert_eq!(found, [Text, Mark, Code, Code, Mark, Text, Mark, Code, Mark]);
    }
}
