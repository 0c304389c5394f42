//! The marks that dialects put into a line: tags, shortcodes, roles, divs, attributes, citations and
//! wikilinks.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A pattern that is known to be one.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// `{% hint %}`, `{% embed url="…" %}` of GitBook and Liquid.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\{%-?\s*(.*?)\s*-?%\}"));
/// The address in such a tag.
static URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"^embed\s+url="(https?://[^"\s<>]+)""#));
/// `{{< include x >}}` of Quarto and Hugo.
static SHORTCODE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\{\{[<%].*?[>%]\}\}"));
/// `:numref:`x`` of d2l and reStructuredText, `{ref}`x`` of MyST.
static ROLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?::([a-z_]+):|\{([a-z:]+)\})`([^`\n]*)`"));
/// `[[folder/Page#Heading|alias]]`, and `![[picture.png]]`.
static WIKILINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(!?)\[\[([^\s\[\]|][^\[\]|\n]*)(?:\|([^\[\]\n]+))?\]\]"));
/// `::: {.callout-tip}` and `:::note Title`; the title stays.
static DIV: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^\s*:{3,}\s*(?:\{[^}]*\}|[A-Za-z][\w-]*(?:\[([^\]]*)\])?)?\s*(.*)$")
});
/// `{#sec-a .class}` behind headings, pictures and formulas; `{: .class}` of kramdown.
static ATTRIBUTES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\{(?:[#.][A-Za-z]|:\s?[#.])[^{}\n]*\}"));
static HEADING_ID: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(#{1,6}\s.*?)\s*\{#[\w:.-]+\}\s*$"));
/// `[see @key, p. 3]` of Pandoc.
static CITATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\s?\[[^\[\]\n@]{0,40}@[A-Za-z][^\[\]\n]*\]"));

/// Roles whose text is a name for machines.
const HIDDEN_ROLES: [&str; 16] = [
    "label",
    "eqlabel",
    "numref",
    "eqref",
    "ref",
    "eq",
    "cite",
    "citet",
    "citep",
    "cite:t",
    "cite:p",
    "width",
    "height",
    "begin_tab",
    "bibliography",
    "alt",
];

/// The line without the marks that all dialects share.
pub(super) fn without(line: &str, is_quarto: bool) -> String {
    if line.trim() == ":end_tab:" {
        return String::new();
    }
    let mut line = Cow::Borrowed(line);
    if line.trim_start().starts_with(":::") {
        swap(&mut line, &DIV, |found| {
            let title = found.get(1).or(found.get(2));
            title.map_or(String::new(), |title| title.as_str().to_owned())
        });
    }
    if line.contains("{{") {
        swap(&mut line, &SHORTCODE, |_| String::new());
    }
    if line.contains("{%") {
        swap(&mut line, &TAG, |found| {
            let url = URL.as_ref().and_then(|url| url.captures(&found[1]));
            url.map_or(String::new(), |url| format!("<{}>", &url[1]))
        });
    }
    if line.contains('`') {
        swap(&mut line, &ROLE, |found| {
            let role = found.get(1).or(found.get(2)).map_or("", |role| role.as_str());
            if HIDDEN_ROLES.contains(&role) { String::new() } else { format!("`{}`", &found[3]) }
        });
    }
    if line.contains("[[") {
        swap(&mut line, &WIKILINK, wikilink);
    }
    swap(&mut line, &HEADING_ID, |found| found[1].to_owned());
    if is_quarto || line.contains("{:") {
        swap(&mut line, &ATTRIBUTES, |_| String::new());
    }
    if is_quarto && line.contains('@') {
        swap(&mut line, &CITATION, |_| String::new());
    }
    line.into_owned()
}

/// Replaces what `pattern` finds in `line`.
fn swap(line: &mut Cow<str>, pattern: &Option<Regex>, by: impl Fn(&Captures) -> String) {
    let Some(pattern) = pattern else { return };
    if let Cow::Owned(changed) = pattern.replace_all(line, |found: &Captures| by(found)) {
        *line = Cow::Owned(changed);
    }
}

/// The words that a wikilink shows.
fn wikilink(found: &Captures) -> String {
    if &found[1] == "!" {
        return String::new();
    }
    if let Some(alias) = found.get(3) {
        return alias.as_str().trim().to_owned();
    }
    let (page, heading) = found[2].split_once('#').unwrap_or((&found[2], ""));
    let page = page.rsplit('/').next().unwrap_or(page).trim_end_matches(".md");
    match (page, heading) {
        (page, "") => page.to_owned(),
        ("", heading) => heading.to_owned(),
        (page, heading) => format!("{page}: {heading}"),
    }
}
