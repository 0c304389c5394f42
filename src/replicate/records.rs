//! What is copied beside a generation: the record of runs, and the file that says which index may publish.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ReplicateError;
use crate::disk;
use crate::generation::manifest::Manifest;
use crate::generation::run::RunRecord;
use crate::generation::runs;

/// The file, beside the generations of an index and of a published copy.
pub(super) const PUBLISHER: &str = "publisher.json";
/// The record of runs.
pub(super) const RUNS: &str = "runs.json";
/// The maximum size of a record of runs that a reader takes.
pub(super) const MOST_RUNS_BYTES: u64 = 256_000_000;
/// The number of runs that are copied, besides the last full ones. Readers show the last ones, and the latest result of each
/// source.
const COPIED_RUNS: usize = 50;

/// The index that may publish to a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Publisher {
    /// A random id. An index that is copied with all its files keeps it.
    pub id: String,
    /// When the index got the id, in RFC 3339 format.
    pub since: String,
}

impl Publisher {
    /// The publisher that `index` is. Gives the index an id if it has none yet.
    pub fn of(index: &Path) -> Result<Publisher, ReplicateError> {
        let path = index.join(PUBLISHER);
        match disk::read(&path) {
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
            Ok(bytes) => {
                if let Ok(known) = serde_json::from_slice(&bytes) {
                    return Ok(known);
                }
                tracing::warn!("{} is damaged; the index gets a new id", path.display());
            }
        }
        let id = format!("{:032x}", fastrand::u128(..));
        let publisher =
            Publisher { id, since: crate::printable::time::rfc3339(chrono::Utc::now()) };
        disk::replace(&path, &publisher.to_json())?;
        Ok(publisher)
    }

    /// The content of its file.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// A short form of the id, with the time, for messages.
    pub fn name(&self) -> String {
        format!("id {}, since {}", self.id.get(..8).unwrap_or(&self.id), self.since)
    }
}

/// The part of the record of runs `json` that belongs to the generation with `manifest`: the last runs, without results of
/// sources that the generation does not list. So a source that left is in no copy. `None` if `json` is no such record.
pub(super) fn runs_of(json: &[u8], manifest: &Manifest) -> Option<Vec<u8>> {
    let mut runs: Vec<RunRecord> = serde_json::from_slice(json).ok()?;
    runs::keep(&mut runs, COPIED_RUNS);
    let listed: HashSet<&str> = manifest.sources.iter().map(|source| source.id.as_str()).collect();
    let is_listed = |source: &str| listed.contains(source);
    for run in &mut runs {
        run.sources.retain(|result| is_listed(&result.source));
        run.notes.retain(|note| note.source.as_deref().is_none_or(is_listed));
        if let Some(loss) = &mut run.refused {
            loss.sources.retain(|source| is_listed(source));
        }
        if let Some(excess) = &mut run.over_budget {
            excess.largest.retain(|of| is_listed(&of.source));
        }
        // Its text may name a source.
        if let Some(error) = &mut run.error {
            "the index that published this has the reason".clone_into(error);
        }
    }
    serde_json::to_vec(&runs).ok()
}
