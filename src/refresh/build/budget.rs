//! The disk budget: whether a generation that is built may be published.

use std::path::Path;

use super::base::BuildBase;
use crate::config::Config;
use crate::generation::budget::{DiskExcess, SourceBytes};
use crate::generation::manifest::Manifest;
use crate::generation::usage::IndexUsage;
use crate::generation::withdrawal::withdraws;
use crate::store::{SourceSize, Store};

/// The number of sources that a refusal names.
const NAMED: usize = 5;

/// `Err` with a [`DiskExcess`] if publishing the generation in the folder `building` would make the index larger than
/// `config.max_bytes`, and larger than the `before` bytes that it took when the run began: a run that makes an index smaller
/// is always published. So is one that withdraws material of the current generation in `base`, because that must go.
///
/// Costs one `stat` for each file of the index; nothing without a budget.
pub(super) fn check(
    config: &Config,
    before: u64,
    base: &BuildBase,
    manifest: &Manifest,
    building: &Path,
    store: &Store,
) -> anyhow::Result<()> {
    let Some(max_bytes) = config.max_bytes else { return Ok(()) };
    let current = base.current();
    let kept = current.map(|(manifest, _)| manifest.generation);
    let usage = IndexUsage::when_published(&config.index, building, kept);
    let total = usage.total();
    let is_withdrawing = current.is_some_and(|(current, _)| withdraws(current, manifest));
    if total <= max_bytes || total <= before || is_withdrawing {
        return Ok(());
    }
    let largest = store.largest_sources(NAMED)?.into_iter();
    let largest = largest.map(|SourceSize { source, bytes }| SourceBytes { source, bytes });
    Err(DiskExcess { max_bytes, usage, largest: largest.collect() }.into())
}
