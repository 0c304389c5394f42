//! How a command ended.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// What was asked for is not there, or the data files have faults.
    Wrong,
    SourceFailed,
    /// Something is ill, which was printed.
    Ill,
}
