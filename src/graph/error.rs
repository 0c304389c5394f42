//! The error of the files of a graph.

use crate::disk::DiskError;

/// Why a graph could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the graph file {path} can't be decoded: {cause}")]
    Decode { path: String, cause: postcard::Error },
}
