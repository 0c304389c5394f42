//! Recognises a full disk as the cause of an error. Many different errors can result from a full disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{self, DiskError};
use crate::graph::GraphError;
use crate::search::SearchError;
use crate::store::StoreError;

/// A run failed because the disk is full.
#[derive(Debug)]
struct DiskFull {
    index: PathBuf,
}

impl fmt::Display for DiskFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index.display();
        write!(
            f,
            "the disk is full: {index} could not be refreshed and is unchanged; free space on that disk, then \
             refresh again"
        )
    }
}

/// Adds to `error` that the disk of `index` is full, if that is the cause.
pub(in crate::refresh) fn explain(error: anyhow::Error, index: &Path) -> anyhow::Error {
    if error.is::<DiskFull>() || !(says_full(&error) || hides_full(&error, index)) {
        return error;
    }
    error.context(DiskFull { index: index.to_owned() })
}

fn says_full(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let of_file = disk_error(cause).is_some_and(DiskError::is_full);
        let of_system = cause.downcast_ref::<io::Error>().is_some_and(disk::is_full);
        of_file || of_system || cause.downcast_ref().is_some_and(StoreError::is_full)
    })
}

/// `cause` as a file error, or the file error that it wraps.
fn disk_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a DiskError> {
    if let Some(GraphError::Disk(error)) = cause.downcast_ref() {
        return Some(error);
    }
    if let Some(SearchError::Disk(error)) = cause.downcast_ref() {
        return Some(error);
    }
    if let Some(StoreError::Disk(error)) = cause.downcast_ref() {
        return Some(error);
    }
    cause.downcast_ref()
}

/// Whether `error` is of a kind that can hide why a write failed, and a test write now fails because the disk is full.
fn hides_full(error: &anyhow::Error, index: &Path) -> bool {
    let is_silent = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<SearchError>() || cause.is::<StoreError>()
    };
    error.chain().any(is_silent) && disk::probe(index).is_some_and(|cause| cause.is_full())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::DiskOperation;

    #[test]
    fn a_full_disk_is_recognised_once_and_other_errors_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let error = anyhow::Error::from(io::Error::from(kind)).context("cannot write x");
            let error = explain(explain(error, folder.path()), folder.path());
            let message = format!("{error:#}");
            assert_eq!(message.matches("the disk is full: ").count(), 1, "{message}");
            assert!(message.contains(&folder.path().display().to_string()), "{message}");
        }
        let full = || {
            DiskError::new(DiskOperation::Write, folder.path(), io::ErrorKind::StorageFull.into())
        };
        let stages: [anyhow::Error; 3] =
            [GraphError::Disk(full()).into(), SearchError::Disk(full()).into(), full().into()];
        for error in stages {
            assert!(explain(error, folder.path()).is::<DiskFull>());
        }
        let other = SearchError::Damaged(folder.path().to_owned());
        let message = format!("{:#}", explain(other.into(), folder.path()));
        assert!(!message.contains("full"), "{message}");
    }
}
