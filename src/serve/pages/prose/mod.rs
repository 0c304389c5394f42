//! A section's Markdown as HTML that is safe whatever its author wrote.
//!
//! The tree is put right before anything is written: raw HTML gives its text alone, an image a link to it (nothing
//! is loaded from elsewhere), a link keeps its address only where that is one of http, https or mail, and headings
//! go down step by step below the page's own. Then comrak writes it, escaping all text; nothing that the author
//! wrote is written as HTML.

mod code;

use std::ops::Range;

use comrak::nodes::{AstNode, NodeCode, NodeLink, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, Options, format_html_with_plugins, parse_document};
use maud::{Markup, PreEscaped, html as template};
use url::Url;

use crate::extract::markup::text_of;
pub(super) use code::highlighted;

/// Where texts match: for each, ranges in bytes.
type Marks = Vec<Vec<Range<usize>>>;

/// `markdown` as HTML. Relative addresses are taken from `base`, the file's own; `title` is not said again
/// where it is the first heading. `find` is asked once for what to mark in the texts.
///
/// O(length), and the highlighting of code.
pub(super) fn html<E>(
    markdown: &str,
    title: &str,
    base: Option<&Url>,
    find: impl FnOnce(&[String]) -> Result<Marks, E>,
) -> Result<PreEscaped<String>, E> {
    let arena = Arena::new();
    let options = options();
    let root = parse_document(&arena, markdown, &options);
    drop_title(root, title);
    let nodes: Vec<&AstNode> = root.descendants().collect();
    let mut deepest = 1;
    for node in &nodes {
        tame(&arena, node, base, &mut deepest);
    }
    mark(&arena, &nodes, find)?;
    let mut html = String::new();
    let mut plugins = Plugins::default();
    plugins.render.codefence_syntax_highlighter = Some(&code::Highlighter);
    // Writing into a string does not fail.
    let _ = format_html_with_plugins(root, &options, &mut html, &plugins);
    // Text holds no `<`, so these are tags that comrak wrote.
    let table = "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>";
    let html = html
        .replace("<a href=", "<a rel=\"noopener nofollow\" href=")
        .replace("<table>", table)
        .replace("</table>", "</table></div>");
    Ok(PreEscaped(html))
}

/// `text` as it is, what stands at `ranges` (bytes, ascending) marked.
pub(super) fn marked(text: &str, ranges: &[Range<usize>]) -> Markup {
    let mut at = 0;
    let mut parts = Vec::new();
    for range in ranges {
        if let (Some(before), Some(found)) = (text.get(at..range.start), text.get(range.clone())) {
            parts.push((before, found));
            at = range.end;
        }
    }
    template! {
        @for (before, found) in parts { (before) mark { (found) } }
        (text.get(at..).unwrap_or_default())
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.math_dollars = true;
    options.extension.alerts = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options
}

/// Takes the first block away where it is the heading `title`.
fn drop_title<'a>(root: &'a AstNode<'a>, title: &str) {
    let Some(first) = root.children().find(|node| !is_matter(node)) else { return };
    let is_heading = matches!(first.data().value, NodeValue::Heading(_));
    let plain = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let said: String = first.descendants().filter_map(words_of).collect();
    if is_heading && plain(&said) == plain(title) {
        first.detach();
    }
}

fn is_matter(node: &AstNode) -> bool {
    matches!(node.data().value, NodeValue::FrontMatter(_))
}

fn words_of<'a>(node: &'a AstNode<'a>) -> Option<String> {
    match &node.data().value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Code(code) => Some(code.literal.clone()),
        NodeValue::Math(math) => Some(math.literal.clone()),
        _ => None,
    }
}

/// Puts one node right. `deepest` is the level of the heading before it.
fn tame<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>, base: Option<&Url>, deepest: &mut u8) {
    let value = node.data().value.clone();
    let tamed = match value {
        NodeValue::Heading(mut heading) => {
            heading.level = heading.level.max(2).min(*deepest + 1);
            *deepest = heading.level;
            NodeValue::Heading(heading)
        }
        NodeValue::HtmlBlock(block) => {
            node.append(text(arena, text_of(&block.literal).trim().to_owned()));
            NodeValue::Paragraph
        }
        NodeValue::HtmlInline(tag) if is_line_break(&tag) => NodeValue::LineBreak,
        NodeValue::HtmlInline(_) => NodeValue::Text("".into()),
        NodeValue::Math(math) => {
            NodeValue::Code(NodeCode { num_backticks: 1, literal: math.literal.trim().to_owned() })
        }
        NodeValue::Link(link) => linked(&link, base),
        NodeValue::Image(image) => {
            if node.first_child().is_none() {
                node.append(text(arena, "image".to_owned()));
            }
            if in_link(node) { NodeValue::Escaped } else { linked(&image, base) }
        }
        _ => return,
    };
    node.data_mut().value = tamed;
}

fn text<'a>(arena: &'a Arena<'a>, text: String) -> &'a AstNode<'a> {
    arena.alloc(NodeValue::Text(text.into()).into())
}

fn is_line_break(tag: &str) -> bool {
    tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br"))
}

fn in_link<'a>(node: &'a AstNode<'a>) -> bool {
    node.ancestors().skip(1).any(|above| matches!(above.data().value, NodeValue::Link(_)))
}

/// A link to where `link` leads; its words alone (comrak writes nothing round them then) where that is
/// nowhere that a reader may be sent.
fn linked(link: &NodeLink, base: Option<&Url>) -> NodeValue {
    match address(&link.url, base) {
        Some(url) => NodeValue::Link(Box::new(NodeLink { url, title: String::new() })),
        None => NodeValue::Escaped,
    }
}

/// The address `written`, absolute, if it is one that may be followed.
fn address(written: &str, base: Option<&Url>) -> Option<String> {
    let url = Url::options().base_url(base).parse(written).ok()?;
    let may_be = matches!(url.scheme(), "http" | "https" | "mailto");
    may_be.then(|| url.into())
}

/// Marks what `find` finds in the texts of `nodes`.
fn mark<'a, E>(
    arena: &'a Arena<'a>,
    nodes: &[&'a AstNode<'a>],
    find: impl FnOnce(&[String]) -> Result<Marks, E>,
) -> Result<(), E> {
    let of = |node: &&'a AstNode<'a>| match &node.data().value {
        NodeValue::Text(text) => Some((*node, text.to_string())),
        _ => None,
    };
    let (nodes, texts): (Vec<&AstNode>, Vec<String>) = nodes.iter().filter_map(of).unzip();
    let marks = find(&texts)?;
    for ((node, whole), ranges) in nodes.into_iter().zip(&texts).zip(marks) {
        let mut at = 0;
        for range in ranges {
            let (Some(before), Some(found)) =
                (whole.get(at..range.start), whole.get(range.clone()))
            else {
                continue;
            };
            node.insert_before(text(arena, before.to_owned()));
            let highlight = arena.alloc(NodeValue::Highlight.into());
            highlight.append(text(arena, found.to_owned()));
            node.insert_before(highlight);
            at = range.end;
        }
        let rest = whole.get(at..).unwrap_or_default().to_owned();
        node.data_mut().value = NodeValue::Text(rest.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(markdown: &str) -> String {
        let base = Url::parse("https://github.com/a/b/blob/c/docs/x.md").unwrap();
        let none = |texts: &[String]| Ok::<Marks, ()>(vec![Vec::new(); texts.len()]);
        html(markdown, "Title", Some(&base), none).unwrap().0
    }

    #[test]
    fn what_is_hostile_is_text_or_nothing() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[a](javascript:alert(1)) ![b](data:text/html,x) <javascript:alert(1)>",
            "[a](<JaVaScRiPt&#58;alert(1)>)",
            "```\"><script>alert(1)</script>\nx\n```",
            "| <svg/onload=alert(1)> |\n|---|\n| [x](vbscript:a) |",
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
    fn links_lead_to_the_source_and_images_are_not_loaded() {
        let html = written("[a](../y.md#z) ![Plot](p.png) [![badge](b.svg)](https://c.org)");
        for part in [
            "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/y.md#z\">a</a>",
            "href=\"https://github.com/a/b/blob/c/docs/p.png\">Plot</a>",
            "href=\"https://c.org/\">badge</a>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<img"));
    }

    #[test]
    fn headings_go_down_step_by_step_and_the_title_is_said_once() {
        let html = written("## Title\n\n##### Far below\n\n# Top\n\n$x^2$ and <b>bold</b><br>next");
        assert!(!html.contains("Title"), "{html}");
        assert!(html.contains("<h2>Far below</h2>") && html.contains("<h2>Top</h2>"), "{html}");
        assert!(html.contains("<code>x^2</code> and bold<br />"), "{html}");
    }

    #[test]
    fn what_is_found_is_marked() {
        let find = |texts: &[String]| {
            Ok::<Marks, ()>(
                texts
                    .iter()
                    .map(|text| {
                        text.match_indices("bias").map(|(at, found)| at..at + found.len()).collect()
                    })
                    .collect(),
            )
        };
        let html = html("Position bias, *a bias* & `bias`.", "", None, find).unwrap().0;
        assert_eq!(
            html,
            "<p>Position <mark>bias</mark>, <em>a <mark>bias</mark></em> &amp; <code>bias</code>.</p>\n"
        );
    }
}
