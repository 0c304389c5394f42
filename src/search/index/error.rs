//! Errors of searching and of writing the index.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::budget::SearchStopped;
use super::field::MOST_FILTERS;
use crate::disk::DiskError;
use crate::search::cluster::ClusterFault;

/// Why a search failed or the index can't be written.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    // Not marked as `#[source]`, because the messages of tantivy's errors already contain their causes.
    #[error("the search index: {0}")]
    Tantivy(tantivy::TantivyError),
    #[error("the search index: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the search index in {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// Reading the index panicked.
    #[error("the search index in {} can't be read; it may be damaged", .0.display())]
    Failed(PathBuf),
    #[error("the search index contains a section that can't be decoded: {0}")]
    Decode(String),
    #[error(
        "the query has {named} different filters, and at most {} are allowed; leave some out",
        MOST_FILTERS
    )]
    TooManyFilters { named: usize },
    #[error(transparent)]
    Stopped(#[from] SearchStopped),
    /// The cluster that has the sections can't be used.
    #[error(transparent)]
    Cluster(#[from] ClusterFault),
    /// The generation keeps its texts in a cluster, and no cluster is set.
    #[error(
        "the texts of this index are in an OpenSearch cluster, and none is set; set `[search]` in cairn.toml"
    )]
    NoCluster,
    /// The cluster does not have the sections of a generation.
    #[error(
        "the index {index} of the cluster has {found} sections of this generation instead of {expected}"
    )]
    Unequal { index: String, found: u64, expected: u64 },
}

/// Runs `read` and returns its result. If `read` panics, returns the error `damaged`, because tantivy panics on some
/// damaged files.
pub(in crate::search) fn guarded<T>(
    damaged: impl FnOnce() -> SearchError,
    read: impl FnOnce() -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> SearchError {
        SearchError::Tantivy(error)
    }
}

impl SearchError {
    /// Whether the error means that the files of the index can't be read or written.
    pub fn is_damage(&self) -> bool {
        let is_of_request =
            matches!(self, SearchError::TooManyFilters { .. } | SearchError::Stopped(_));
        !is_of_request && !self.is_of_engine()
    }

    /// Whether the error is about the cluster that has the sections, not about the files of the index.
    pub fn is_of_engine(&self) -> bool {
        matches!(
            self,
            SearchError::Cluster(_) | SearchError::NoCluster | SearchError::Unequal { .. }
        )
    }

    /// What the user can do about it; `None` if nothing general can be said.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            SearchError::Cluster(fault) => fault.hint(),
            SearchError::NoCluster => Some("set engine = \"opensearch\" and urls under [search]"),
            SearchError::Unequal { .. } => Some(
                "`cairn engine check` shows what is missing, `cairn engine rebuild` writes it again",
            ),
            _ => None,
        }
    }

    /// The error for a stored section that can't be decoded or encoded because of `error`.
    pub(in crate::search) fn decode(error: impl fmt::Display) -> SearchError {
        SearchError::Decode(error.to_string())
    }
}
