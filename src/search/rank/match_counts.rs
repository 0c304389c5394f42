//! How many matches of a query match it well.

/// How many of the best matches of a query match it well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchCounts {
    /// The number of strong matches.
    pub strong: usize,
    /// The number of further matches that mention all of the query.
    pub mentions: usize,
}
