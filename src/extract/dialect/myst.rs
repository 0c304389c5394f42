//! MyST directives, which look like fenced code: `{note}`, `{figure}`, `{code-cell}`.

/// Directives that contain code or a diagram's source, which stays fenced.
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
/// Directives whose contents are left out.
const EMPTY: [&str; 7] =
    ["toctree", "tableofcontents", "contents", "bibliography", "include", "only", "index"];
/// Directives with prose or a formula. [`directive`] drops the argument of `margin` and `math`; the argument of the
/// others is a title.
const NAMED: [&str; 6] = ["list-table", "table", "math", "grid-item-card", "dropdown", "margin"];
/// Directives with prose. Other names in braces are not directives, because they may be the languages of R Markdown
/// chunks.
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

/// The kind of a block, according to its fence's info string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    /// The contents are Markdown; the title is kept.
    Prose {
        title: &'a str,
    },
    Math,
    /// A picture; the contents are its caption, if it has one.
    Picture {
        path: &'a str,
        has_caption: bool,
    },
    /// The block is left out.
    Empty,
    /// Code in this language; empty if unknown.
    Code(&'a str),
}

/// The directive that a fence with the info string `info` opens. `None` for plain code, and for anything else that
/// isn't a known MyST directive, such as R Markdown chunks.
pub(super) fn directive(info: &str) -> Option<Directive<'_>> {
    // d2l's table of contents.
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
        name @ ("figure" | "image") if !argument.is_empty() => {
            Some(Directive::Picture { path: argument, has_caption: name == "figure" })
        }
        "image" => Some(Directive::Empty),
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
