//! The version numbers of the format on disk.

/// The format of the generations that this program makes.
pub const FORMAT: u32 = 3;
/// The oldest format that this program reads. Format 2 has no checksums.
pub const OLDEST: u32 = 2;
