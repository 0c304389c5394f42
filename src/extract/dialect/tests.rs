//! Marks of dialects in made-up documents.

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
    check(
        "md",
        "```{figure} a.png\n:width: 9\n\nCaption.\n```\n",
        "![](<a.png>)\n\n\nCaption.\n\n",
    );
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
    check("md", "> [!tip]- Mind\nA ==mark== %% no %% a == b ^id\n", "> Mind:\nA mark  a == b\n");
}

#[test]
fn the_id_after_a_heading_is_removed_in_any_dialect() {
    check("md", "## Part {#part-one}\n{: .note}\n", "## Part\n\n");
}
