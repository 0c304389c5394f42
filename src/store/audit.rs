//! Reads every row of the store, says which are damaged, and drops those.
//!
//! SQLite notices damage to the structure of its pages, but not to what stands in them. Here each text is
//! decoded, and each blob is unpacked and hashed: its id is the hash of its bytes. What was dropped is made again
//! by the next refresh: derived rows from their blobs, blobs and files by fetching their source.

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

/// The versions of the derived rows that are decoded; rows of others are only unpacked, since they may have another
/// form. See [`super::DerivedKey`].
#[derive(Clone, Debug)]
pub struct Versions {
    pub documents: String,
    pub annotations: String,
}

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Sources,
    Files,
    Blobs,
    Documents,
    Annotations,
    Links,
    ThreadStates,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Sources => "sources",
            Table::Files => "files",
            Table::Blobs => "blobs",
            Table::Documents => "documents",
            Table::Annotations => "annotations",
            Table::Links => "links",
            Table::ThreadStates => "thread_states",
        }
    }

    /// Whether a damaged row of it can be made again without fetching anything.
    fn is_derived(self) -> bool {
        matches!(self, Table::Documents | Table::Annotations | Table::Links)
    }
}

/// A damaged row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    pub table: Table,
    /// The source that needs it, and the file in it, where they can be read.
    pub source: Option<String>,
    pub path: Option<String>,
    /// The values of its key: one, or source and path.
    key: Vec<Vec<u8>>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Rows that were read.
    pub rows: usize,
    pub damaged: Vec<Damaged>,
    /// Sources and paths of files whose blob is not there: damaged once, and still to be fetched.
    pub missing: Vec<(String, String)>,
}

impl Audit {
    /// The sources of which something has to be fetched again, sorted, and whether they are all that do.
    pub fn to_fetch(&self) -> (Vec<String>, bool) {
        let is_lost = |row: &&Damaged| !row.table.is_derived();
        let named = self.damaged.iter().filter(is_lost).filter_map(|row| row.source.as_ref());
        let mut sources: Vec<String> = named.cloned().collect();
        sources.extend(self.missing.iter().map(|(source, _)| source.clone()));
        sources.sort();
        sources.dedup();
        let is_known = |row: &Damaged| row.source.is_some() || row.table != Table::Files;
        (sources, self.damaged.iter().all(is_known))
    }

    /// How many rows of `table` are damaged.
    pub fn count(&self, table: Table) -> usize {
        self.damaged.iter().filter(|row| row.table == table).count()
    }
}

impl Store {
    /// Reads every row; derived ones as those of `versions`. Drops what is damaged, in one transaction, and says what
    /// that was. `Err` if the database itself is broken.
    ///
    /// A source that lost a file counts as not fetched whole. O(bytes), a document in memory at a time.
    pub fn drop_damaged(&mut self, versions: &Versions) -> Result<Audit, StoreError> {
        let audit = audit(&self.connection, versions)?;
        let transaction = self.connection.transaction()?;
        for row in &audit.damaged {
            row.remove(&transaction)?;
        }
        forget_lost_threads(&transaction)?;
        transaction.commit()?;
        Ok(audit)
    }

    /// Whether the bytes of a file of `source` are not there.
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

/// What is damaged in the database of `connection`, which stays as it is.
pub(super) fn audit(connection: &Connection, versions: &Versions) -> Result<Audit, StoreError> {
    check_pages(connection, "integrity_check")?;
    let mut audit = Audit::default();
    let mut reading = Reading { connection, audit: &mut audit };
    reading.each(Table::Sources, "id, row", 1, |row| {
        serde_json::from_str::<SourceRow>(text(row, 1)?).ok().map(|_| ())
    })?;
    reading.each(Table::Files, "source, path, blob, first_seen", 2, |row| {
        integer(row, 3).and(text(row, 2)).map(|_| ())
    })?;
    reading.each(Table::Blobs, "id, bytes, length", 1, |row| {
        let bytes = unpacked(row, 1)?;
        let has_length = match row.get_ref(2).ok()? {
            ValueRef::Null => true,
            ValueRef::Integer(length) => usize::try_from(length) == Ok(bytes.len()),
            _ => false,
        };
        (has_length && BlobId::of(&bytes).0 == text(row, 0)?).then_some(())
    })?;
    let columns = "blob, format, key, body";
    reading
        .each(Table::Documents, columns, 2, |row| decoded::<Extracted>(row, &versions.documents))?;
    reading.each(Table::Annotations, columns, 2, |row| {
        decoded::<Annotation>(row, &versions.annotations)
    })?;
    reading.each(Table::Links, "url, looked_at, state, dead_since", 1, |row| {
        let day = row.get_ref(3).ok()?;
        let is_day = matches!(day, ValueRef::Null) || text(row, 3).is_some();
        integer(row, 1).and(integer(row, 2)).filter(|_| is_day).map(|_| ())
    })?;
    reading.each(Table::ThreadStates, "source, kind, row", 2, |row| {
        serde_json::from_str::<ThreadState>(text(row, 2)?).ok().map(|_| ())
    })?;
    audit.missing = missing(connection)?;
    Ok(audit)
}

struct Reading<'a> {
    connection: &'a Connection,
    audit: &'a mut Audit,
}

impl Reading<'_> {
    /// Reads the `columns` of every row of `table`, of which the first `keys` are text and its key. A row of which
    /// `read` makes nothing is damaged.
    fn each(
        &mut self,
        table: Table,
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
            self.audit.damaged.push(Damaged { table, source, path, key });
        }
        Ok(())
    }
}

/// Which source and path need the row of `table` with `key`.
fn needed_by(
    connection: &Connection,
    table: Table,
    key: &[Vec<u8>],
) -> Result<(Option<String>, Option<String>), StoreError> {
    let read = |at: usize| key.get(at).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    match table {
        Table::Links => Ok((None, None)),
        Table::Sources | Table::Files | Table::ThreadStates => Ok((read(0), read(1))),
        Table::Blobs | Table::Documents | Table::Annotations => {
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

impl Damaged {
    fn remove(&self, connection: &Connection) -> Result<(), StoreError> {
        // As bytes: what is no UTF-8 could not be compared as text.
        let by = |table: &str, columns: &[&str]| {
            let is = |(column, at): (&&str, usize)| format!("CAST({column} AS BLOB) = ?{at}");
            let all: Vec<String> = columns.iter().zip(1..).map(is).collect();
            format!("DELETE FROM {table} WHERE {}", all.join(" AND "))
        };
        let key = || rusqlite::params_from_iter(&self.key);
        let columns: &[&str] = match self.table {
            Table::Sources | Table::Blobs => &["id"],
            Table::Files => &["source", "path"],
            Table::ThreadStates => &["source", "kind"],
            Table::Links => &["url"],
            // An annotation without its document would keep that from being read again.
            Table::Documents | Table::Annotations => {
                connection.execute(&by("annotations", &["blob", "format"]), key())?;
                &["blob", "format"]
            }
        };
        connection.execute(&by(self.table.name(), columns), key())?;
        match (&self.source, self.table) {
            (Some(source), Table::Files) => forget(connection, &SourceId(source.clone())),
            _ => Ok(()),
        }
    }
}

/// Drops the threads whose text is not there, and what is known of their fetching, so that the next refresh reads all
/// threads of that kind again.
fn forget_lost_threads(connection: &Connection) -> Result<(), StoreError> {
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

/// Makes `source` one that was not fetched whole; its other files stay.
fn forget(connection: &Connection, source: &SourceId) -> Result<(), StoreError> {
    let sql = "SELECT row FROM sources WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([&source.0])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    // One that can't be decoded is dropped itself.
    let row = text(row, 0).and_then(|json| serde_json::from_str::<SourceRow>(json).ok());
    let Some(mut row) = row else { return Ok(()) };
    if let Some(snapshot) = &mut row.snapshot {
        snapshot.revision.clear();
        snapshot.validator = None;
    }
    put_source(connection, source, &row)
}

/// Sources and paths of the files and threads whose blobs are not there.
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

/// Whether the derived `row` can be unpacked and, if it is of `versions`, decoded.
fn decoded<T: DeserializeOwned>(row: &Row, versions: &str) -> Option<()> {
    let plain = unpacked(row, 3)?;
    match text(row, 2)? == versions {
        true => postcard::from_bytes::<T>(&plain).ok().map(|_| ()),
        false => Some(()),
    }
}
