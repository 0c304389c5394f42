//! Errors of the store.

use std::fs::File;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::disk::{self, DiskError, Doing};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store: {0}")]
    Sqlite(rusqlite::Error),
    #[error(
        "the store was written by a newer version of Cairn: {0}; use that version, or name another folder with --index"
    )]
    Newer(rusqlite_migration::Error),
    /// It is no database, or not a whole one.
    #[error("the store is broken: {0}; {ADVICE}")]
    Broken(String),
    #[error("the store holds something that can't be decoded: {0}; {ADVICE}")]
    Decode(String),
    #[error("the store: {0}")]
    Disk(DiskError),
    #[error("the store: {0}")]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Whether there was no room for what was to be written.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            StoreError::Io(error) => disk::is_full(error),
            _ => false,
        }
    }

    /// This error, or the file `path` that refuses to be opened where that is why.
    pub(super) fn at(self, path: &Path) -> StoreError {
        use ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        let StoreError::Sqlite(error) = &self else { return self };
        if !matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly)) {
            return self;
        }
        match File::options().read(true).append(true).open(path) {
            Ok(_) => self,
            Err(cause) => StoreError::Disk(DiskError::new(Doing::Write, path, cause)),
        }
    }
}

/// What to do about a broken store. Following it loses nothing that is served: a refresh publishes
/// nothing until the sources are fetched again.
const ADVICE: &str = "remove library.db from the index folder and run `cairn refresh`, which fetches \
                      every source again; what is served stays until then";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::Error as Sqlite;
        match &error {
            // What a row holds is not what was written.
            Sqlite::Utf8Error(..)
            | Sqlite::InvalidColumnType(..)
            | Sqlite::IntegralValueOutOfRange(..)
            | Sqlite::FromSqlConversionFailure(..) => StoreError::Decode(error.to_string()),
            // A table or column is missing: every statement is this module's own.
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
