//! Titles of admonitions, tabs and cards as lines of text that stay in one section with the text below them.

use crate::extract::pattern::patterns;

patterns! {
    /// The line that opens a callout: `::: {.callout-tip}`, `:::note`.
    CALLOUT = r"^:{3,}\s*(?:\{[^}]*\bcallout[^}]*\}|(?:note|tip|warning|info|caution|danger|important|hint|admonition)\b)";
    /// A heading.
    HEADING = r"^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$";
}

/// Whether `trimmed` is the line that opens a callout.
pub(super) fn opens_callout(trimmed: &str) -> bool {
    trimmed.starts_with(":::") && CALLOUT.is_match(trimmed)
}

/// The text of the heading in `line`; `None` if `line` isn't a heading.
pub(super) fn heading(line: &str) -> Option<&str> {
    HEADING.captures(line)?.get(1).map(|text| text.as_str())
}

/// Kinds of callouts whose title or text is a question.
const QUESTIONS: [&str; 3] = ["question", "faq", "help"];

/// Whether an admonition or callout of this kind asks a question.
pub(super) fn asks(kind: &str) -> bool {
    QUESTIONS.iter().any(|question| kind.eq_ignore_ascii_case(question))
}

/// `title` as a line of text; empty if `title` is empty. A question becomes a bold line, which the Markdown reader
/// makes a heading; a question that contains asterisks stays as it is. A title that ends with a letter, a digit, a
/// closing parenthesis, a quote or a mark of inline markup gets a colon, so that the line stays in one section with the
/// text below it. Other titles stay as they are.
pub(super) fn lead(title: &str) -> String {
    let title = title.trim();
    match title.chars().last() {
        None => String::new(),
        Some('?' | '？') if !title.contains('*') => format!("**{title}**"),
        Some(last) if last.is_alphanumeric() || ")\"'`*".contains(last) => format!("{title}:"),
        Some(_) => title.to_owned(),
    }
}
