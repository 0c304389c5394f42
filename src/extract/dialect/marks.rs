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
/// `@fig-shadow` of Quarto: the word of what is referred to.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"@(fig|tbl|eq|sec|lst|thm)-[\w-]+"));
/// `\@ref(fig:x)`, `(\#eq:x)`, `\newpage`, `\index{x}` of bookdown, and inline code that is run.
static BOOKDOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\\?@ref\([^)\n]*\)|\(\\?#(?:eq|tab|fig|thm):[^)\n]*\)|\\(?:newpage|clearpage|pagebreak|index\{[^}]*\}|label\{[^}]*\})|^\{-\}|\s\{-\}|\((?:PART|APPENDIX)\)\s",
    )
});
/// Attributes behind a heading: `{.unnumbered}`, `{background-color="#fff"}`.
static HEADING_ATTRIBUTES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(#{1,6}\s.*?)\s*\{[^{}]*\}\s*$"));
/// `%% remark %%`, `==marked==` and ` ^block` of Obsidian.
static REMARK: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"%%[^%\n]*%%"));
static MARKED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"==([^\s=][^=\n]*[^\s=])=="));
static BLOCK_ID: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\s\^[a-z0-9-]+\s*$"));
/// `[**words**]` of d2l, for its slides.
static SLIDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\[\*\*([^\]\n]+)\*\*\]([^(\[]|$)"));
/// `> [!abstract]- Title`; the title stays.
static CALLOUT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\s*(?:>\s?)+)\[!\w+\][+-]?\s*(\S)"));
/// `` `r 1 + 1` ``.
static INLINE_R: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"`r [^`\n]*`"));
/// `[see @key, p. 3]` of Pandoc.
static CITATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\s?\[[^\[\]\n@]{0,40}@[A-Za-z][^\[\]\n]*\]"));

/// Roles that stand for "figure 2" and the like: the words are the site generator's.
const REFERRING_ROLES: [&str; 4] = ["numref", "eqref", "ref", "eq"];
/// Roles whose text is a name for machines.
const HIDDEN_ROLES: [&str; 12] = [
    "label",
    "eqlabel",
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
    let is_target = line.starts_with('(') && line.trim_end().ends_with(")=");
    if line.trim() == ":end_tab:" || is_target && !line.contains(' ') {
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
        swap(&mut line, &ROLE, role);
    }
    if line.contains("[[") {
        swap(&mut line, &WIKILINK, wikilink);
    }
    if line.starts_with('#') && line.contains('{') {
        let ids = if is_quarto { &HEADING_ATTRIBUTES } else { &HEADING_ID };
        swap(&mut line, ids, |found| found[1].to_owned());
    }
    if line.contains("[**") {
        swap(&mut line, &SLIDE, |found| format!("**{}**{}", &found[1], &found[2]));
    }
    obsidian(&mut line);
    if is_quarto || line.contains("{:") {
        swap(&mut line, &ATTRIBUTES, |_| String::new());
    }
    if is_quarto {
        quarto(&mut line);
    }
    line.into_owned()
}

/// What a reader sees of a role.
fn role(found: &Captures) -> String {
    let role = found.get(1).or(found.get(2)).map_or("", |role| role.as_str());
    let text = &found[3];
    let is_path = role == "doc" && text.contains('/') && !text.contains('<');
    match text.split_once('<') {
        Some((words, _)) if REFERRING_ROLES.contains(&role) => words.trim().to_owned(),
        None if REFERRING_ROLES.contains(&role) => "…".to_owned(),
        _ if is_path || HIDDEN_ROLES.contains(&role) => String::new(),
        _ => format!("`{text}`"),
    }
}

fn quarto(line: &mut Cow<str>) {
    if line.trim() == ". . ." {
        *line = Cow::Borrowed("");
        return;
    }
    if line.contains('@') {
        swap(line, &CITATION, |_| String::new());
        swap(line, &REFERENCE, |found| {
            let names =
                [("fig", "figure"), ("tbl", "table"), ("eq", "equation"), ("sec", "section")];
            let name = names.iter().find(|(short, _)| *short == &found[1]);
            name.map_or("…", |(_, name)| name).to_owned()
        });
    }
    swap(line, &BOOKDOWN, |_| String::new());
    swap(line, &INLINE_R, |_| "…".to_owned());
}

fn obsidian(line: &mut Cow<str>) {
    if line.contains("%%") {
        swap(line, &REMARK, |_| String::new());
    }
    if line.contains("==") {
        swap(line, &MARKED, |found| found[1].to_owned());
    }
    if line.contains(" ^") {
        swap(line, &BLOCK_ID, |_| String::new());
    }
    if line.contains("[!") {
        swap(line, &CALLOUT, |found| format!("{}{}", &found[1], &found[2]));
    }
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
