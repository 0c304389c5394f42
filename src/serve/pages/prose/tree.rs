//! Corrects the syntax tree of an author's Markdown before it is written as HTML.
//!
//! Raw HTML is reduced to the elements of [`super::tags`]. A formula becomes MathML, or code if it can't be typeset. Code
//! is highlighted. An image becomes a [`super::images`] frame. A link keeps its URL only if the scheme is http, https or
//! mailto. Heading levels begin at 2, below the page's own heading, and have no gaps. Headings get the anchors that GitHub
//! gives them, and sections their places.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeCode, NodeLink, NodeList, NodeMath, NodeValue};
use comrak::{Anchorizer, Arena};
use maud::{Markup, html};

use super::anchors::PageAnchors;
use super::code::Highlighter;
use super::context::ProseContext;
use super::diagram::diagram;
use super::formulas::PageFormulas;
use super::images::{PictureMode, picture};
use super::links::{picture_target, target};
use super::nodes::raw;
use super::places::PlaceMarks;
use super::tags::{OpenTags, TagContext};
use crate::extract::is_money;
use crate::typeset::FormulaDisplay;

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

/// Corrects the parts of one document, one after another.
pub(super) struct TreeCorrector<'c> {
    context: &'c ProseContext<'c>,
    highlighter: Highlighter,
    formulas: PageFormulas<'c>,
    anchorizer: Anchorizer,
    anchors: PageAnchors,
    /// The level of the previous heading.
    heading: u8,
}

/// What surrounds the current node of a part.
#[derive(Default)]
struct Surroundings {
    /// The number of links that contain the node.
    links: usize,
    /// The elements of HTML that are open in each of the nodes that contain the node, outermost first.
    tags: Vec<OpenTags>,
}

impl<'c> TreeCorrector<'c> {
    pub fn new(context: &'c ProseContext<'c>) -> TreeCorrector<'c> {
        TreeCorrector {
            context,
            highlighter: Highlighter::default(),
            formulas: PageFormulas::new(context.typesetter),
            anchorizer: Anchorizer::new(),
            anchors: PageAnchors::default(),
            heading: 1,
        }
    }

    /// Corrects every node below `root`, and marks the places of sections. O(nodes).
    pub fn correct<'a>(
        &mut self,
        arena: &'a Arena<'a>,
        root: &'a AstNode<'a>,
        places: &mut PlaceMarks,
    ) {
        let edges: Vec<NodeEdge<&AstNode>> = root.traverse().collect();
        let mut around = Surroundings::default();
        for edge in edges {
            match edge {
                NodeEdge::Start(node) => {
                    let has_open = around.tags.last().is_some_and(|tags| !tags.is_empty());
                    places.before(arena, node, has_open);
                    self.node(arena, node, &mut around);
                    around.links += usize::from(is_link(node));
                    around.tags.push(OpenTags::default());
                }
                NodeEdge::End(node) => {
                    around.links -= usize::from(is_link(node));
                    let closed = around.tags.pop().map(|mut tags| tags.close());
                    if let Some(closed) = closed.filter(|closed| !closed.is_empty()) {
                        node.append(raw(arena, closed));
                    }
                }
            }
        }
        places.end(arena, root);
    }

    /// Corrects `node`.
    fn node<'a>(&mut self, arena: &'a Arena<'a>, node: &'a AstNode<'a>, around: &mut Surroundings) {
        let value = node.data().value.clone();
        let corrected = match value {
            NodeValue::Heading(mut heading) => {
                let anchor = self.anchorizer.anchorize(node.collect_text().trim());
                if let Some(element) = self.anchors.element(&anchor) {
                    node.prepend(raw(arena, element.0));
                }
                heading.level = heading.level.max(2).min(self.heading + 1);
                self.heading = heading.level;
                NodeValue::Heading(heading)
            }
            NodeValue::HtmlBlock(block) => self.html(&block.literal, around),
            NodeValue::HtmlInline(tag) => self.html(&tag, around),
            NodeValue::Math(math) => self.formula(&math),
            NodeValue::CodeBlock(block) => {
                let name = block.info.split_whitespace().next();
                NodeValue::Raw(self.code(name, &block.literal).0)
            }
            NodeValue::Link(link) => linked(&link, self.context),
            NodeValue::Image(image) => self.image(node, &image, around),
            NodeValue::TaskItem(task) => {
                let mark = task_mark(task.symbol.is_some());
                let first = node.first_child();
                let first =
                    first.filter(|first| matches!(first.data().value, NodeValue::Paragraph));
                first.unwrap_or(node).prepend(raw(arena, mark.0));
                NodeValue::Item(NodeList::default())
            }
            _ => return,
        };
        node.data_mut().value = corrected;
    }

    fn html(&self, fragment: &str, around: &mut Surroundings) -> NodeValue {
        let context = TagContext {
            targets: self.context.targets,
            pictures: self.context.pictures,
            anchors: &self.anchors,
            is_linked: around.links > 0,
        };
        let written = around.tags.last_mut().map(|tags| tags.read(fragment, context));
        NodeValue::Raw(written.unwrap_or_default())
    }

    fn formula(&self, math: &NodeMath) -> NodeValue {
        let literal = math.literal.trim();
        if math.dollar_math && !math.display_math && is_money(&math.literal) {
            return NodeValue::Text(format!("${}$", math.literal).into());
        }
        let display = match math.display_math {
            true => FormulaDisplay::Block,
            false => FormulaDisplay::Inline,
        };
        match self.formulas.typeset(literal, display) {
            Some(mathml) => NodeValue::Raw(mathml.0),
            None => NodeValue::Code(NodeCode { num_backticks: 1, literal: literal.to_owned() }),
        }
    }

    fn code(&self, name: Option<&str>, code: &str) -> Markup {
        match name {
            Some("mermaid") => diagram(code),
            Some("math") => {
                let typeset = self.formulas.typeset(code.trim(), FormulaDisplay::Block);
                typeset.unwrap_or_else(|| self.highlighter.block(None, code))
            }
            name => self.highlighter.block(name, code),
        }
    }

    fn image<'a>(
        &self,
        node: &'a AstNode<'a>,
        image: &NodeLink,
        around: &Surroundings,
    ) -> NodeValue {
        let alt: String = node.descendants().filter_map(words_of).collect();
        node.children().for_each(|child| child.detach());
        let url = picture_target(&image.url, self.context.targets.base, self.context.pictures);
        let loads = self.context.pictures == PictureMode::Loaded;
        // A link inside a link is not allowed.
        let url = url.filter(|_| around.links == 0 || loads);
        NodeValue::Raw(picture(self.context.pictures, url.as_deref(), &alt).0)
    }
}

/// The mark of an item of a list of tasks.
fn task_mark(is_done: bool) -> Markup {
    let (label, sign) = if is_done { ("done", "☑") } else { ("to do", "☐") };
    html! { span.task role="img" aria-label=(label) { (sign) } " " }
}

fn is_link<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data().value, NodeValue::Link(_))
}

/// A link to the target of `link`; only its text if the target is not allowed (comrak then writes no tag).
fn linked(link: &NodeLink, context: &ProseContext) -> NodeValue {
    match target(&link.url, context.targets) {
        Some(url) => NodeValue::Link(Box::new(NodeLink { url, title: String::new() })),
        None => NodeValue::Escaped,
    }
}
