//! The open database, its schema, and read-only connections.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS};
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations, SchemaVersion};

use super::StoreError;

/// The characters that must be escaped in the path of a SQLite file URI.
const URI: &AsciiSet = &CONTROLS.add(b'?').add(b'#').add(b'%');

/// All schema versions, applied in order when the store is opened.
pub(super) static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
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
        // The table `left_out` stores the files that the rules left out, so that a source is fetched again only if new
        // rules select one of them. The column `length` stores the length of each blob, so that a lower size limit
        // takes effect without fetching.
        M::up(
            "CREATE TABLE left_out (
                source TEXT PRIMARY KEY,
                body BLOB NOT NULL
            ) WITHOUT ROWID;
            ALTER TABLE blobs ADD COLUMN length INTEGER;",
        ),
        // The table `links` stores the checked URLs and, for each dead URL, the day on which it was first found dead.
        M::up(
            "CREATE TABLE links (
                url TEXT PRIMARY KEY,
                looked_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                dead_since TEXT
            ) WITHOUT ROWID;",
        ),
        // These tables store the discussions and issues, the progress of fetching them, and the threads that the pass
        // in progress has seen.
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
        // The column `metadata` contains the metadata of a cited paper as JSON; NULL if arXiv does not know the
        // identifier.
        M::up(
            "CREATE TABLE papers (
                id TEXT PRIMARY KEY,
                fetched_at INTEGER NOT NULL,
                metadata TEXT
            ) WITHOUT ROWID;",
        ),
        // The table `digests` stores what each document contributes to the results over all documents.
        M::up(
            "CREATE TABLE digests (
                source TEXT NOT NULL,
                path TEXT NOT NULL,
                version INTEGER NOT NULL,
                folds BLOB NOT NULL,
                body BLOB NOT NULL,
                checksum INTEGER NOT NULL,
                PRIMARY KEY (source, path)
            ) WITHOUT ROWID;",
        ),
        // With these indexes, no query of an ordinary run reads the pages with the contents of blobs and annotations.
        M::up(
            "CREATE INDEX blob_lengths ON blobs (id, length);
            CREATE INDEX annotation_keys ON annotations (key, blob, format);",
        ),
        // The table `loose` lists the blobs that perhaps no file or thread refers to, so that the others need not be
        // checked.
        M::up(
            "CREATE TABLE loose (blob TEXT PRIMARY KEY) WITHOUT ROWID;
            INSERT INTO loose SELECT id FROM blobs;
            CREATE TRIGGER stored_blob AFTER INSERT ON blobs
                BEGIN INSERT INTO loose SELECT new.id
                    WHERE NOT EXISTS (SELECT 1 FROM loose WHERE blob = new.id); END;
            CREATE TRIGGER removed_file AFTER DELETE ON files
                BEGIN INSERT INTO loose SELECT old.blob
                    WHERE NOT EXISTS (SELECT 1 FROM loose WHERE blob = old.blob); END;
            CREATE TRIGGER changed_file AFTER UPDATE OF blob ON files WHEN old.blob <> new.blob
                BEGIN INSERT INTO loose SELECT old.blob
                    WHERE NOT EXISTS (SELECT 1 FROM loose WHERE blob = old.blob); END;
            CREATE TRIGGER removed_thread AFTER DELETE ON threads
                BEGIN INSERT INTO loose SELECT old.blob
                    WHERE NOT EXISTS (SELECT 1 FROM loose WHERE blob = old.blob); END;
            CREATE TRIGGER changed_thread AFTER UPDATE OF blob ON threads WHEN old.blob <> new.blob
                BEGIN INSERT INTO loose SELECT old.blob
                    WHERE NOT EXISTS (SELECT 1 FROM loose WHERE blob = old.blob); END;",
        ),
    ])
});

/// An open `library.db`.
pub struct Store {
    pub(super) connection: Connection,
}

impl Store {
    /// Opens a read-only connection to the database `path`. `Err` if the database has a newer format.
    pub(super) fn connect_read_only(path: &Path) -> Result<Connection, StoreError> {
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
    /// One transaction. Returns the number of deleted blobs. O(blobs that were stored or lost a reference since the
    /// last call).
    pub fn collect_garbage(&mut self) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "DELETE FROM loose WHERE EXISTS (SELECT 1 FROM files WHERE blob = loose.blob)
             OR EXISTS (SELECT 1 FROM threads WHERE blob = loose.blob)",
            [],
        )?;
        let mut blobs = 0;
        for (table, column) in [("documents", "blob"), ("annotations", "blob"), ("blobs", "id")] {
            let sql = format!("DELETE FROM {table} WHERE {column} IN (SELECT blob FROM loose)");
            blobs = transaction.execute(&sql, [])?;
        }
        transaction.execute("DELETE FROM loose", [])?;
        transaction.commit()?;
        Ok(blobs)
    }
}

/// Runs the SQLite check `check`: either `quick_check`, or `integrity_check`, which also compares the indexes with the
/// tables. `Err` if the check finds damage.
pub(super) fn check_pages(connection: &Connection, check: &str) -> Result<(), StoreError> {
    let result: String =
        connection.query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))?;
    if result == "ok" { Ok(()) } else { Err(StoreError::Broken(result)) }
}

/// Opens the database `path` for reading. If it has no write-ahead log, creates no file next to it.
fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    // SQLite creates the files of a write-ahead log even for a reader. `immutable=1` prevents that, but is allowed only
    // while no other program writes to the database. If there is no write-ahead log, no program writes to it. If there
    // is one, another program may be writing, so the database is opened normally.
    if path.with_extension("db-wal").exists() {
        return Connection::open_with_flags(path, flags);
    }
    let escaped = percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), URI);
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

/// Opens the database `path` for reading while another program may begin to write to it. If the folder can't be written,
/// nobody writes there, and the database is opened as [`Store::examine`] does.
pub(super) fn connect_beside_writer(path: &Path) -> Result<Connection, StoreError> {
    let open = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        // Opening reads nothing, so this reads the file and the log beside it.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    // In a folder that can't be written, SQLite can't create its files beside the database.
    open().or_else(|_: rusqlite::Error| Store::connect_read_only(path))
}

/// Converts an error of the migrations to a [`StoreError`].
pub(super) fn migration(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::from(err),
        other => StoreError::Newer(other),
    }
}
