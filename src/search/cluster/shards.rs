//! Whether a search covered all shards.

use serde::Deserialize;

use super::fault::{ClusterFault, WHOLE};

/// The field `_shards` of an answer. A shard without any copy is counted in `total` only, and not in `failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Shards {
    pub total: u32,
    pub successful: u32,
}

impl Shards {
    /// Checks that the answer is complete. `timed_out` is the field of the same name, which is true if the cluster
    /// ended the search at the search's own time limit.
    ///
    /// `Err` if shards are missing or the search was ended.
    pub fn check(self, timed_out: bool) -> Result<(), ClusterFault> {
        if self.successful != self.total {
            let cause = format!("{} of {} shards answered", self.successful, self.total);
            return Err(ClusterFault::MissingShards { node: WHOLE.to_owned(), cause });
        }
        if timed_out { Err(ClusterFault::Unfinished) } else { Ok(()) }
    }
}
