//! `replica.json` beside the generations: the index is a replica, which takes its generations from another place and is
//! never refreshed.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::{IndexDamage, read_json};
use crate::disk;

/// The file.
const REPLICA: &str = "replica.json";

/// Where the generations of a replica come from, and the last one that came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaMark {
    /// The source as the user named it, without a password.
    pub source: String,
    /// The number of the last generation that was taken; `None` before the first.
    pub generation: Option<u64>,
    /// When it was built, in RFC 3339 format.
    #[serde(default)]
    pub built_at: Option<String>,
    /// When it was taken, in RFC 3339 format.
    #[serde(default)]
    pub pulled_at: Option<String>,
}

impl ReplicaMark {
    /// The mark of `index`; `None` if it is no replica. `Err` if the file is there and can't be read or decoded.
    pub fn read(index: &Path) -> Result<Option<ReplicaMark>, IndexDamage> {
        read_json(index.join(REPLICA))
    }

    /// Writes the mark into `index`, atomically.
    pub(crate) fn write(&self, index: &Path) -> anyhow::Result<()> {
        Ok(disk::replace(&index.join(REPLICA), &serde_json::to_vec_pretty(self)?)?)
    }
}

/// Whether `index` is a replica. An unreadable mark counts, so that a refresh never changes what may be one.
pub fn is_one(index: &Path) -> bool {
    !matches!(ReplicaMark::read(index), Ok(None))
}
