//! An element that is being skipped, with all that is inside it.

/// The element that is being skipped.
pub(super) struct SkippedElement {
    name: Vec<u8>,
    /// The number of open elements with this name, including this one.
    depth: usize,
}

impl SkippedElement {
    pub fn new(name: &[u8]) -> SkippedElement {
        SkippedElement { name: name.to_vec(), depth: 1 }
    }

    /// Handles the start of an element inside it.
    pub fn start(&mut self, name: &[u8], self_closing: bool) {
        if self.name == name && !self_closing {
            self.depth += 1;
        }
    }

    /// Handles an end tag inside it or its own. Returns whether the element ends.
    pub fn end(&mut self, name: &[u8]) -> bool {
        if self.name == name {
            self.depth -= 1;
        }
        self.depth == 0
    }
}
