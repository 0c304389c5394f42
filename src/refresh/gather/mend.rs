//! What is damaged in the store: found for the doctor, and dropped by a run, which then makes it again.
//!
//! A run with `--full` or `--offline` looks at every row before it begins; any other does so when it meets a row that
//! can't be decoded, and then begins again. One damaged row stops no run.

use crate::config::Config;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::Inputs;
use crate::refresh::wanted::versions::versions;
use crate::store::{Audit, Store, StoreError, Table};
use crate::vocabulary;

/// Looks at every row of the store of `config`'s index. Changes nothing. `Err` if the database itself is broken or
/// can't be read.
pub fn audit(config: &Config) -> Result<Audit, StoreError> {
    // With faults in the vocabulary nothing is annotated: then annotations are only unpacked.
    let vocabulary = vocabulary::load(&config.sources);
    let version = vocabulary.map(|vocabulary| vocabulary.version).unwrap_or_default();
    Store::audit(&config.index.join("library.db"), &versions(&version))
}

/// Drops the damaged rows of `store`; says how many there were, if there were any.
pub(in crate::refresh) fn drop_damaged(
    store: &mut Store,
    inputs: &Inputs,
) -> anyhow::Result<Option<Problem>> {
    let audit = store.drop_damaged(&versions(&inputs.vocabulary.version))?;
    let damaged = audit.damaged.len();
    if damaged == 0 {
        return Ok(None);
    }
    let rows = if damaged == 1 { "1 row" } else { &format!("{damaged} rows") };
    let blobs = audit.count(Table::Blobs);
    let message = format!("{rows} of the store were damaged and dropped, {blobs} of them files");
    tracing::warn!("{message}");
    let hint = "what is derived is made again at once; `cairn refresh` fetches the files again";
    Ok(Some(Problem::new(Stage::Crawl, message).hint(hint)))
}

/// Whether `error` says that a row of the store can't be decoded.
pub(in crate::refresh) fn is_undecodable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Decode(_))))
}
