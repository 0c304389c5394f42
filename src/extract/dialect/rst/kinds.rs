//! The kinds of directives.

/// How a directive is converted.
pub(super) enum DirectiveKind {
    /// Left out.
    Gone,
    /// Code in this language.
    Code(&'static str),
    /// Code in the language that its argument names.
    Listing,
    Math,
    /// A picture; the argument is its path.
    Picture,
    /// Code in another file; the argument is its path.
    Include,
    /// Lines that are kept separate.
    Lines,
    /// The description of an object; the argument is its signature.
    Object,
    /// Only the content is text; the argument is left out.
    Content,
    /// The argument and the content are text.
    Text,
}

/// Directives without text for readers (layout, drawings, metadata), or whose text is in another file.
const GONE: &[&str] = &[
    "toctree",
    "contents",
    "include",
    "raw",
    "bibliography",
    "meta",
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

/// Directives that describe a part of a program.
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

/// Directives whose content is text, and whose argument is a file name or for the layout.
const CONTENT: &[&str] = &[
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

/// The kind of the directive `name`; `Text` for unknown ones without a domain.
pub(super) fn kind(name: &str) -> DirectiveKind {
    match name {
        "code-block" | "code" | "sourcecode" | "code-cell" | "prompt" => DirectiveKind::Listing,
        "doctest" | "ipython" | "testcode" | "jupyter-execute" => DirectiveKind::Code("python"),
        "parsed-literal" | "testoutput" | "productionlist" | "console" => DirectiveKind::Code(""),
        "math" => DirectiveKind::Math,
        "image" | "figure" => DirectiveKind::Picture,
        "literalinclude" => DirectiveKind::Include,
        "line-block" | "csv-table" => DirectiveKind::Lines,
        _ if GONE.contains(&name) || name.starts_with("auto") => DirectiveKind::Gone,
        _ if OBJECTS.contains(&name) => DirectiveKind::Object,
        _ if CONTENT.contains(&name) => DirectiveKind::Content,
        _ => match name.rsplit_once(':').map(|(_, last)| kind(last)) {
            // `class` alone sets a style; with a domain (`py:class`) it describes a class.
            Some(DirectiveKind::Text | DirectiveKind::Content) => DirectiveKind::Object,
            Some(kind) => kind,
            None => DirectiveKind::Text,
        },
    }
}
