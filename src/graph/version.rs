//! The version of the graph.

/// The version of the code that builds graphs. It is incremented when a change of the code makes the same sections give
/// a different graph. Generations are then rebuilt.
pub const VERSION: u32 = 6;
