//! What refresh knows of each source.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::catalogue::SourceId;
use crate::crawl::Snapshot;
use crate::crawl::github::metadata::{Metadata, Owner};
use crate::problem::Problem;

/// How a source stood when it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Never fetched yet.
    #[default]
    New,
    Ok,
    /// The last run could not fetch it; what was indexed before is kept.
    Failed,
    /// GitHub answers 404.
    Gone,
    /// GitHub answers 451: removed from the index.
    Blocked,
}

/// A source's row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRow {
    pub snapshot: Option<Snapshot>,
    pub state: State,
    /// GitHub's new `owner/name`, if it redirects.
    pub moved_to: Option<String>,
    pub metadata: Option<Metadata>,
    /// When it was fetched, and when it was last asked for; seconds since 1970.
    pub metadata_at: i64,
    pub metadata_tried_at: i64,
    /// Who owns the repository, when that was fetched, and when it was last asked for.
    pub owner: Option<Owner>,
    pub owner_at: i64,
    pub owner_tried_at: i64,
    /// SPDX id detected from the LICENSE file.
    pub licence: Option<String>,
    /// Runs in a row in which it was not found, and when it was taken to be gone.
    pub not_found: u32,
    pub gone_since: Option<i64>,
    /// What went wrong softly when it was last fetched.
    pub problems: Vec<Problem>,
}

impl Store {
    /// The row of `source`, or a fresh one.
    pub fn source(&self, source: &SourceId) -> Result<SourceRow, StoreError> {
        let row: Option<String> = self
            .connection
            .prepare_cached("SELECT row FROM sources WHERE id = ?1")?
            .query_row([&source.0], |row| row.get(0))
            .optional()?;
        match row {
            Some(json) => {
                serde_json::from_str(&json).map_err(|error| StoreError::Decode(error.to_string()))
            }
            None => Ok(SourceRow::default()),
        }
    }

    /// Writes the row of `source`.
    pub fn put_source(&self, source: &SourceId, row: &SourceRow) -> Result<(), StoreError> {
        put_source(&self.connection, source, row)
    }

    /// Drops every source that is not among `kept`, with its files and threads.
    pub fn keep_sources(&mut self, kept: &[SourceId]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let known: Vec<String> = transaction
            .prepare("SELECT id FROM sources")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in known.iter().filter(|id| !kept.iter().any(|kept| kept.0 == **id)) {
            for table in ["files", "left_out", "threads", "thread_states", "thread_seen"] {
                transaction.execute(&format!("DELETE FROM {table} WHERE source = ?1"), [id])?;
            }
            transaction.execute("DELETE FROM sources WHERE id = ?1", [id])?;
        }
        transaction.commit()?;
        Ok(())
    }
}

pub(super) fn put_source(
    connection: &rusqlite::Connection,
    source: &SourceId,
    row: &SourceRow,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(row).map_err(|error| StoreError::Decode(error.to_string()))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO sources (id, row) VALUES (?1, ?2)")?
        .execute(params![source.0, json])?;
    Ok(())
}
