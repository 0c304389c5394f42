//! The version numbers of the format on disk.

/// The format of the generations that this program makes.
pub const FORMAT: u32 = 5;
/// The oldest format that this program reads. In format 4, the file of the graph contains the
/// resources, and that of the copies their paths.
pub const OLDEST: u32 = 4;
