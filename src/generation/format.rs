//! The version numbers of the format on disk.

/// The format of the generations that this program makes.
pub const FORMAT: u32 = 4;
/// The oldest format that this program reads. Format 3 has no list of earlier sections.
pub const OLDEST: u32 = 3;
