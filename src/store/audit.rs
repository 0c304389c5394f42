//! Reads every row of the store, reports the damaged ones, and deletes them.
//!
//! SQLite detects damage to the structure of its pages, but not to the values in them. This module decodes each text,
//! and decompresses and hashes each blob: a blob's id is the hash of its bytes. The next refresh restores what was
//! deleted: it derives rows from their blobs, and fetches the sources of lost blobs and files.

use std::collections::HashSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;

use super::database::check_pages;
use super::sources::put_source;
use super::{SourceRow, Store, StoreError, ThreadState};
use crate::annotate::Annotation;
use crate::catalogue::SourceId;
use crate::crawl::BlobId;
use crate::extract::Extracted;

/// The versions whose derived rows are decoded. Rows of other versions are only decompressed, because their format may
/// differ. See [`super::DerivedKey`].
#[derive(Clone, Debug)]
pub struct DerivedVersions {
    pub documents: String,
    pub annotations: String,
}

/// A table of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreTable {
    Sources,
    Files,
    Blobs,
    Documents,
    Annotations,
    Links,
    ThreadStates,
}

impl StoreTable {
    fn name(self) -> &'static str {
        match self {
            StoreTable::Sources => "sources",
            StoreTable::Files => "files",
            StoreTable::Blobs => "blobs",
            StoreTable::Documents => "documents",
            StoreTable::Annotations => "annotations",
            StoreTable::Links => "links",
            StoreTable::ThreadStates => "thread_states",
        }
    }

    /// Whether a damaged row of this table can be derived again without fetching anything.
    fn is_derived(self) -> bool {
        matches!(self, StoreTable::Documents | StoreTable::Annotations | StoreTable::Links)
    }
}

/// A damaged row of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRow {
    pub table: StoreTable,
    /// The source and path that need this row, if they can be read.
    pub source: Option<String>,
    pub path: Option<String>,
    /// The values of its primary key columns, as bytes.
    key: Vec<Vec<u8>>,
}

/// The result of reading every row of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreAudit {
    /// Rows that were read.
    pub rows: usize,
    pub damaged: Vec<DamagedRow>,
    /// Sources and paths of files without a blob: it was damaged and deleted earlier, and is not fetched yet.
    pub missing: Vec<(String, String)>,
}

impl StoreAudit {
    /// The sources to fetch again, sorted, and whether that list is complete: it isn't if the source of a damaged row
    /// can't be read.
    pub fn to_fetch(&self) -> (Vec<String>, bool) {
        let is_lost = |row: &&DamagedRow| !row.table.is_derived();
        let named = self.damaged.iter().filter(is_lost).filter_map(|row| row.source.as_ref());
        let mut sources: Vec<String> = named.cloned().collect();
        sources.extend(self.missing.iter().map(|(source, _)| source.clone()));
        sources.sort();
        sources.dedup();
        let is_known = |row: &DamagedRow| row.source.is_some() || row.table != StoreTable::Files;
        (sources, self.damaged.iter().all(is_known))
    }

    /// How many rows of `table` are damaged.
    pub fn count(&self, table: StoreTable) -> usize {
        self.damaged.iter().filter(|row| row.table == table).count()
    }
}

impl Store {
    /// Reads every row, decodes the derived ones of `versions`, deletes the damaged ones in one transaction, and returns
    /// the findings. `Err` if the database itself is broken.
    ///
    /// A source that lost a file is marked as incomplete, so the next refresh fetches it whole. O(bytes); holds one
    /// document in memory at a time.
    pub fn drop_damaged(&mut self, versions: &DerivedVersions) -> Result<StoreAudit, StoreError> {
        let audit = audit(&self.connection, versions)?;
        let transaction = self.connection.transaction()?;
        for row in &audit.damaged {
            row.remove(&transaction)?;
        }
        delete_lost_threads(&transaction)?;
        transaction.commit()?;
        Ok(audit)
    }

    /// Whether a file of `source` has no stored bytes.
    pub fn lacks_blobs(&self, source: &SourceId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM files WHERE source = ?1
                   AND NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)";
        Ok(self.connection.prepare_cached(sql)?.exists([&source.0])?)
    }

    /// How many files of `source` have neither bytes nor a document of `versions`.
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

/// The damaged rows in the database of `connection`. Changes nothing.
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
    /// Reads `columns` of every row of `table`. The first `keys` columns are text and form the primary key. A row is
    /// damaged if `read` returns `None` for it.
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
            let (source, path) = needed_by(self.connection, table, &key)?;
            self.audit.damaged.push(DamagedRow { table, source, path, key });
        }
        Ok(())
    }
}

/// The source and the path that need the row of `table` with `key`.
fn needed_by(
    connection: &Connection,
    table: StoreTable,
    key: &[Vec<u8>],
) -> Result<(Option<String>, Option<String>), StoreError> {
    let read = |at: usize| key.get(at).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    match table {
        StoreTable::Links => Ok((None, None)),
        StoreTable::Sources | StoreTable::Files | StoreTable::ThreadStates => {
            Ok((read(0), read(1)))
        }
        StoreTable::Blobs | StoreTable::Documents | StoreTable::Annotations => {
            let sql = "SELECT source, path FROM files WHERE blob = ?1
                       UNION ALL SELECT source, kind || '/' || number FROM threads WHERE blob = ?1
                       LIMIT 1";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([read(0)])?;
            let Some(row) = rows.next()? else { return Ok((None, None)) };
            Ok((text(row, 0).map(str::to_owned), text(row, 1).map(str::to_owned)))
        }
    }
}

impl DamagedRow {
    fn remove(&self, connection: &Connection) -> Result<(), StoreError> {
        // Compares bytes, because a damaged key may not be UTF-8.
        let by = |table: &str, columns: &[&str]| {
            let is = |(column, at): (&&str, usize)| format!("CAST({column} AS BLOB) = ?{at}");
            let all: Vec<String> = columns.iter().zip(1..).map(is).collect();
            format!("DELETE FROM {table} WHERE {}", all.join(" AND "))
        };
        let key = || rusqlite::params_from_iter(&self.key);
        let columns: &[&str] = match self.table {
            StoreTable::Sources | StoreTable::Blobs => &["id"],
            StoreTable::Files => &["source", "path"],
            StoreTable::ThreadStates => &["source", "kind"],
            StoreTable::Links => &["url"],
            // An annotation that remained without its document would prevent the document from being read again.
            StoreTable::Documents | StoreTable::Annotations => {
                connection.execute(&by("annotations", &["blob", "format"]), key())?;
                &["blob", "format"]
            }
        };
        connection.execute(&by(self.table.name(), columns), key())?;
        match (&self.source, self.table) {
            (Some(source), StoreTable::Files) => {
                mark_incomplete(connection, &SourceId(source.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// Deletes the threads without a blob and the state of fetching them, so that the next refresh reads all threads of
/// that kind again.
fn delete_lost_threads(connection: &Connection) -> Result<(), StoreError> {
    let lost = "SELECT source, kind FROM threads
                WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = threads.blob)";
    for table in ["thread_states", "thread_seen"] {
        connection.execute(&format!("DELETE FROM {table} WHERE (source, kind) IN ({lost})"), [])?;
    }
    let sql = "DELETE FROM threads WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = threads.blob)";
    connection.execute(sql, [])?;
    connection.execute("DELETE FROM thread_states WHERE NOT json_valid(row)", [])?;
    Ok(())
}

/// Marks `source` as incomplete, so that the next refresh fetches it whole. Its other files stay.
fn mark_incomplete(connection: &Connection, source: &SourceId) -> Result<(), StoreError> {
    let sql = "SELECT row FROM sources WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([&source.0])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    // A row that can't be decoded is itself reported as damaged and deleted.
    let row = text(row, 0).and_then(|json| serde_json::from_str::<SourceRow>(json).ok());
    let Some(mut row) = row else { return Ok(()) };
    if let Some(snapshot) = &mut row.snapshot {
        snapshot.revision.clear();
        snapshot.validator = None;
    }
    put_source(connection, source, &row)
}

/// Sources and paths of the files and threads whose blobs are missing.
fn missing(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT source, path FROM files
               WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = files.blob)
               UNION ALL SELECT source, kind || '/' || number FROM threads
               WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE id = threads.blob)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut missing = HashSet::new();
    while let Some(row) = rows.next()? {
        missing.extend(text(row, 0).zip(text(row, 1)).map(|(s, p)| (s.to_owned(), p.to_owned())));
    }
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort();
    Ok(missing)
}

fn bytes<'r>(row: &'r Row, at: usize) -> &'r [u8] {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes,
        _ => &[],
    }
}

fn text<'r>(row: &'r Row, at: usize) -> Option<&'r str> {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn integer(row: &Row, at: usize) -> Option<i64> {
    row.get_ref(at).ok()?.as_i64().ok()
}

fn unpacked(row: &Row, at: usize) -> Option<Vec<u8>> {
    zstd::stream::decode_all(bytes(row, at)).ok()
}

/// `Some` if the derived `row` can be decompressed and, if it is of `versions`, decoded.
fn decoded<T: DeserializeOwned>(row: &Row, versions: &str) -> Option<()> {
    let plain = unpacked(row, 3)?;
    match text(row, 2)? == versions {
        true => postcard::from_bytes::<T>(&plain).ok().map(|_| ()),
        false => Some(()),
    }
}
