//! A match of a query in a text.

/// A range of the text that matches a unit of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextMatch {
    /// The byte range in the text.
    pub start: usize,
    pub end: usize,
    /// The index of the query unit.
    pub unit: usize,
}
