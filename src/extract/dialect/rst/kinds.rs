//! The directives by what becomes of them.

/// What becomes of a directive.
pub(super) enum DirectiveKind {
    /// Nothing to read, or a part of another document.
    Gone,
    /// Code in the language given.
    Code(&'static str),
    /// Code in the language its argument names.
    Listing,
    Math,
    /// Lines that stay apart.
    Lines,
    /// The description of an object, whose argument is its signature.
    Object,
    /// Content, behind an argument that is no text.
    Content,
    /// Text.
    Text,
}

/// What has nothing to read, or stands for a part of another document.
const GONE: &[&str] = &[
    "toctree",
    "contents",
    "include",
    "literalinclude",
    "raw",
    "bibliography",
    "meta",
    "image",
    "index",
    "highlight",
    "currentmodule",
    "module",
    "tabularcolumns",
    "role",
    "default-role",
    "default-domain",
    "sectnum",
    "section-numbering",
    "header",
    "footer",
    "target-notes",
    "graphviz",
    "digraph",
    "graph",
    "mermaid",
    "uml",
    "video",
    "youtube",
    "inheritance-diagram",
    "sectionauthor",
    "codeauthor",
    "todolist",
    "autosummary",
    "plot",
    "title",
    "date",
    "unicode",
    "program",
    "argparse",
];

/// What describes a part of a program.
const OBJECTS: &[&str] = &[
    "function",
    "method",
    "attribute",
    "data",
    "exception",
    "option",
    "envvar",
    "classmethod",
    "staticmethod",
    "property",
    "decorator",
    "cmdoption",
];

/// What has content behind an argument that is for the layout.
const CONTENT: &[&str] = &[
    "figure",
    "grid",
    "container",
    "div",
    "only",
    "ifconfig",
    "tabs",
    "tab-set",
    "class",
    "rst-class",
    "cssclass",
    "glossary",
    "hlist",
    "panels",
];

/// What becomes of the directive `name`. One that nobody listed is taken for text.
pub(super) fn kind(name: &str) -> DirectiveKind {
    match name {
        "code-block" | "code" | "sourcecode" | "code-cell" | "prompt" => DirectiveKind::Listing,
        "doctest" | "ipython" | "testcode" | "jupyter-execute" => DirectiveKind::Code("python"),
        "parsed-literal" | "testoutput" | "productionlist" | "console" => DirectiveKind::Code(""),
        "math" => DirectiveKind::Math,
        "line-block" | "csv-table" => DirectiveKind::Lines,
        _ if GONE.contains(&name) || name.starts_with("auto") => DirectiveKind::Gone,
        _ if OBJECTS.contains(&name) => DirectiveKind::Object,
        _ if CONTENT.contains(&name) => DirectiveKind::Content,
        _ => match name.rsplit_once(':').map(|(_, last)| kind(last)) {
            // `class` sets a style by itself, and describes one in the domain of a language.
            Some(DirectiveKind::Text | DirectiveKind::Content) => DirectiveKind::Object,
            Some(kind) => kind,
            None => DirectiveKind::Text,
        },
    }
}
