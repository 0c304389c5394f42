//! MyST's directives, which look like fenced code: `{note}`, `{figure}`, `{code-cell}`.

/// Directives that hold code, or a diagram's: they stay fenced.
const CODE: [&str; 14] = [
    "code",
    "code-block",
    "code-cell",
    "sourcecode",
    "literalinclude",
    "mermaid",
    "parsed-literal",
    "doctest",
    "testcode",
    "ipython",
    "ipython3",
    "prompt",
    "eval-rst",
    "raw",
];
/// Directives of which nothing is read.
const EMPTY: [&str; 8] =
    ["toctree", "tableofcontents", "contents", "image", "bibliography", "include", "only", "index"];
/// Directives whose argument is a file or a name for machines.
const NAMED: [&str; 7] =
    ["figure", "list-table", "table", "math", "grid-item-card", "dropdown", "margin"];
/// Directives that R Markdown's chunks can't be mistaken for, besides those above.
const PROSE: [&str; 31] = [
    "note",
    "tip",
    "warning",
    "important",
    "caution",
    "hint",
    "danger",
    "attention",
    "error",
    "seealso",
    "admonition",
    "card",
    "grid",
    "tab-set",
    "tab-item",
    "sidebar",
    "epigraph",
    "topic",
    "exercise",
    "solution",
    "exercise-start",
    "exercise-end",
    "solution-start",
    "solution-end",
    "versionadded",
    "versionchanged",
    "deprecated",
    "glossary",
    "rubric",
    "aside",
    "div",
];

/// What a fence's info string says of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    /// Its contents are Markdown; the title stays.
    Prose {
        title: &'a str,
    },
    Math,
    /// Nothing of it is read.
    Empty,
    /// Code in the language, if it says which.
    Code(&'a str),
}

/// The directive that `info`, what follows a fence's mark, opens; `None` for plain code and for what is
/// no directive of MyST, such as R Markdown's chunks.
pub(super) fn directive(info: &str) -> Option<Directive<'_>> {
    // The table of contents of d2l.
    if info.trim() == "toc" {
        return Some(Directive::Empty);
    }
    let (name, argument) = info.trim().strip_prefix('{')?.split_once('}')?;
    let argument = argument.trim();
    match name.trim() {
        name if CODE.contains(&name) => {
            Some(Directive::Code(if name == "mermaid" { name } else { argument }))
        }
        name if EMPTY.contains(&name) => Some(Directive::Empty),
        "math" => Some(Directive::Math),
        "figure" | "margin" => Some(Directive::Prose { title: "" }),
        name if NAMED.contains(&name) || PROSE.contains(&name) || name.starts_with("prf:") => {
            Some(Directive::Prose { title: argument })
        }
        _ => None,
    }
}

/// Whether `line` is an option of a directive: `:width: 80%`.
pub(super) fn is_option(line: &str) -> bool {
    let Some((name, _)) = line.trim().strip_prefix(':').and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
