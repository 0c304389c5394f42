//! Finds damaged rows of the store, for `cairn doctor`. A run drops such rows and then derives or fetches their content
//! again.
//!
//! A run with `--full` or `--offline` checks every row before it starts. Any other run does so if it reads a row that
//! can't be decoded, and then starts again. A damaged row never makes a run fail.

use crate::config::Config;
use crate::meaning::MeaningTable;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::versions::versions;
use crate::store::{Store, StoreAudit, StoreError, StoreTable};
use crate::vocabulary;

/// Checks every row of the store of `config`'s index. Changes nothing. `Err` if the database itself is broken or can't
/// be read.
pub fn audit(config: &Config) -> Result<StoreAudit, StoreError> {
    // If the vocabulary is invalid, its version is unknown. Stored annotations are then only decompressed, not decoded.
    let vocabulary = vocabulary::load(&config.sources);
    let version = vocabulary.map(|vocabulary| vocabulary.version).unwrap_or_default();
    let table = MeaningTable::load(&config.sources).ok();
    Store::audit(&config.index.join("library.db"), &versions(&version, table.as_ref()))
}

/// Drops the damaged rows of `store`. Returns a problem with their number, if there were any.
pub(in crate::refresh) fn drop_damaged(
    store: &mut Store,
    inputs: &RefreshInputs,
) -> anyhow::Result<Option<Problem>> {
    let audit =
        store.drop_damaged(&versions(&inputs.vocabulary.version, inputs.meaning.as_deref()))?;
    let damaged = audit.damaged.len();
    if damaged == 0 {
        return Ok(None);
    }
    let rows = if damaged == 1 { "1 row" } else { &format!("{damaged} rows") };
    let blobs = audit.count(StoreTable::Blobs);
    let message = format!("{rows} of the store were damaged and dropped, {blobs} of them files");
    tracing::warn!("{message}");
    let hint = "derived data is made again in this run; `cairn refresh` fetches the files again";
    Ok(Some(Problem::new(Stage::Crawl, message).hint(hint)))
}

/// Whether `error` was caused by a row of the store that can't be decoded.
pub(in crate::refresh) fn is_undecodable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Decode(_))))
}
