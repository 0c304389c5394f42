//! The input of a run: its options, the data files, and which stored files and threads are to be indexed.

pub(super) mod cairnignore;
pub(super) mod chapter;
mod chapters;
pub(super) mod chosen;
pub(super) mod forks;
pub(super) mod inputs;
pub(super) mod item;
pub(super) mod licence;
pub(super) mod meaning;
pub(super) mod options;
pub(super) mod select;
pub(super) mod threads;
pub(super) mod versions;
pub(super) mod vocabulary;
