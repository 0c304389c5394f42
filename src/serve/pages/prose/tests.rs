//! Tests of rendered documents.

use url::Url;

use super::*;
use crate::typeset::Typesetter;

fn none(texts: &[String]) -> Result<TextMarks, ()> {
    Ok(vec![Vec::new(); texts.len()])
}

/// `markdown` as HTML, with `places`.
fn placed(markdown: &str, places: &[(u32, &str)]) -> String {
    let base = Url::parse("https://github.com/a/b/blob/c/docs/x.md").unwrap();
    let context = ProseContext {
        targets: LinkTargets { base: Some(&base), near: None },
        pictures: PictureMode::Linked,
        typesetter: &Typesetter::default(),
    };
    let place = |(line, id): &(u32, &str)| SectionPlace { line: *line, id: (*id).to_owned() };
    let places: Vec<SectionPlace> = places.iter().map(place).collect();
    html(markdown, "Title", &places, &context, none).unwrap().0
}

fn written(markdown: &str) -> String {
    placed(markdown, &[])
}

#[track_caller]
fn contains(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn hostile_markup_becomes_text_or_is_removed() {
    for hostile in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[a](javascript:alert(1)) ![b](data:text/html,x) <javascript:alert(1)>",
        "[a](<JaVaScRiPt&#58;alert(1)>)",
        "```\"><script>alert(1)</script>\nx\n```",
        "| <svg/onload=alert(1)> |\n|---|\n| [x](vbscript:a) |",
        "```mermaid\ngraph TD\nA[\"<script>alert(1)</script>\"] --> B\n```",
        "# <img src=x onerror=alert(1)>\n\n- [x] <svg onload=alert(1)>",
        "> [!NOTE] <script>alert(1)</script>\n> b",
        "a[^1]\n\n[^1]: <script>alert(1)</script>",
    ] {
        let html = written(hostile).to_lowercase();
        for bad in [
            "<script",
            "<img",
            "<svg",
            "javascript:alert(1)\"",
            "href=\"java",
            "href=\"data",
            "href=\"vb",
        ] {
            assert!(!html.contains(bad), "{hostile}: {html}");
        }
    }
}

#[test]
fn relative_links_lead_to_the_source_and_pictures_are_framed() {
    let html =
        written("[a](../y.md#z) [b](#the-end) ![Plot](p.png) [![badge](b.svg)](https://c.org)");
    contains(
        &html,
        &[
            "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/y.md#z\">a</a>",
            "href=\"#h-the-end\">b</a>",
            "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/docs/p.png\">Picture</a>: Plot",
            "href=\"https://c.org/\"><span class=\"picture\">Picture: badge</span></a>",
        ],
    );
    assert!(!html.contains("<img"));
}

#[test]
fn heading_levels_have_no_gaps_and_the_title_is_not_repeated() {
    let html = written("## Title\n\n##### Far below\n\n# Top\n\n$x^2$ and <b>bold</b><br>next");
    assert!(!html.contains("Title"), "{html}");
    contains(
        &html,
        &[
            "<h2><span id=\"h-far-below\"></span>Far below</h2>",
            "<h2><span id=\"h-top\"></span>Top</h2>",
            "</math> and <b>bold</b><br>next",
        ],
    );
}

#[test]
fn matches_are_highlighted() {
    let find = |texts: &[String]| {
        let matches = texts.iter().map(|text| {
            text.match_indices("bias").map(|(at, found)| at..at + found.len()).collect()
        });
        Ok::<TextMarks, ()>(matches.collect())
    };
    let typesetter = Typesetter::default();
    let context = ProseContext {
        targets: LinkTargets::default(),
        pictures: PictureMode::Linked,
        typesetter: &typesetter,
    };
    let html = html("Position bias, *a bias* & `bias`.", "", &[], &context, find).unwrap().0;
    assert_eq!(
        html,
        "<p>Position <mark>bias</mark>, <em>a <mark>bias</mark></em> &amp; <code>bias</code>.</p>\n"
    );
}

#[test]
fn each_construct_has_its_elements() {
    for (markdown, parts) in [
        (
            "- [x] one\n- [ ] two",
            &["aria-label=\"done\">☑</span> one", "aria-label=\"to do\">☐</span> two"][..],
        ),
        ("| a |\n|---|\n| 1 |", &["<div class=\"wide\" tabindex=\"0\"", "<th>a</th>"]),
        ("a[^1]\n\n[^1]: note", &["href=\"#fn-1\"", "<li id=\"fn-1\">"]),
        ("> [!WARNING]\n> Hot", &["markdown-alert-warning", "Hot"]),
        ("Term\n\n: What it is", &["<dt>Term</dt>", "<dd>"]),
        (
            "<details><summary>A</summary>\n\n**b**\n\n</details>",
            &["<details><summary>A</summary>", "<strong>b</strong>", "</details>"],
        ),
        ("```python\nx = 1\n```", &["<span class=\"lang\">python</span>", "<pre tabindex=\"0\">"]),
        (
            "```mermaid\ngraph TD\nA[One] --> B[Two]\n```",
            &["<figure class=\"diagram\">", "<li>One → Two</li>", "Its source"],
        ),
        ("costs $5 and more than 10$ today", &["costs $5 and more than 10$ today"]),
        ("- a\n    - b\n        - c", &["<li>a\n<ul>\n<li>b\n<ul>\n<li>c"]),
        ("```output\n1\n```", &["<div class=\"code output\">"]),
    ] {
        contains(&written(markdown), parts);
    }
}

#[test]
fn formulas_are_typeset() {
    let text = "$x<1$ and $$y$$ and $\\frac{$ and $`w`$\n\n```math\nz\n```\n";
    contains(
        &written(text),
        &[
            "<math><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow></math>",
            "<math display=\"block\"><mrow><mi>y</mi></mrow></math>",
            "<code>\\frac{</code>",
            "<math><mrow><mi>w</mi></mrow></math>",
            "<math display=\"block\"><mrow><mi>z</mi></mrow></math>",
        ],
    );
}

#[test]
fn sections_have_their_places() {
    let text = "# Title\n\nIntro.\n\n## A\n\none\n\n- x\n- y\n\n| a |\n|---|\n| 1 |\n| 2 |\n";
    let html = placed(text, &[(1, "0"), (5, "1"), (10, "2"), (15, "3")]);
    contains(
        &html,
        &[
            "<div class=\"part\" id=\"s-0\">\n<p>Intro.</p>\n</div>\n<div class=\"part\" id=\"s-1\">\n<h2>",
            "<li><span class=\"at\" id=\"s-2\"></span>y</li>",
            "<td><span class=\"at\" id=\"s-3\"></span>2</td>",
        ],
    );
    assert_eq!(html.matches("<div").count(), html.matches("</div>").count(), "{html}");
}

#[test]
fn an_authors_element_around_several_sections_stays_whole() {
    let text = "a\n\n<details>\n\nb\n\n## C\n\nc\n\n</details>\n\n## D\n";
    let html = placed(text, &[(1, "0"), (7, "1"), (13, "2")]);
    contains(
        &html,
        &[
            "<span class=\"at\" id=\"s-1\"></span>\n<h2>",
            "</details>",
            "</div>\n<div class=\"part\" id=\"s-2\">",
        ],
    );
    assert_eq!(html.matches("<div").count(), html.matches("</div>").count(), "{html}");
}

#[test]
fn a_long_document_is_rendered_part_by_part() {
    let section = |at: usize| {
        format!("## Section {at}\n\nSee [it][x] and a note[^n].\n\n{}\n\n", "word ".repeat(2_000))
    };
    let text = (0..9).map(section).collect::<String>() + "[x]: https://a.org\n[^n]: The note.\n";
    let html = placed(&text, &[(1, "0"), (8 * 6 + 1, "8")]);
    assert_eq!(html.matches("<h2>").count(), 9);
    assert_eq!(html.matches("href=\"https://a.org/\"").count(), 9);
    assert!(!html.contains("plain text"));
    contains(&html, &["id=\"s-8\"", "id=\"fn-1-"]);
    assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
}

#[test]
fn a_part_that_is_too_deep_is_shown_as_plain_text_and_keeps_its_places() {
    let text = format!("# A\n\nFine.\n\n{}", "> ".repeat(99));
    let html = placed(&text, &[(1, "0"), (5, "1")]);
    contains(&html, &["Shown as plain text", "id=\"s-0\"", "id=\"s-1\""]);
}
