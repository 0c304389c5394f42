//! Reads every row of the tables in [`StoreTable`] and reports the damaged ones; [`super::repair`] deletes them.
//!
//! SQLite detects damage to the structure of its pages, but not to the values in them. This module decodes each text,
//! and decompresses and hashes each blob; a blob's id is the hash of its bytes. The next refresh restores the deleted
//! rows: it derives documents and annotations from their blobs again, and fetches the sources of lost blobs and files
//! again.

use std::collections::BTreeSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::cells::{bytes, decoded, integer, text, unpacked};
use super::database::check_pages;
use super::{SourceRow, Store, StoreError, ThreadState};
use crate::annotate::Annotation;
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::crawl::arxiv::PaperMetadata;
use crate::extract::Extracted;

/// The current versions of documents and annotations; see [`super::DerivedKey`]. Rows with these versions are decoded.
/// Rows with other versions are only decompressed, because their format may be different.
#[derive(Clone, Debug)]
pub struct DerivedVersions {
    pub documents: String,
    pub annotations: String,
}

/// A table of the store that the audit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreTable {
    Sources,
    Files,
    Blobs,
    Documents,
    Annotations,
    Links,
    Papers,
    ThreadStates,
}

impl StoreTable {
    /// The table's name in SQL.
    pub(super) fn name(self) -> &'static str {
        match self {
            StoreTable::Sources => "sources",
            StoreTable::Files => "files",
            StoreTable::Blobs => "blobs",
            StoreTable::Documents => "documents",
            StoreTable::Annotations => "annotations",
            StoreTable::Links => "links",
            StoreTable::Papers => "papers",
            StoreTable::ThreadStates => "thread_states",
        }
    }

    /// Whether a damaged row of this table can be restored without fetching a source.
    fn is_derived(self) -> bool {
        matches!(
            self,
            StoreTable::Documents
                | StoreTable::Annotations
                | StoreTable::Links
                | StoreTable::Papers
        )
    }
}

/// A damaged row of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRow {
    pub table: StoreTable,
    /// The id of the source that the row belongs to; one of them if there are several. `None` if the row belongs to no
    /// source, as in the tables of links and papers, or if the id can't be read.
    pub source: Option<String>,
    /// The path of the file or thread that the row belongs to; one of them if there are several. For a row of
    /// [`StoreTable::ThreadStates`], the kind of its threads. `None` if there is none, or if it can't be read.
    pub path: Option<String>,
    /// The values of the row's primary key columns, as bytes.
    pub(super) key: Vec<Vec<u8>>,
}

/// A file or thread whose blob is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MissingBlob {
    pub source: String,
    pub path: String,
}

/// The sources that a refresh must fetch to restore damaged and missing rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcesToFetch {
    /// The ids of the sources, sorted.
    pub sources: Vec<String>,
    /// Whether the list is complete. It is not if a file's row is so damaged that its source can't be read.
    pub is_complete: bool,
}

/// The result of reading every row of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreAudit {
    /// The number of rows that were read.
    pub rows: usize,
    pub damaged: Vec<DamagedRow>,
    /// The files and threads whose blob is missing, because it was damaged and deleted earlier and has not been fetched
    /// again.
    pub missing: Vec<MissingBlob>,
}

impl StoreAudit {
    /// The sources that must be fetched again.
    pub fn to_fetch(&self) -> SourcesToFetch {
        let is_lost = |row: &&DamagedRow| !row.table.is_derived();
        let named = self.damaged.iter().filter(is_lost).filter_map(|row| row.source.as_ref());
        let mut sources: Vec<String> = named.cloned().collect();
        sources.extend(self.missing.iter().map(|missing| missing.source.clone()));
        sources.sort();
        sources.dedup();
        let is_known = |row: &DamagedRow| row.source.is_some() || row.table != StoreTable::Files;
        SourcesToFetch { sources, is_complete: self.damaged.iter().all(is_known) }
    }

    /// The number of damaged rows in `table`.
    pub fn count(&self, table: StoreTable) -> usize {
        self.damaged.iter().filter(|row| row.table == table).count()
    }
}

impl Store {
    /// Whether the bytes of at least one file of `source` are missing.
    pub fn lacks_blobs(&self, source: &SourceId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM files WHERE source = ?1
                   AND NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)";
        Ok(self.connection.prepare_cached(sql)?.exists([&source.0])?)
    }

    /// Whether the bytes of the file `path` of `source` are missing, although the file is listed.
    pub fn lacks_blob_of(&self, source: &SourceId, path: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM files WHERE source = ?1 AND path = ?2
                   AND NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)";
        Ok(self.connection.prepare_cached(sql)?.exists([&*source.0, path])?)
    }

    /// The number of files of `source` for which the store has neither the bytes nor a document that was derived with
    /// `versions`.
    pub fn lost_files(&self, source: &SourceId, versions: &str) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) FROM files WHERE source = ?1
                   AND NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)
                   AND NOT EXISTS (SELECT 1 FROM documents WHERE blob = files.blob AND key = ?2)";
        let lost: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![source.0, versions], |row| row.get(0))?;
        Ok(usize::try_from(lost).unwrap_or(0))
    }
}

/// Reads every row in the database of `connection`, and reports the damaged ones. Changes nothing.
pub(super) fn audit(
    connection: &Connection,
    versions: &DerivedVersions,
) -> Result<StoreAudit, StoreError> {
    check_pages(connection, "integrity_check")?;
    let mut audit = StoreAudit::default();
    let mut reading = RowReader { connection, audit: &mut audit };
    reading.each(StoreTable::Sources, "id, row", 1, |row| {
        serde_json::from_str::<SourceRow>(text(row, 1)?).ok().map(|_| ())
    })?;
    reading.each(StoreTable::Files, "source, path, blob, first_seen", 2, |row| {
        integer(row, 3).and(text(row, 2)).map(|_| ())
    })?;
    reading.each(StoreTable::Blobs, "id, bytes, length", 1, |row| {
        let bytes = unpacked(row, 1)?;
        let has_length = match row.get_ref(2).ok()? {
            ValueRef::Null => true,
            ValueRef::Integer(length) => usize::try_from(length) == Ok(bytes.len()),
            _ => false,
        };
        (has_length && BlobId::of(&bytes).0 == text(row, 0)?).then_some(())
    })?;
    let columns = "blob, format, key, body";
    reading.each(StoreTable::Documents, columns, 2, |row| {
        decoded::<Extracted>(row, &versions.documents)
    })?;
    reading.each(StoreTable::Annotations, columns, 2, |row| {
        decoded::<Annotation>(row, &versions.annotations)
    })?;
    reading.each(StoreTable::Links, "url, looked_at, state, dead_since", 1, |row| {
        let day = row.get_ref(3).ok()?;
        let is_day = matches!(day, ValueRef::Null) || text(row, 3).is_some();
        integer(row, 1).and(integer(row, 2)).filter(|_| is_day).map(|_| ())
    })?;
    reading.each(StoreTable::Papers, "id, fetched_at, metadata", 1, |row| {
        let is_unknown = matches!(row.get_ref(2).ok()?, ValueRef::Null);
        let is_read = || serde_json::from_str::<PaperMetadata>(text(row, 2)?).ok();
        integer(row, 1).filter(|_| is_unknown || is_read().is_some()).map(|_| ())
    })?;
    reading.each(StoreTable::ThreadStates, "source, kind, row", 2, |row| {
        serde_json::from_str::<ThreadState>(text(row, 2)?).ok().map(|_| ())
    })?;
    audit.missing = missing(connection)?;
    Ok(audit)
}

/// Reads tables and records their damaged rows.
struct RowReader<'a> {
    connection: &'a Connection,
    audit: &'a mut StoreAudit,
}

impl RowReader<'_> {
    /// Reads `columns` of every row of `table`, and records the damaged rows. The first `keys` columns are the primary
    /// key. A row is damaged if a column of the key is not valid text, or if `read` returns `None` for the row.
    fn each(
        &mut self,
        table: StoreTable,
        columns: &str,
        keys: usize,
        read: impl Fn(&Row) -> Option<()>,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT {columns} FROM {}", table.name());
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.audit.rows += 1;
            let has_key = (0..keys).all(|at| text(row, at).is_some());
            if has_key && read(row).is_some() {
                continue;
            }
            let key: Vec<Vec<u8>> = (0..keys).map(|at| bytes(row, at).to_vec()).collect();
            self.audit.damaged.push(damaged_row(self.connection, table, key)?);
        }
        Ok(())
    }
}

/// Describes the damaged row of `table` with the primary key `key`: finds the source and path that it belongs to.
fn damaged_row(
    connection: &Connection,
    table: StoreTable,
    key: Vec<Vec<u8>>,
) -> Result<DamagedRow, StoreError> {
    let read = |at: usize| key.get(at).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    let mut damaged = DamagedRow { table, source: None, path: None, key: Vec::new() };
    match table {
        StoreTable::Links | StoreTable::Papers => {}
        StoreTable::Sources | StoreTable::Files | StoreTable::ThreadStates => {
            (damaged.source, damaged.path) = (read(0), read(1));
        }
        StoreTable::Blobs | StoreTable::Documents | StoreTable::Annotations => {
            let sql = "SELECT source, path FROM files WHERE blob = ?1
                       UNION ALL SELECT source, kind || '/' || number FROM threads WHERE blob = ?1
                       LIMIT 1";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([read(0)])?;
            if let Some(row) = rows.next()? {
                damaged.source = text(row, 0).map(str::to_owned);
                damaged.path = text(row, 1).map(str::to_owned);
            }
        }
    }
    Ok(DamagedRow { key, ..damaged })
}

/// The files and threads whose blobs are missing, sorted.
fn missing(connection: &Connection) -> Result<Vec<MissingBlob>, StoreError> {
    let sql = "SELECT source, path FROM files
               WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)
               UNION ALL SELECT source, kind || '/' || number FROM threads
               WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = threads.blob)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut missing = BTreeSet::new();
    while let Some(row) = rows.next()? {
        if let (Some(source), Some(path)) = (text(row, 0), text(row, 1)) {
            missing.insert(MissingBlob { source: source.to_owned(), path: path.to_owned() });
        }
    }
    Ok(missing.into_iter().collect())
}
