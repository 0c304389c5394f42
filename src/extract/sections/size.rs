//! The size of blocks, by which sections are cut.

use super::block::{MOST_LINES, MOST_WORDS};
use super::long::LONGEST_PART;

/// This many blocks count as the size of a section, however few words they have.
const MOST_BLOCKS: usize = 250;

/// The size of blocks that follow each other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockSize {
    pub words: usize,
    /// Lines of the file, or lines of code.
    pub lines: usize,
    pub bytes: usize,
    pub blocks: usize,
}

impl BlockSize {
    /// In percent of the size of a section.
    pub fn percent(self) -> u32 {
        let of = |count: usize, most: usize| 100 * count / most;
        let percent = of(self.words, MOST_WORDS)
            .max(of(self.lines, MOST_LINES as usize))
            .max(of(self.bytes, LONGEST_PART / 2))
            .max(of(self.blocks, MOST_BLOCKS));
        u32::try_from(percent).unwrap_or(u32::MAX)
    }
}
