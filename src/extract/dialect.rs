//! What Markdown's dialects add to it, taken out before it is read: MDX, Quarto and R Markdown, GitBook
//! and Liquid, MyST and d2l, wikilinks.
//!
//! Lines stay where they are, so that what is found still leads to them. Fenced code is left alone.
//! Words that a reader would see stay; marks for a site generator go.

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

/// The Markdown of `text`, a file of the format `format`, without what is its dialect's. As many
/// lines as before. O(length); nothing is copied where there is nothing to take out.
pub(super) fn plain<'a>(text: &'a str, format: &str) -> Cow<'a, str> {
    let is_quarto = matches!(format, "qmd" | "rmd");
    let is_mdx = format == "mdx";
    let marks = ["{%", "{{<", "{{%", ":::", ":`", "}`", "[[", ":end_tab:", "{#", "{:"];
    if !is_quarto && !is_mdx && !marks.iter().any(|mark| text.contains(mark)) {
        return Cow::Borrowed(text);
    }
    let mut reader = Reader { is_quarto, is_mdx, ..Reader::default() };
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body.strip_suffix('\r').unwrap_or(body), "\n"),
            None => (line, ""),
        };
        plain.push_str(&reader.line(body));
        plain.push_str(end);
    }
    Cow::Owned(plain)
}

/// Where in a file the reader is.
#[derive(Default)]
struct Reader {
    is_quarto: bool,
    is_mdx: bool,
    /// The mark that opened the code block, and its indentation.
    fence: Option<(String, usize)>,
    /// In an `import` or `export` of MDX, which ends at a blank line.
    in_module: bool,
    /// Components of MDX that are open: what is in them may be indented as deep as it likes.
    depth: usize,
    /// In a component's tag that goes on over lines: braces that are open in it.
    in_tag: Option<usize>,
}

impl Reader {
    fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if let Some((mark, indent)) = &self.fence {
            let (mark, indent) = (mark.clone(), *indent);
            let trimmed = line.trim();
            let closes =
                trimmed.starts_with(&mark) && trimmed.trim_start_matches(['`', '~']).is_empty();
            if closes {
                self.fence = None;
            } else if self.is_quarto && trimmed.starts_with("#|") {
                return Cow::Borrowed("");
            }
            return Cow::Borrowed(undented(line, indent));
        }
        let trimmed = line.trim_start();
        if let Some(mark) = fence(trimmed) {
            let indent = if self.depth > 0 { line.len() - trimmed.len() } else { 0 };
            self.fence = Some((mark.to_owned(), indent));
            return Cow::Borrowed(undented(line, indent));
        }
        let line = if self.is_mdx { self.mdx(line) } else { Cow::Borrowed(line) };
        Cow::Owned(self.marks(&line))
    }

    /// The line without imports and components; their contents stay.
    fn mdx<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let begins = |word: &str| line.starts_with(word);
        self.in_module =
            (self.in_module || begins("import ") || begins("export ")) && !line.trim().is_empty();
        if self.in_module {
            return Cow::Borrowed("");
        }
        let inside = self.depth > 0;
        if self.in_tag.is_none() && !line.contains(['<', '{']) {
            return Cow::Borrowed(if inside { line.trim_start() } else { line });
        }
        let mut kept = String::with_capacity(line.len());
        let mut rest = line;
        while !rest.is_empty() {
            rest = match self.in_tag {
                Some(_) => self.tag(rest),
                None => self.text(rest, &mut kept),
            };
        }
        let kept = if inside || self.depth > 0 { kept.trim_start().to_owned() } else { kept };
        Cow::Owned(kept)
    }

    /// Keeps `rest` up to the next component's tag; what follows that tag's name.
    fn text<'a>(&mut self, rest: &'a str, kept: &mut String) -> &'a str {
        let opens = rest.match_indices('<').find(|(at, _)| {
            let name = rest[at + 1..].trim_start_matches('/');
            name.starts_with(|c: char| c.is_ascii_uppercase())
                && !name.starts_with("http")
                && is_component(name)
        });
        let comment =
            rest.find("{/*").map(|at| (at, rest[at..].find("*/}").map(|end| at + end + 3)));
        match (opens, comment) {
            (Some((at, _)), comment) if comment.is_none_or(|(other, _)| at < other) => {
                kept.push_str(&rest[..at]);
                let closes = rest[at + 1..].starts_with('/');
                if closes {
                    self.depth = self.depth.saturating_sub(1);
                } else {
                    self.depth += 1;
                }
                self.in_tag = Some(0);
                &rest[at + 1..]
            }
            (_, Some((at, Some(end)))) => {
                kept.push_str(&rest[..at]);
                &rest[end..]
            }
            _ => {
                kept.push_str(rest);
                ""
            }
        }
    }

    /// What follows the tag that is open; the end of the line if it goes on.
    fn tag<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut braces = self.in_tag.unwrap_or(0);
        let mut before = ' ';
        for (at, c) in rest.char_indices() {
            match c {
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                '>' if braces == 0 && before != '=' => {
                    if before == '/' {
                        self.depth = self.depth.saturating_sub(1);
                    }
                    self.in_tag = None;
                    return &rest[at + 1..];
                }
                _ => {}
            }
            before = c;
        }
        self.in_tag = Some(braces);
        ""
    }

    /// The line without the marks that all dialects share.
    fn marks(&self, line: &str) -> String {
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
                if HIDDEN_ROLES.contains(&role) {
                    String::new()
                } else {
                    format!("`{}`", &found[3])
                }
            });
        }
        if line.contains("[[") {
            swap(&mut line, &WIKILINK, wikilink);
        }
        swap(&mut line, &HEADING_ID, |found| found[1].to_owned());
        if self.is_quarto || line.contains("{:") {
            swap(&mut line, &ATTRIBUTES, |_| String::new());
        }
        if self.is_quarto && line.contains('@') {
            swap(&mut line, &CITATION, |_| String::new());
        }
        line.into_owned()
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

/// The backticks or tildes that open a code block on the line `trimmed`.
fn fence(trimmed: &str) -> Option<&str> {
    let first = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == first).count();
    let is_fence = length >= 3 && !(first == '`' && trimmed[length..].contains('`'));
    is_fence.then(|| &trimmed[..length])
}

/// Whether `name`, what follows a `<`, begins with a component's name: `Tabs`, `Callout`, but not
/// `MASK>` or `BEARER>`, which stand for themselves.
fn is_component(name: &str) -> bool {
    let word: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '.').collect();
    let after = name[word.len()..].chars().next();
    word.chars().any(|c| c.is_ascii_lowercase()) && after.is_none_or(|c| " \t/>\n".contains(c))
}

/// `line` without up to `indent` spaces at its head.
fn undented(line: &str, indent: usize) -> &str {
    let spaces = line.len() - line.trim_start().len();
    &line[spaces.min(indent)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, text: &str, expected: &str) {
        let plain = plain(text, format);
        assert_eq!(plain, expected);
        assert_eq!(plain.lines().count(), text.lines().count(), "lines stay where they are");
    }

    #[test]
    fn markdown_of_no_dialect_is_not_touched() {
        let text = "# A\n\nPlain `code` and [link](x) and a: b.\n";
        assert!(matches!(plain(text, "md"), Cow::Borrowed(_)));
        check(
            "md",
            "```\n{% raw %} :label:`x`\n::: note\n```\n",
            "```\n{% raw %} :label:`x`\n::: note\n```\n",
        );
    }

    #[test]
    fn d2l_and_myst_lose_their_labels_and_keep_their_words() {
        check(
            "md",
            "# A\n:label:`sec_a`\n\nSee :numref:`fig_b` and :citet:`Key.2015`.\n",
            "# A\n\n\nSee  and .\n",
        );
        check("md", ":begin_tab:`mxnet`\nText.\n:end_tab:\n", "\nText.\n\n");
        check("md", "{doc}`guide` by {cite}`key` and :func:`fit`\n", "`guide` by  and `fit`\n");
    }

    #[test]
    fn gitbook_liquid_and_shortcodes_go_and_embedded_addresses_stay() {
        check(
            "md",
            "{% embed url=\"https://a.org/v?x=1\" %} now\n{% hint style=\"info\" %}\nMind.\n{% endhint %}\n",
            "<https://a.org/v?x=1> now\n\nMind.\n\n",
        );
        check("qmd", "{{< include _setup.qmd >}}\nText {{< meta x >}} on.\n", "\nText  on.\n");
    }

    #[test]
    fn quarto_loses_divs_attributes_citations_and_chunk_options() {
        check(
            "qmd",
            "## Title {#sec-a .unnumbered}\n::: {.callout-tip}\n:::: note Mind this\nWords [@key2020; @b] on.\n:::\n",
            "## Title \n\nMind this\nWords on.\n\n",
        );
        check("qmd", "```{r}\n#| label: x\n1 + 1\n```\n", "```{r}\n\n1 + 1\n```\n");
        check("qmd", "$\\{.5, .55\\}$ stays\n", "$\\{.5, .55\\}$ stays\n");
    }

    #[test]
    fn mdx_loses_imports_and_components_and_keeps_what_is_in_them() {
        check(
            "mdx",
            "import { Tabs } from 'x'\n\n# A\n\n<Callout type=\"info\" emoji={'>'}>\n    Learn **more** [here](y).\n</Callout>\n",
            "\n\n# A\n\n\nLearn **more** [here](y).\n\n",
        );
        check(
            "mdx",
            "<Tabs items={['a',\n  'b']}>\n    <Tab>\n        ```py\n        x = 1\n          y\n        ```\n    </Tab>\n</Tabs>\nEnd <br/> a < b, <MASK> {/* no */}.\n",
            "\n\n\n```py\nx = 1\n  y\n```\n\n\nEnd <br/> a < b, <MASK> .\n",
        );
    }

    #[test]
    fn wikilinks_become_the_words_that_they_show() {
        check(
            "md",
            "- [[a/b/Page#Part]] and [[Page|the page]], ![[x.png]] but [[1, 2], [3]]\n",
            "- Page: Part and the page,  but [[1, 2], [3]]\n",
        );
    }

    #[test]
    fn the_id_behind_a_heading_goes_in_any_dialect() {
        check("md", "## Part {#part-one}\n{: .note}\n", "## Part\n\n");
    }
}
