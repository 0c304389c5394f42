//! Errors of the store.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::disk::{self, DiskError, DiskOperation};

/// Why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store: {0}")]
    Sqlite(rusqlite::Error),
    #[error(
        "the store was written by a newer version of Cairn: {0}; use that version, or name another folder with --index"
    )]
    Newer(rusqlite_migration::Error),
    /// The file is a damaged SQLite database, or not a SQLite database at all.
    #[error("the store is broken: {0}; {ADVICE}")]
    Broken(String),
    #[error("the store contains something that can't be decoded: {0}; {ADVICE}")]
    Decode(String),
    #[error("the store: {0}")]
    Disk(DiskError),
    #[error("the store: {0}")]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            StoreError::Io(error) => disk::is_full(error),
            _ => false,
        }
    }

    /// Whether the operating system denied permission.
    pub fn is_denied(&self) -> bool {
        matches!(self, StoreError::Disk(error) if error.is_denied())
    }

    /// Converts this error to a [`DiskError`] with `path`, if the cause is that `path` can't be read or written.
    /// Other errors are returned unchanged.
    pub(super) fn at(self, path: &Path) -> StoreError {
        use ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        let StoreError::Sqlite(error) = &self else { return self };
        if !matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly)) {
            return self;
        }
        let denied = |operation, cause| StoreError::Disk(DiskError::new(operation, path, cause));
        if let Err(cause) = File::open(path)
            && cause.kind() == ErrorKind::PermissionDenied
        {
            return denied(DiskOperation::Read, cause);
        }
        match File::options().read(true).append(true).open(path) {
            Ok(_) => self,
            Err(cause) => denied(DiskOperation::Write, cause),
        }
    }
}

/// The remedy for a broken store. Following it does not affect the index that is served, because a refresh publishes
/// nothing until the sources have been fetched again.
const ADVICE: &str = "remove library.db from the index folder and run `cairn refresh`, which fetches \
                      every source again; the current index stays available until then";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::Error as Sqlite;
        match &error {
            // A stored value has another type than Cairn wrote, so it is damaged.
            Sqlite::Utf8Error(..)
            | Sqlite::InvalidColumnType(..)
            | Sqlite::IntegralValueOutOfRange(..)
            | Sqlite::FromSqlConversionFailure(..) => StoreError::Decode(error.to_string()),
            // The database does not fit the SQL, for example because a table is missing. The SQL is constant, so the
            // database must be damaged.
            Sqlite::SqlInputError { .. } => StoreError::Broken(error.to_string()),
            _ => match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => {
                    StoreError::Broken(error.to_string())
                }
                _ => StoreError::Sqlite(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refused_permission_counts_as_denied() {
        let of = |cause: ErrorKind| {
            let error = DiskError::new(DiskOperation::Read, Path::new("library.db"), cause.into());
            StoreError::Disk(error).is_denied()
        };
        assert!(of(ErrorKind::PermissionDenied) && !of(ErrorKind::StorageFull));
        assert!(!StoreError::Broken("x".to_owned()).is_denied());
    }
}
