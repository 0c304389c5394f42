//! The only durable state of refresh: `library.db`, SQLite in WAL mode. Only refresh opens it for writing; readers use
//! generations. A generation can be rebuilt from it.
//!
//! Blobs are keyed by git's id. Data derived from a blob is keyed by (content, format, versions) and holds no path, so a
//! renamed file or a copy in another repository costs nothing. Each public call is one transaction. A kill between two
//! calls leaves a consistent store, from which the next refresh continues.

mod audit;
mod clock;
mod derived;
mod files;
mod links;
mod passes;
mod sources;
mod threads;

use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations, SchemaVersion};

use crate::disk::{self, DiskError, Doing};

pub use audit::{DamagedRow, DerivedVersions, StoreAudit, StoreTable};
pub use clock::is_plausible;
pub use derived::DerivedKey;
pub use files::StoredFile;
pub use passes::{Answered, Pass, Phase, ThreadState};
pub use sources::{FetchState, SourceRow};
pub use threads::{SeenThread, StoredThread, ThreadPage, ThreadsOf, WrittenThreads};

/// The characters that must be escaped in the path of a SQLite file URI.
const URI: &AsciiSet = &CONTROLS.add(b'?').add(b'#').add(b'%');

/// All schema versions, applied in order when the store is opened.
static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(
            "CREATE TABLE sources (
                id TEXT PRIMARY KEY,
                row TEXT NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE blobs (
                id TEXT PRIMARY KEY,
                bytes BLOB NOT NULL
            );
            CREATE TABLE files (
                source TEXT NOT NULL,
                path TEXT NOT NULL,
                blob TEXT NOT NULL,
                first_seen INTEGER NOT NULL,
                PRIMARY KEY (source, path)
            ) WITHOUT ROWID;
            CREATE INDEX files_by_blob ON files (blob);
            CREATE TABLE documents (
                blob TEXT NOT NULL,
                format TEXT NOT NULL,
                key TEXT NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (blob, format)
            );
            CREATE TABLE annotations (
                blob TEXT NOT NULL,
                format TEXT NOT NULL,
                key TEXT NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (blob, format)
            );",
        ),
        // The files that the rules left out: a source is fetched again only if new rules select one of them. The length
        // of each file: a lower limit takes effect without fetching.
        M::up(
            "CREATE TABLE left_out (
                source TEXT PRIMARY KEY,
                body BLOB NOT NULL
            ) WITHOUT ROWID;
            ALTER TABLE blobs ADD COLUMN length INTEGER;",
        ),
        // The cited URLs that were checked, and which of them are dead.
        M::up(
            "CREATE TABLE links (
                url TEXT PRIMARY KEY,
                looked_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                dead_since TEXT
            ) WITHOUT ROWID;",
        ),
        // Discussions and issues, the progress of fetching them, and what the pass in progress has seen.
        M::up(
            "CREATE TABLE threads (
                source TEXT NOT NULL,
                kind TEXT NOT NULL,
                number INTEGER NOT NULL,
                updated_at TEXT NOT NULL,
                labels TEXT NOT NULL,
                blob TEXT NOT NULL,
                first_seen INTEGER NOT NULL,
                PRIMARY KEY (source, kind, number)
            ) WITHOUT ROWID;
            CREATE INDEX threads_by_blob ON threads (blob);
            CREATE TABLE thread_states (
                source TEXT NOT NULL,
                kind TEXT NOT NULL,
                row TEXT NOT NULL,
                PRIMARY KEY (source, kind)
            ) WITHOUT ROWID;
            CREATE TABLE thread_seen (
                source TEXT NOT NULL,
                kind TEXT NOT NULL,
                number INTEGER NOT NULL,
                post INTEGER NOT NULL,
                PRIMARY KEY (source, kind, number, post)
            ) WITHOUT ROWID;",
        ),
    ])
});

/// Why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store: {0}")]
    Sqlite(rusqlite::Error),
    #[error(
        "the store was written by a newer version of Cairn: {0}; use that version, or name another folder with --index"
    )]
    Newer(rusqlite_migration::Error),
    /// The file is not a SQLite database, or a damaged one.
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
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            StoreError::Io(error) => disk::is_full(error),
            _ => false,
        }
    }

    /// This error, or a [`DiskError`] that names `path` if the cause is that `path` can't be opened for writing.
    fn at(self, path: &Path) -> StoreError {
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

/// The remedy for a broken store. It does not affect the served index: a refresh publishes nothing until the sources are
/// fetched again.
const ADVICE: &str = "remove library.db from the index folder and run `cairn refresh`, which fetches \
                      every source again; what is served stays until then";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::Error as Sqlite;
        match &error {
            // A stored value does not have the type that was written.
            Sqlite::Utf8Error(..)
            | Sqlite::InvalidColumnType(..)
            | Sqlite::IntegralValueOutOfRange(..)
            | Sqlite::FromSqlConversionFailure(..) => StoreError::Decode(error.to_string()),
            // A table or column is missing: the SQL itself is fixed, so the file must be at fault.
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

/// An open `library.db`.
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens `library.db` at `path`, and creates or migrates it if necessary.
    ///
    /// Sets stored timestamps in the future to the current time. `Err` if the file isn't a database, can't be written, or
    /// has a newer format.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        Store::open_or_create(path).map_err(|error| error.at(path))
    }

    fn open_or_create(path: &Path) -> Result<Store, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "cache_size", -16_000)?;
        MIGRATIONS.to_latest(&mut connection).map_err(migration)?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut store = Store { connection };
        store.correct_future_times(chrono::Utc::now())?;
        Ok(store)
    }

    /// Checks that the pages of `library.db` at `path` are intact and that its format is supported. Reads the whole file,
    /// but decodes no rows, which [`Store::audit`] does. Changes nothing.
    pub fn examine(path: &Path) -> Result<(), StoreError> {
        check_pages(&Store::connect_read_only(path)?, "quick_check")
    }

    /// Finds the damaged rows of `library.db` at `path`; decodes the derived rows of `versions`. Changes nothing. `Err` if
    /// the database itself is broken. O(bytes).
    pub fn audit(path: &Path, versions: &DerivedVersions) -> Result<StoreAudit, StoreError> {
        audit::audit(&Store::connect_read_only(path)?, versions)
    }

    /// A read-only connection to the database `path`. `Err` if it has a newer format.
    fn connect_read_only(path: &Path) -> Result<Connection, StoreError> {
        let connection = read_only(path).map_err(|error| StoreError::from(error).at(path))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let version = MIGRATIONS.current_version(&connection).map_err(migration)?;
        if matches!(version, SchemaVersion::Outside(_)) {
            let newer = MigrationDefinitionError::DatabaseTooFarAhead;
            return Err(StoreError::Newer(rusqlite_migration::Error::MigrationDefinition(newer)));
        }
        Ok(connection)
    }

    /// Deletes the blobs that no file or thread refers to, and the data derived from them.
    ///
    /// One transaction. Returns the number of deleted blobs.
    pub fn collect_garbage(&mut self) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let blobs = transaction.execute(
            "DELETE FROM blobs WHERE id NOT IN (SELECT blob FROM files)
             AND id NOT IN (SELECT blob FROM threads)",
            [],
        )?;
        if blobs > 0 {
            for table in ["documents", "annotations"] {
                let sql = format!("DELETE FROM {table} WHERE blob NOT IN (SELECT id FROM blobs)");
                transaction.execute(&sql, [])?;
            }
        }
        transaction.commit()?;
        Ok(blobs)
    }
}

/// Runs SQLite's `check`: `quick_check`, or `integrity_check`, which also compares the indexes with the tables.
fn check_pages(connection: &Connection, check: &str) -> Result<(), StoreError> {
    let result: String =
        connection.query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))?;
    if result == "ok" { Ok(()) } else { Err(StoreError::Broken(result)) }
}

/// Opens the database `path` without creating any file next to it.
fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    // SQLite creates the files of a write-ahead log even for a reader. `immutable` prevents that. It promises that nobody
    // writes to the database, which holds while no such log exists.
    if path.with_extension("db-wal").exists() {
        return Connection::open_with_flags(path, flags);
    }
    let escaped = percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), URI);
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

/// The error of this module for an error of the migrations.
fn migration(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::from(err),
        other => StoreError::Newer(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::SourceId;
    use crate::crawl::{BlobId, LeftOut, RawFile};

    fn file(path: &str, text: &str) -> RawFile {
        RawFile { path: path.into(), blob: BlobId::of(text.as_bytes()), bytes: text.into() }
    }

    #[test]
    fn the_files_of_a_source_are_replaced_and_unused_blobs_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.db");
        let mut store = Store::open(&path).unwrap();
        let source = SourceId("a/b".into());
        let (one, two) = (file("1.md", "one"), file("2.md", "two"));
        store.put_blobs(&[one.clone(), two.clone()]).unwrap();
        let row = SourceRow::default();
        store
            .replace_files(
                &source,
                &[("1.md".into(), one.blob.clone()), ("2.md".into(), two.blob)],
                None,
                &row,
                5,
            )
            .unwrap();
        store.replace_files(&source, &[("1.md".into(), one.blob.clone())], None, &row, 9).unwrap();
        assert_eq!(store.collect_garbage().unwrap(), 1);
        drop(store);

        let store = Store::open(&path).unwrap();
        let files = store.files(&source).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].first_seen, 5, "a file that stays keeps its `first_seen`");
        assert_eq!(files[0].length, 3);
        assert_eq!(store.blob(&one.blob).unwrap().unwrap(), b"one");
    }

    #[test]
    fn the_files_left_out_are_replaced_with_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("library.db")).unwrap();
        let source = SourceId("a/b".into());
        assert_eq!(store.left_out(&source).unwrap(), None, "not known");
        let left = [LeftOut { path: "a.py".into(), size: 7 }];
        let row = SourceRow::default();
        store.replace_files(&source, &[], Some(&left), &row, 1).unwrap();
        assert_eq!(store.left_out(&source).unwrap().unwrap(), left);
        store.replace_files(&source, &[], None, &row, 1).unwrap();
        assert_eq!(store.left_out(&source).unwrap(), None, "too many to remember");
    }

    #[test]
    fn a_newer_store_is_refused_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.db");
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Store::open(&path).err().unwrap().to_string();
        assert!(error.contains("newer version of Cairn") && error.contains("--index"), "{error}");
    }
}
