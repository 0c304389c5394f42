//! Deletes damaged rows, so that the next refresh restores them.

use rusqlite::Connection;

use super::audit::{DamagedRow, DerivedVersions, StoreAudit, StoreTable, audit};
use super::cells::text;
use super::sources::put_source;
use super::{SourceRow, Store, StoreError};
use crate::catalogue::SourceId;

impl Store {
    /// Reads the rows of all audited tables, deletes the damaged rows in one transaction, and returns the findings.
    /// Decodes only the derived rows that have `versions`. `Err` if the database itself is broken.
    ///
    /// If the row of a file is deleted, the file's source is marked as incomplete, so the next refresh fetches the
    /// whole source. Threads whose blob is missing or was deleted are deleted, too. O(bytes); holds one document in
    /// memory at a time.
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
}

impl DamagedRow {
    /// Deletes the row. If it is the row of a file, marks the file's source as incomplete. If it is the row of a
    /// document, also deletes the annotation, and the other way round.
    fn remove(&self, connection: &Connection) -> Result<(), StoreError> {
        // The statement compares the keys as bytes, because a damaged key may be invalid UTF-8.
        let by = |table: &str, columns: &[&str]| {
            let is = |(column, at): (&&str, usize)| format!("CAST({column} AS BLOB) = ?{at}");
            let all: Vec<String> = columns.iter().zip(1..).map(is).collect();
            format!("DELETE FROM {table} WHERE {}", all.join(" AND "))
        };
        let key = || rusqlite::params_from_iter(&self.key);
        let columns: &[&str] = match self.table {
            StoreTable::Sources | StoreTable::Blobs | StoreTable::Papers => &["id"],
            StoreTable::Files => &["source", "path"],
            StoreTable::ThreadStates => &["source", "kind"],
            StoreTable::Links => &["url"],
            // Both rows are deleted: if the annotation remained, the document would not be extracted again.
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

/// Deletes the threads whose blob is missing. For the source and kind of each of these threads, also deletes the
/// progress of fetching threads, so that the next refresh fetches all threads of this source and kind again. Deletes
/// all progress that is not valid JSON.
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

/// Marks `source` as incomplete, so that the next refresh fetches the whole source. The stored files of the source
/// stay.
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
