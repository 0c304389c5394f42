//! Callouts of Obsidian and GitHub: block quotes that begin with `[!note]` and a title.
//!
//! The mark is removed. A callout that asks a question becomes a paragraph, so that the Markdown reader takes it for one.

use std::borrow::Cow;

use super::titles;
use crate::extract::pattern::patterns;

patterns! {
    CALLOUT = r"^(\s*(?:>\s?)+)\[!([\w-]+)\][+-]?\s*(.*?)\s*$";
}

/// The state of reading callouts, line by line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum CalloutReader {
    #[default]
    Outside,
    /// The mark of a question without a title was read; the next line with text begins the question.
    BeforeQuestion,
    InQuestion,
}

impl CalloutReader {
    /// The Markdown of `line`.
    pub fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let trimmed = line.trim_start();
        let Some(quoted) = trimmed.strip_prefix('>') else {
            *self = CalloutReader::Outside;
            return Cow::Borrowed(line);
        };
        if let Some(found) = CALLOUT.captures(line) {
            let (marks, kind, title) = (&found[1], &found[2], &found[3]);
            let asks = titles::asks(kind);
            let has_title = !title.is_empty();
            *self = match asks && !has_title {
                true => CalloutReader::BeforeQuestion,
                false => CalloutReader::Outside,
            };
            return Cow::Owned(match asks {
                true if has_title => format!("Q: {title}"),
                true => String::new(),
                false => format!("{marks}{}", titles::lead(title)),
            });
        }
        let quoted = quoted.trim();
        match self {
            CalloutReader::Outside => Cow::Borrowed(line),
            CalloutReader::BeforeQuestion if !quoted.is_empty() => {
                *self = CalloutReader::InQuestion;
                Cow::Owned(format!("Q: {quoted}"))
            }
            CalloutReader::BeforeQuestion | CalloutReader::InQuestion => Cow::Borrowed(quoted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CalloutReader;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut reader = CalloutReader::default();
        let lines: Vec<_> = text.lines().map(|line| reader.line(line)).collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn callouts_lose_their_mark_and_questions_their_quote() {
        check("> [!tip]- Mind\n> words", "> Mind:\n> words");
        check("> [!NOTE]\n> words", "> \n> words");
        check(
            "> [!question]\n> Why **cache**\n> at all?\n\n> [!answer]-\n> For speed.",
            "\nQ: Why **cache**\nat all?\n\n> \n> For speed.",
        );
        check("> [!faq]+ Why cache?\n> For speed.", "Q: Why cache?\n> For speed.");
        check("> a quote", "> a quote");
    }
}
