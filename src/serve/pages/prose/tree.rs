//! Corrects the syntax tree of an author's Markdown before it is written as HTML.
//!
//! Raw HTML is reduced to its text and line breaks. A formula becomes code. An image becomes a link to the image, so
//! that nothing is loaded from elsewhere. A link keeps its URL only if the scheme is http, https or mailto. Heading
//! levels begin at 2, below the page's own heading, and have no gaps.

use comrak::Arena;
use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeCode, NodeLink, NodeValue};
use url::Url;

use crate::extract::markup::text_of;

/// Removes the first block, front matter aside, if it is a heading with the letters and digits of `title`.
pub(super) fn drop_title<'a>(root: &'a AstNode<'a>, title: &str) {
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
pub(super) fn correct<'a>(arena: &'a Arena<'a>, root: &'a AstNode<'a>, base: Option<&Url>) {
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

/// What precedes and surrounds a node.
struct NodeContext {
    /// The level of the previous heading.
    heading: u8,
    /// The number of links that contain the node.
    links: usize,
}

/// Corrects `node`. `place` describes its position; if `node` is a heading, its level is recorded in `place`.
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

/// A node with `text`.
pub(super) fn text<'a>(arena: &'a Arena<'a>, text: String) -> &'a AstNode<'a> {
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

/// The absolute URL of `written`; `None` if it is invalid or its scheme is not allowed.
fn address(written: &str, base: Option<&Url>) -> Option<String> {
    let url = Url::options().base_url(base).parse(written).ok()?;
    let may_be = matches!(url.scheme(), "http" | "https" | "mailto");
    may_be.then(|| url.into())
}
