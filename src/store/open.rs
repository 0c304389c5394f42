//! Opens, examines and audits `library.db`.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::audit::{self, DerivedVersions, StoreAudit};
use super::database::{MIGRATIONS, check_pages, connect_beside_writer, migration};
use super::{Store, StoreError};

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

    /// Checks that the pages of `library.db` at `path` are intact and that its format is supported. Reads the whole
    /// file, but does not decode rows; [`Store::audit`] decodes them. Changes nothing.
    pub fn examine(path: &Path) -> Result<(), StoreError> {
        check_pages(&Store::connect_read_only(path)?, "quick_check")
    }

    /// Writes a consistent copy of `library.db` at `path` to the new file `copy`, and checks its pages. A refresh may write
    /// to the database meanwhile: the copy has the state of one moment. Changes nothing in the database. O(bytes).
    pub fn copy(path: &Path, copy: &Path) -> Result<(), StoreError> {
        let connection = connect_beside_writer(path)?;
        connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        Store::examine(copy)
    }

    /// Finds the damaged rows of `library.db` at `path`. Decodes only the derived rows that have `versions`. Changes
    /// nothing. `Err` if the database itself is broken. O(bytes).
    pub fn audit(path: &Path, versions: &DerivedVersions) -> Result<StoreAudit, StoreError> {
        audit::audit(&Store::connect_read_only(path)?, versions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::SourceId;
    use crate::crawl::{BlobId, LeftOut, RawFile};
    use crate::store::SourceRow;

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
