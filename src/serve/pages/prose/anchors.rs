//! The anchors of a page's text. Each has a prefix, so that no anchor of an author is one of the page's own, and occurs
//! once.

use std::cell::RefCell;
use std::collections::HashSet;

use maud::{Markup, html};

/// The maximum number of anchors of a page.
const MOST: usize = 5_000;

/// The anchors that the text has so far.
#[derive(Debug, Default)]
pub(super) struct PageAnchors {
    known: RefCell<HashSet<String>>,
}

impl PageAnchors {
    /// An empty element with the anchor `name`; nothing if the page has this anchor already, or if it can't be one.
    pub fn element(&self, name: &str) -> Option<Markup> {
        let mut known = self.known.borrow_mut();
        let may_be = !name.is_empty() && !name.contains(char::is_whitespace) && known.len() < MOST;
        (may_be && known.insert(name.to_owned())).then(|| html! { span id={ "h-" (name) } {} })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_occurs_once() {
        let anchors = PageAnchors::default();
        let element = |name: &str| anchors.element(name).map(|element| element.0);
        assert_eq!(element("a\"b").as_deref(), Some("<span id=\"h-a&quot;b\"></span>"));
        for name in ["a\"b", "", "a b"] {
            assert_eq!(element(name), None, "{name}");
        }
    }
}
