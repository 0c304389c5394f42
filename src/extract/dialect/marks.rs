//! Removes the inline marks of Markdown dialects: tags, shortcodes, roles, divs, attributes, citations and
//! wikilinks.

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::titles;
use crate::extract::pattern::patterns;

patterns! {
    /// `{% hint %}`, `{% embed url="…" %}` of GitBook and Liquid.
    TAG = r"\{%-?\s*(.*?)\s*-?%\}";
    /// The URL in the tag of an embedded page: `embed url="…"`.
    URL = r#"^embed\s+url="(https?://[^"\s<>]+)""#;
    /// `{{< include x >}}` of Quarto and Hugo.
    SHORTCODE = r"\{\{[<%].*?[>%]\}\}";
    /// Roles: `:numref:`x`` in d2l and reStructuredText, `{ref}`x`` in MyST.
    ROLE = r"(?::([a-z_]+):|\{([a-z:]+)\})`([^`\n]*)`";
    /// `[[folder/Page#Heading|alias]]`, and `![[picture.png]]`.
    WIKILINK = r"(!?)\[\[([^\s\[\]|][^\[\]|\n]*)(?:\|([^\[\]\n]+))?\]\]";
    /// `::: {.callout-tip}` and `:::note Title`; the title is kept.
    DIV = r"^\s*:{3,}\s*(?:\{[^}]*\}|[A-Za-z][\w-]*(?:\[([^\]]*)\])?)?\s*(.*)$";
    /// `{#sec-a .class}` after headings, images and formulas; `{: .class}` in kramdown.
    ATTRIBUTES = r"\{(?:[#.][A-Za-z]|:\s?[#.])[^{}\n]*\}";
    /// Attributes of MkDocs after a picture or link: `{ align=right width="130" }`, `{ .md-button }`.
    MKDOCS_ATTRIBUTES = r"\s?\{(?:\s*(?:align|width|height|style|loading|target)=|\s+\.[a-z])[^{}\n]*\}";
    /// A heading without a space after its marks.
    TIGHT_HEADING = r"^(#{2,6})(\p{Lu}[^#]*)$";
    /// Bold words at the start of a line, with spaces inside the marks: `** Aim ** …`, `**Aim: **…`.
    LOOSE_BOLD = r"^(\s*(?:[-*+]\s+|\d+[.)]\s+)?)\*\*(\s*)([^*\s](?:[^*\n]{0,80}?[^*\s])?)(\s*)\*\*\s*";
    /// A citation outside of Quarto: the key has a year, so that annotations of Java and the like are kept.
    KEYED_CITATION = r"\s?\[@[A-Za-z][\w:.-]*\d{4}[^\[\]\n]*\]([^(\[:]|$)";
    HEADING_ID = r"^(#{1,6}\s.*?)\s*\{#[\w:.-]+\}\s*$";
    /// Quarto's cross-references, such as `@fig-shadow`.
    REFERENCE = r"@(fig|tbl|eq|sec|lst|thm)-[\w-]+";
    /// `\@ref(fig:x)`, `(\#eq:x)`, `\newpage`, `\index{x}` and the like in bookdown.
    BOOKDOWN = r"\\?@ref\([^)\n]*\)|\(\\?#(?:eq|tab|fig|thm):[^)\n]*\)|\\(?:newpage|clearpage|pagebreak|index\{[^}]*\}|label\{[^}]*\})|^\{-\}|\s\{-\}|\((?:PART|APPENDIX)\)\s";
    /// Attributes after a heading: `{.unnumbered}`, `{background-color="#fff"}`.
    HEADING_ATTRIBUTES = r"^(#{1,6}\s.*?)\s*\{[^{}]*\}\s*$";
    /// A remark in Obsidian: `%% remark %%`.
    REMARK = r"%%[^%\n]*%%";
    /// Highlighted text in Obsidian: `==marked==`.
    MARKED = r"==([^\s=][^=\n]*[^\s=])==";
    /// The id of a block in Obsidian: ` ^block` at the end of a line.
    BLOCK_ID = r"\s\^[a-z0-9-]+\s*$";
    /// `[**words**]` in d2l, which selects text for slides.
    SLIDE = r"\[\*\*([^\]\n]+)\*\*\]([^(\[]|$)";
    /// Inline R code that is evaluated: `` `r 1 + 1` ``.
    INLINE_R = r"`r [^`\n]*`";
    /// Citations in Pandoc that are part of a sentence: `@lundberg2017unified`.
    NAMED_CITATION = r"(^|[\s(])@([a-z]{3,})(\d{4})[a-z]*\b";
    /// Citations in Pandoc: `[see @key, p. 3]`.
    CITATION = r"\s?\[[^\[\]\n@]{0,40}@[A-Za-z][^\[\]\n]*\]";
}

/// Roles for which the site generator writes "figure 2" or the like.
const REFERRING_ROLES: [&str; 4] = ["numref", "eqref", "ref", "eq"];
/// Roles whose text is an identifier that readers don't see.
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

/// `line` without inline marks. The marks that only Quarto and R Markdown have are removed only if `is_quarto`.
pub(super) fn without(line: &str, is_quarto: bool) -> String {
    let is_target = line.starts_with('(') && line.trim_end().ends_with(")=");
    if line.trim() == ":end_tab:" || is_target && !line.contains(' ') {
        return String::new();
    }
    let mut line = Cow::Borrowed(line);
    if line.trim_start().starts_with(":::") {
        swap(&mut line, &DIV, |found| {
            let title = found.get(1).or(found.get(2));
            title.map_or(String::new(), |title| titles::lead(title.as_str()))
        });
    }
    templates(&mut line);
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
    common(&mut line);
    obsidian(&mut line);
    if is_quarto || line.contains("{:") {
        swap(&mut line, &ATTRIBUTES, |_| String::new());
    }
    if is_quarto {
        quarto(&mut line);
    }
    line.into_owned()
}

/// Repairs loose marks of Markdown, and removes the attributes of MkDocs and citations.
fn common(line: &mut Cow<str>) {
    if line.starts_with("##") {
        swap(line, &TIGHT_HEADING, |found| format!("{} {}", &found[1], &found[2]));
    }
    if line.contains("**") {
        swap(line, &LOOSE_BOLD, |found| match (&found[2], &found[4]) {
            ("", "") => found[0].to_owned(),
            _ => format!("{}**{}** ", &found[1], &found[3]),
        });
    }
    if line.contains('{') {
        swap(line, &MKDOCS_ATTRIBUTES, |_| String::new());
    }
    if line.contains("[@") {
        swap(line, &KEYED_CITATION, |found| found[1].to_owned());
    }
}

/// Removes shortcodes and template tags; the URL of an embedded page is kept.
fn templates(line: &mut Cow<str>) {
    if line.contains("{{") {
        swap(line, &SHORTCODE, |_| String::new());
    }
    if line.contains("{%") {
        swap(line, &TAG, |found| {
            let url = URL.captures(&found[1]);
            url.map_or(String::new(), |url| format!("<{}>", url[1].replace('\\', "")))
        });
    }
}

/// The text that replaces the role `found`. For a reference, its title, or "…" if the site generator would generate the
/// text. Nothing if readers don't see the role's text. For other roles, the text as a code span.
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

/// Removes the marks of Quarto, R Markdown and bookdown.
fn quarto(line: &mut Cow<str>) {
    if line.trim() == ". . ." {
        *line = Cow::Borrowed("");
        return;
    }
    if line.contains('@') {
        swap(line, &CITATION, |_| String::new());
        swap(line, &NAMED_CITATION, |found| {
            format!("{}{} ({})", &found[1], capitalised(&found[2]), &found[3])
        });
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

/// `name` with a capital first letter.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Removes the marks of Obsidian.
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
}

/// Replaces all matches of `pattern` in `line`.
fn swap(line: &mut Cow<str>, pattern: &Regex, by: impl Fn(&Captures) -> String) {
    if let Cow::Owned(changed) = pattern.replace_all(line, |found: &Captures| by(found)) {
        *line = Cow::Owned(changed);
    }
}

/// The text that a wikilink shows; empty for an embedded file (`![[…]]`).
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
