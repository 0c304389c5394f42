//! Which sources a run fetches.

use anyhow::bail;

use super::options::{FetchMode, RefreshOptions};
use crate::catalogue::{Catalogue, Origin, Source};

/// The sources that are to be fetched in this run; none if it is offline. `Err` if `options` name a source that
/// `catalogue` doesn't have.
pub(in crate::refresh) fn chosen<'a>(
    catalogue: &'a Catalogue,
    options: &RefreshOptions,
) -> anyhow::Result<Vec<&'a Source>> {
    if options.network == FetchMode::Offline {
        return Ok(Vec::new());
    }
    for id in &options.only {
        if catalogue.get(id).is_none() {
            bail!("{}", catalogue.unknown_id(id));
        }
    }
    let is_chosen = |source: &&Source| {
        let named = options.only.is_empty()
            || options.only.iter().any(|id| source.id.0.eq_ignore_ascii_case(id));
        let folder = matches!(source.origin, Origin::Folder { .. });
        named && (folder || options.network != FetchMode::FoldersOnly)
    };
    Ok(catalogue.sources.iter().filter(is_chosen).collect())
}
