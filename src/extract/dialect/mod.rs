//! What Markdown's dialects add to it, taken out before it is read: MDX, Quarto and R Markdown, GitBook
//! and Liquid, MyST and d2l, wikilinks.
//!
//! Lines stay where they are, so that what is found still leads to them. Fenced code is left alone.
//! Words that a reader would see stay; marks for a site generator go. [`marks`] knows what may stand in
//! any line, [`mdx`] what goes on over lines.

mod marks;
mod mdx;

use std::borrow::Cow;

use mdx::Mdx;

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
    mdx: Mdx,
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
            let indent = if self.mdx.is_inside() { line.len() - trimmed.len() } else { 0 };
            self.fence = Some((mark.to_owned(), indent));
            return Cow::Borrowed(undented(line, indent));
        }
        let line = if self.is_mdx { self.mdx.line(line) } else { Cow::Borrowed(line) };
        Cow::Owned(marks::without(&line, self.is_quarto))
    }
}

/// The backticks or tildes that open a code block on the line `trimmed`.
fn fence(trimmed: &str) -> Option<&str> {
    let first = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == first).count();
    let is_fence = length >= 3 && !(first == '`' && trimmed[length..].contains('`'));
    is_fence.then(|| &trimmed[..length])
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
