//! Renders a section's Markdown as safe HTML, whatever its author wrote.
//!
//! The syntax tree is corrected first: raw HTML keeps only its text, an image becomes a link to it (nothing is loaded
//! from elsewhere), a link keeps its URL only if that is http, https or mail, and headings follow those of the page
//! without gaps. Then comrak writes the tree and escapes all text, so nothing of the author's is written as HTML.
//!
//! The parser can't be interrupted, so [`limits`] checks its input: text that is too long or too deeply nested is
//! shown as plain text.

mod code;
#[cfg(test)]
mod hostile;
mod limits;

use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeCode, NodeLink, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, format_html_with_plugins, parse_document};
use maud::{Markup, PreEscaped, html as template};
use url::Url;

use crate::extract::markdown_options;
use crate::extract::markup::text_of;
use crate::printable::marks::{MarkedPiece, pieces};
pub(super) use code::highlighted;
use limits::Bounded;

/// Matches in texts: for each text, ranges in bytes.
type Marks = Vec<Vec<Range<usize>>>;

/// `markdown` as HTML. Relative URLs are resolved against `base`, the file's own URL. A first heading that equals
/// `title` is left out. `find` returns the ranges to highlight in the texts that it is given.
///
/// O(length), plus the syntax highlighting. Text that exceeds the limits is shown as plain text. `Err` if `find`
/// fails.
pub(super) fn html<E>(
    markdown: &str,
    title: &str,
    base: Option<&Url>,
    find: impl Fn(&[String]) -> Result<Marks, E>,
) -> Result<Markup, E> {
    let rendered = match limits::can_be_rendered(markdown) {
        true => rendered(markdown, title, base, &find)?,
        false => None,
    };
    match rendered {
        Some(html) => Ok(html),
        None => as_written(markdown, find),
    }
}

/// `markdown` as HTML; `None` if that is too long.
fn rendered<E>(
    markdown: &str,
    title: &str,
    base: Option<&Url>,
    find: impl Fn(&[String]) -> Result<Marks, E>,
) -> Result<Option<Markup>, E> {
    let arena = Arena::new();
    let options = markdown_options::for_pages();
    let root = parse_document(&arena, markdown, &options);
    drop_title(root, title);
    correct(&arena, root, base);
    mark(&arena, root, find)?;
    let mut html = Bounded::default();
    let highlighter = code::Highlighter::default();
    let mut plugins = Plugins::default();
    plugins.render.codefence_syntax_highlighter = Some(&highlighter);
    if format_html_with_plugins(root, &options, &mut html, &plugins).is_err() {
        return Ok(None);
    }
    // Text contains no unescaped `<`, so these are tags that comrak wrote.
    let table = "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>";
    let html = html
        .0
        .replace("<a href=", "<a rel=\"noopener nofollow\" href=")
        .replace("<table>", table)
        .replace("</table>", "</table></div>");
    Ok(Some(PreEscaped(html)))
}

/// `markdown` escaped, with its line breaks and the matches of `find` highlighted.
fn as_written<E>(
    markdown: &str,
    find: impl Fn(&[String]) -> Result<Marks, E>,
) -> Result<Markup, E> {
    let marks = find(&[markdown.to_owned()])?;
    Ok(template! {
        p.note { "Shown as plain text: it is too long or too deeply nested to be formatted." }
        div.plain { (marked(markdown, marks.into_iter().next().unwrap_or_default())) }
    })
}

/// `text` escaped, with the `ranges` (bytes, ascending) highlighted.
pub(super) fn marked(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Markup {
    template! {
        @for piece in pieces(text, ranges) {
            @match piece {
                MarkedPiece::Plain(plain) => { (plain) }
                MarkedPiece::Match(found) => { mark { (found) } }
            }
        }
    }
}

/// Removes the first block if it is the heading `title`.
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

/// Corrects every node below `root`. O(nodes).
fn correct<'a>(arena: &'a Arena<'a>, root: &'a AstNode<'a>, base: Option<&Url>) {
    let edges: Vec<NodeEdge<&AstNode>> = root.traverse().collect();
    let mut place = NodeContext { heading: 1, links: 0 };
    for edge in edges {
        match edge {
            NodeEdge::Start(node) => {
                tame(arena, node, base, &mut place);
                place.links += usize::from(is_link(node));
            }
            NodeEdge::End(node) => place.links -= usize::from(is_link(node)),
        }
    }
}

/// The position of a node.
struct NodeContext {
    /// The level of the previous heading.
    heading: u8,
    /// The number of links around it.
    links: usize,
}

/// Corrects the node at `place`.
fn tame<'a>(
    arena: &'a Arena<'a>,
    node: &'a AstNode<'a>,
    base: Option<&Url>,
    place: &mut NodeContext,
) {
    let value = node.data().value.clone();
    let tamed = match value {
        NodeValue::Heading(mut heading) => {
            heading.level = heading.level.max(2).min(place.heading + 1);
            place.heading = heading.level;
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
            if place.links > 0 { NodeValue::Escaped } else { linked(&image, base) }
        }
        _ => return,
    };
    node.data_mut().value = tamed;
}

fn is_link<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data().value, NodeValue::Link(_))
}

fn text<'a>(arena: &'a Arena<'a>, text: String) -> &'a AstNode<'a> {
    arena.alloc(NodeValue::Text(text.into()).into())
}

fn is_line_break(tag: &str) -> bool {
    tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br"))
}

/// A link to the target of `link`; only its text if the target is not allowed (comrak then writes no tag).
fn linked(link: &NodeLink, base: Option<&Url>) -> NodeValue {
    match address(&link.url, base) {
        Some(url) => NodeValue::Link(Box::new(NodeLink { url, title: String::new() })),
        None => NodeValue::Escaped,
    }
}

/// The absolute URL of `written`, if it is allowed.
fn address(written: &str, base: Option<&Url>) -> Option<String> {
    let url = Url::options().base_url(base).parse(written).ok()?;
    let may_be = matches!(url.scheme(), "http" | "https" | "mailto");
    may_be.then(|| url.into())
}

/// Highlights the matches of `find` in the texts below `root`.
fn mark<'a, E>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    find: impl Fn(&[String]) -> Result<Marks, E>,
) -> Result<(), E> {
    let of = |node: &'a AstNode<'a>| match &node.data().value {
        NodeValue::Text(text) => Some((node, text.to_string())),
        _ => None,
    };
    let (nodes, texts): (Vec<&AstNode>, Vec<String>) = root.descendants().filter_map(of).unzip();
    let marks = find(&texts)?;
    for ((node, whole), ranges) in nodes.into_iter().zip(&texts).zip(marks) {
        for piece in pieces(whole, ranges) {
            node.insert_before(match piece {
                MarkedPiece::Plain(plain) => text(arena, plain.to_owned()),
                MarkedPiece::Match(found) => {
                    let highlight = arena.alloc(NodeValue::Highlight.into());
                    highlight.append(text(arena, found.to_owned()));
                    highlight
                }
            });
        }
        node.detach();
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
    fn hostile_markup_becomes_text_or_is_removed() {
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
    fn relative_links_lead_to_the_source_and_images_become_links() {
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
    fn heading_levels_have_no_gaps_and_the_title_is_not_repeated() {
        let html = written("## Title\n\n##### Far below\n\n# Top\n\n$x^2$ and <b>bold</b><br>next");
        assert!(!html.contains("Title"), "{html}");
        assert!(html.contains("<h2>Far below</h2>") && html.contains("<h2>Top</h2>"), "{html}");
        assert!(html.contains("<code>x^2</code> and bold<br />"), "{html}");
    }

    #[test]
    fn matches_are_highlighted() {
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
