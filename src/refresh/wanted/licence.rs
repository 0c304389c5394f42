//! The licence of a source.

use crate::catalogue::Source;
use crate::store::SourceRow;

/// The licence of `source`, from the first of these that has one: the catalogue, its LICENSE file, GitHub's metadata.
pub(in crate::refresh) fn licence(source: &Source, row: &SourceRow) -> Option<String> {
    let metadata = || row.metadata.as_ref().and_then(|metadata| metadata.licence.clone());
    source.licence.clone().or_else(|| row.licence.clone()).or_else(metadata)
}
