//! A match of a query in a text.

/// A place of the text that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// In bytes.
    pub start: usize,
    pub end: usize,
    /// The unit of the query that it serves.
    pub unit: usize,
}
