//! Makes nodes of a syntax tree.

use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

/// A node with `text`.
pub(super) fn text<'a>(arena: &'a Arena<'a>, text: String) -> &'a AstNode<'a> {
    arena.alloc(NodeValue::Text(text.into()).into())
}

/// A node that is written as `html`, which must be safe.
pub(super) fn raw<'a>(arena: &'a Arena<'a>, html: String) -> &'a AstNode<'a> {
    arena.alloc(NodeValue::Raw(html).into())
}
