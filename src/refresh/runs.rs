//! `runs.json`: the last runs, newest first.

use std::path::Path;

use anyhow::Context;

use super::Run;
use super::generation::replace;

/// Runs that are remembered.
const MOST: usize = 200;

/// The recorded runs of the index, newest first; none where there is no record that can be read.
pub fn read(index: &Path) -> Vec<Run> {
    let Ok(bytes) = std::fs::read(index.join("runs.json")) else { return Vec::new() };
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        tracing::warn!(%error, "runs.json can't be read; the record begins anew");
        Vec::new()
    })
}

/// Adds `run` to the record.
pub(super) fn append(index: &Path, run: &Run) -> anyhow::Result<()> {
    let mut runs = read(index);
    runs.insert(0, run.clone());
    runs.truncate(MOST);
    let json = serde_json::to_vec(&runs)?;
    replace(&index.join("runs.json"), &json).context("cannot write runs.json")
}
