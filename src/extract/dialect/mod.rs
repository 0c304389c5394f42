//! Removes the additions of Markdown dialects before parsing: MDX, Quarto and R Markdown, GitBook and
//! Liquid, MyST and d2l, wikilinks.
//!
//! The number of lines doesn't change, so that line numbers stay valid. Fenced code is kept as it is. Text
//! that readers see is kept; marks for a site generator are removed. [`marks`] handles marks inside a
//! line, [`callout`] callouts in block quotes, [`mdx`] MDX components, [`myst`] directives in fences, [`indented`] the
//! blocks of MkDocs, [`tabs`] tabs, [`d2l`] blocks for several frameworks, and [`mermaid`] diagrams; [`titles`] writes the
//! titles of such blocks. [`rst`] converts reStructuredText to Markdown.

mod callout;
mod d2l;
mod excalidraw;
mod fence;
mod indented;
mod marks;
mod mdx;
pub(super) mod mermaid;
mod myst;
mod rst;
mod tabs;
mod titles;

use std::borrow::Cow;

use callout::CalloutReader;
use fence::fence;
use mdx::Mdx;
use myst::Directive;

use crate::extract::pattern::patterns;

patterns! {
    /// Matches the marks of all dialects, to find out in one pass whether a file has any.
    MARKS = r"(?m:^#{2,6}\p{Lu})|(?m:^[\s\d.)*+-]*\*\*)|\{ ?(?:\.|align|width|height|style|loading|target)|\[@|\{[%{#:]|:::|:`|\}`|\[\[|:end_tab:|```\{|\)=|%%|==| \^|\[!|\[\*\*|```toc|#@tab";
}

/// Converts `text`, a file of the format `format`, to Markdown without dialect marks and with the same number
/// of lines. O(length); text without marks is not copied.
pub(super) fn plain<'a>(text: &'a str, format: &str) -> Cow<'a, str> {
    if format == "rst" {
        return Cow::Owned(rst::plain(text));
    }
    let text = without_variants(text);
    let is_quarto = matches!(format, "qmd" | "rmd");
    let is_mdx = format == "mdx";
    if !is_quarto && !is_mdx && !MARKS.is_match(&text) {
        return text;
    }
    let mut reader = DialectReader { is_quarto, is_mdx, ..DialectReader::default() };
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

/// Applies the passes that need the whole text: they convert tabs and indented blocks to plain Markdown, keep only the
/// labels of drawings, and keep one variant of code that is given for several tools. The number of lines doesn't
/// change.
fn without_variants(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let passes = [
        DialectPass { applies: excalidraw::is_drawing, convert: excalidraw::labels },
        DialectPass { applies: d2l::has_variants, convert: d2l::without_variants },
        DialectPass { applies: indented::has_blocks, convert: indented::flattened },
        DialectPass { applies: tabs::has_tabs, convert: tabs::labelled },
    ];
    for pass in passes {
        if (pass.applies)(&text) {
            text = Cow::Owned((pass.convert)(&text));
        }
    }
    text
}

/// A conversion of a whole file that keeps the number of lines.
struct DialectPass {
    applies: fn(&str) -> bool,
    convert: fn(&str) -> String,
}

/// The state of reading a file, line by line.
#[derive(Default)]
struct DialectReader {
    is_quarto: bool,
    is_mdx: bool,
    /// The open fences, innermost last: all but the last are directives that contain prose.
    fences: Vec<OpenFence>,
    mdx: Mdx,
    callout: CalloutReader,
    /// Whether a callout has begun and has no text yet: a heading here is its title.
    begins_callout: bool,
}

/// An open fenced block.
struct OpenFence {
    /// The backticks or tildes that opened it.
    mark: String,
    /// The number of leading spaces that its lines lose.
    indent: usize,
    content: FenceContent,
}

/// The contents of a fenced block. While `at_head` is true, the next line may be an option of the directive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FenceContent {
    /// Code.
    Code {
        at_head: bool,
    },
    /// Markdown.
    Prose {
        at_head: bool,
    },
    Math {
        at_head: bool,
    },
    Nothing,
}

impl DialectReader {
    /// The Markdown of `line`, which has no line end.
    fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if let Some(fenced) = self.fenced_line(line) {
            return fenced;
        }
        let trimmed = line.trim_start();
        if let Some(mark) = fence(trimmed) {
            return self.open(line, trimmed, mark);
        }
        let line = if self.is_mdx { self.mdx.line(line) } else { Cow::Borrowed(line) };
        let line = self.callout.line(&line);
        let begins_callout = std::mem::take(&mut self.begins_callout);
        let plain = marks::without(&line, self.is_quarto);
        if trimmed.is_empty() || titles::opens_callout(trimmed) {
            self.begins_callout = begins_callout || !trimmed.is_empty();
        } else if begins_callout && let Some(title) = titles::heading(&plain) {
            return Cow::Owned(titles::lead(title));
        }
        Cow::Owned(plain)
    }

    /// The Markdown of `line` in the innermost fenced block, or of its closing fence. `None` outside of fenced blocks,
    /// and for the prose of a directive, but not for the directive's options.
    fn fenced_line<'a>(&mut self, line: &'a str) -> Option<Cow<'a, str>> {
        let fence = self.fences.last_mut()?;
        let trimmed = line.trim();
        let indent = fence.indent;
        if trimmed.starts_with(&fence.mark) && trimmed.trim_start_matches(['`', '~']).is_empty() {
            let closed = self.fences.pop()?;
            return Some(Cow::Borrowed(match closed.content {
                FenceContent::Code { .. } => undented(line, indent),
                FenceContent::Math { at_head: false } => "$$",
                _ => "",
            }));
        }
        let may_be_option = myst::is_option(line) || trimmed.is_empty();
        Some(match &mut fence.content {
            FenceContent::Nothing => Cow::Borrowed(""),
            FenceContent::Code { at_head: true }
            | FenceContent::Math { at_head: true }
            | FenceContent::Prose { at_head: true }
                if may_be_option =>
            {
                Cow::Borrowed("")
            }
            FenceContent::Code { .. }
                if is_d2l(trimmed) || self.is_quarto && trimmed.starts_with("#|") =>
            {
                Cow::Borrowed("")
            }
            FenceContent::Code { at_head } => {
                *at_head = false;
                Cow::Borrowed(undented(line, indent))
            }
            // Options become blank lines, and a blank line would end the formula, so `$$` is written at the start of
            // its first line.
            FenceContent::Math { at_head } => {
                let mark = if std::mem::take(at_head) { "$$ " } else { "" };
                Cow::Owned(format!("{mark}{trimmed}"))
            }
            FenceContent::Prose { at_head } => {
                *at_head = false;
                return None;
            }
        })
    }

    /// Opens a fenced block at `line` and returns what to write for that line.
    fn open<'a>(&mut self, line: &'a str, trimmed: &'a str, mark: &str) -> Cow<'a, str> {
        let indent = if self.mdx.is_inside() { line.len() - trimmed.len() } else { 0 };
        let directive = myst::directive(&trimmed[mark.len()..]).filter(|_| !self.is_quarto);
        let (content, line) = match directive {
            None => (FenceContent::Code { at_head: false }, Cow::Borrowed(undented(line, indent))),
            Some(Directive::Code(language)) => {
                (FenceContent::Code { at_head: true }, Cow::Owned(format!("{mark}{language}")))
            }
            Some(Directive::Prose { title }) => {
                self.begins_callout = true;
                (FenceContent::Prose { at_head: true }, Cow::Owned(titles::lead(title)))
            }
            Some(Directive::Math) => (FenceContent::Math { at_head: true }, Cow::Borrowed("")),
            Some(Directive::Empty) => (FenceContent::Nothing, Cow::Borrowed("")),
        };
        self.fences.push(OpenFence { mark: mark.to_owned(), indent, content });
        line
    }
}

/// Whether a line of code is a command that selects tabs in d2l's notebooks.
fn is_d2l(trimmed: &str) -> bool {
    ["%%tab", "#@tab", "%load_ext d2lbook", "tab.interact_select("]
        .iter()
        .any(|mark| trimmed.starts_with(mark))
}

/// `line` without up to `indent` leading spaces.
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
            "# A\n\n\nSee … and .\n",
        );
        check("md", ":begin_tab:`mxnet`\nText.\n:end_tab:\n", "\nText.\n\n");
        check("md", "{doc}`guide` by {cite}`key` and :func:`fit`\n", "`guide` by  and `fit`\n");
    }

    #[test]
    fn marks_of_gitbook_and_liquid_are_removed_and_embedded_urls_are_kept() {
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
            "## Title\n\nMind this:\nWords on.\n\n",
        );
        check("qmd", "```{r}\n#| label: x\n1 + 1\n```\n", "```{r}\n\n1 + 1\n```\n");
        check("qmd", "$\\{.5, .55\\}$ stays\n", "$\\{.5, .55\\}$ stays\n");
    }

    #[test]
    fn a_heading_at_the_start_of_a_callout_is_a_line_of_its_text() {
        check(
            "qmd",
            "::: {.callout-note}\n## Mind the van {.x}\n\nIt rings.\n\n## Next\n:::\n\n# Doors\n",
            "\nMind the van:\n\nIt rings.\n\n## Next\n\n\n# Doors\n",
        );
        check(
            "md",
            "```{note}\n:class: x\n\n# Mind\nIt rings.\n```\n# Doors\n",
            "\n\n\nMind:\nIt rings.\n\n# Doors\n",
        );
        check("mdx", ":::tip\n\n### Mind\n\nIt rings.\n:::\n", "\n\nMind:\n\nIt rings.\n\n");
        check("qmd", "::: {.panel}\n## Doors\n:::\n", "\n## Doors\n\n");
    }

    #[test]
    fn mdx_loses_imports_and_component_tags_and_keeps_their_contents() {
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
    fn directives_of_myst_are_converted_by_their_content() {
        check(
            "md",
            "(mark)=\n````{note} Mind\n:class: x\nWords {ref}`a`.\n```{code-cell} ipython3\n:tags: [x]\nx = 1\n```\n````\nOn.\n",
            "\nMind:\n\nWords ….\n```ipython3\n\nx = 1\n```\n\nOn.\n",
        );
        check("md", "```{figure} a.png\n:width: 9\n\nCaption.\n```\n", "\n\n\nCaption.\n\n");
        check(
            "md",
            "```{toctree}\na\nb\n```\n```{math}\n:label: e\nx^2\n```\n",
            "\n\n\n\n\n\n$$ x^2\n$$\n",
        );
        check("md", "```{python}\nx\n```\n", "```{python}\nx\n```\n");
    }

    #[test]
    fn loose_marks_are_repaired_and_attributes_and_citations_removed() {
        check(
            "md",
            "##Vans\n![x](y.png){ align=right width=\"130\"}\n[Go](z){ .md-button } on\n##### \n",
            "## Vans\n![x](y.png)\n[Go](z) on\n##### \n",
        );
        check(
            "md",
            "** What is a van? ** A car.\n- **Aim: **Doors.\n**a** b **c**\n2 ** 3 ** 4\n",
            "**What is a van?** A car.\n- **Aim:** Doors.\n**a** b **c**\n2 ** 3 ** 4\n",
        );
        check(
            "md",
            "It rings [@vanner2021bell; @b2020]. See [@version] and [@ann2020](x).\n",
            "It rings. See [@version] and [@ann2020](x).\n",
        );
        check("md", "{% embed url=\"https://a.org/v?x=h\\_n\" %}\n", "<https://a.org/v?x=h_n>\n");
    }

    #[test]
    fn wikilinks_become_their_visible_text() {
        check(
            "md",
            "- [[a/b/Page#Part]] and [[Page|the page]], ![[x.png]] but [[1, 2], [3]]\n",
            "- Page: Part and the page,  but [[1, 2], [3]]\n",
        );
        check(
            "md",
            "> [!tip]- Mind\nA ==mark== %% no %% a == b ^id\n",
            "> Mind:\nA mark  a == b\n",
        );
    }

    #[test]
    fn the_id_after_a_heading_is_removed_in_any_dialect() {
        check("md", "## Part {#part-one}\n{: .note}\n", "## Part\n\n");
    }
}
