//! What a store knows about withdrawn material is kept when an older store replaces it.

use std::path::Path;

use super::store_result::is_dropped;
use crate::catalogue::{self, SourceId};
use crate::config::Config;
use crate::crawl::github::thread::ThreadKind;
use crate::crawl::{BlobId, RawFile};
use crate::refresh::wanted::cairnignore;
use crate::store::{FetchState, SourceRow, Store, StoreError, ThreadsOf};

/// Tells the older store at `older` what the store at `newer` knows about the sources of `config`'s catalogue: which are
/// blocked or gone, what their `.cairnignore` says, and their licences. So an older store never shows what its author or
/// GitHub has withdrawn since. Files that were merely deleted stay until the next refresh, which fetches their source.
///
/// `Err` if the catalogue has faults, or a store can't be read or written. O(sources).
pub fn keep_withdrawn(config: &Config, newer: &Path, older: &Path) -> anyhow::Result<()> {
    let catalogue = catalogue::load(&config.sources)?;
    let (newer, mut older) = (Store::open(newer)?, Store::open(older)?);
    let now = chrono::Utc::now().timestamp();
    for source in catalogue.sources.iter().map(|source| &source.id) {
        let known = newer.source(source)?;
        if known.state == FetchState::Blocked || is_dropped(&known, config, now) {
            older.replace_files(source, &[], None, &known, now)?;
            for kind in ThreadKind::ALL {
                older.remove_threads(ThreadsOf { source, kind })?;
            }
        } else if known.snapshot.is_some() {
            keep_rules(source, &known, &newer, &mut older)?;
        }
    }
    Ok(())
}

/// Gives `source` in `older` the licence and the `.cairnignore` that it has in `newer`, whose row is `known`.
fn keep_rules(
    source: &SourceId,
    known: &SourceRow,
    newer: &Store,
    older: &mut Store,
) -> Result<(), StoreError> {
    let row = SourceRow { licence: known.licence.clone(), ..older.source(source)? };
    let files = older.files(source)?;
    let is_rule = |path: &str| path == cairnignore::PATH;
    let mut kept: Vec<(String, BlobId)> =
        files.iter().map(|file| (file.path.clone(), file.blob.clone())).collect();
    if let Some(rule) = newer.files(source)?.into_iter().find(|file| is_rule(&file.path))
        && let Some(bytes) = newer.blob(&rule.blob)?
        && !files.is_empty()
    {
        older.put_blobs(&[RawFile { path: rule.path.clone(), blob: rule.blob.clone(), bytes }])?;
        kept.retain(|(path, _)| !is_rule(path));
        kept.push((rule.path, rule.blob));
    }
    let left_out = older.left_out(source)?;
    older.replace_files(source, &kept, left_out.as_deref(), &row, chrono::Utc::now().timestamp())
}
