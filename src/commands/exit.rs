//! How a command ended.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// The requested thing does not exist, or the data files have faults.
    Wrong,
    SourceFailed,
    /// A check failed; the report was printed.
    Ill,
}
