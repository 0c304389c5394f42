//! How a command ended.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// The data files have faults; they were printed.
    Wrong,
    SourceFailed,
    /// A check of `cairn doctor` failed; the report was printed.
    Ill,
}
