//! Which elements of a page are left out, and which are blocks.

use html5gum::StartTag;

use super::{SILENT, attribute};

/// Elements around the content of a page, which are left out.
const AROUND: [&[u8]; 12] = [
    b"nav",
    b"footer",
    b"aside",
    b"form",
    b"button",
    b"select",
    b"noscript",
    b"iframe",
    b"object",
    b"canvas",
    b"dialog",
    b"menu",
];
/// WAI-ARIA roles of elements that are left out too.
const ROLES: [&str; 5] = ["navigation", "search", "contentinfo", "complementary", "banner"];
/// Classes of elements that are left out too.
const CLASSES: [&str; 12] = [
    "sidebar",
    "sphinxsidebar",
    "footer",
    "navbar",
    "breadcrumb",
    "breadcrumbs",
    "toc",
    "related",
    "slide-number",
    "page-number",
    "slide-footer",
    "chapter-marker",
];
/// Elements without an end tag.
const VOID: [&[u8]; 9] =
    [b"br", b"hr", b"img", b"input", b"link", b"meta", b"source", b"col", b"wbr"];
/// Elements whose start and end are block boundaries.
pub(super) const BLOCKS: [&[u8]; 22] = [
    b"p",
    b"div",
    b"li",
    b"tr",
    b"table",
    b"ul",
    b"ol",
    b"dl",
    b"dt",
    b"dd",
    b"section",
    b"article",
    b"main",
    b"body",
    b"blockquote",
    b"details",
    b"summary",
    b"figure",
    b"figcaption",
    b"header",
    b"hr",
    b"pre",
];

/// Whether `tag` starts an element whose content is left out: scripts, hidden elements, and those around the content
/// of a page. False for elements without content.
pub(in crate::extract) fn is_left_out(tag: &StartTag<usize>) -> bool {
    let name: &[u8] = &tag.name;
    if tag.self_closing || VOID.contains(&name) {
        return false;
    }
    let is_hidden = attribute(tag, b"hidden").is_some()
        || attribute(tag, b"aria-hidden").is_some_and(|value| value == "true");
    let has_role = attribute(tag, b"role").is_some_and(|role| ROLES.contains(&role.as_str()));
    let has_class = attribute(tag, b"class")
        .is_some_and(|class| class.split_whitespace().any(|class| CLASSES.contains(&class)));
    SILENT.contains(&name) || AROUND.contains(&name) || is_hidden || has_role || has_class
}
