//! The state of each source, as refresh records it.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::catalogue::SourceId;
use crate::crawl::Snapshot;
use crate::crawl::github::metadata::{Metadata, OwnerMetadata};
use crate::problem::Problem;

/// The result of the last attempt to fetch a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchState {
    /// Not fetched yet.
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

/// The stored data of one source. Timestamps are Unix times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRow {
    pub snapshot: Option<Snapshot>,
    pub state: FetchState,
    /// GitHub's new `owner/name`, if it redirects.
    pub moved_to: Option<String>,
    pub metadata: Option<Metadata>,
    /// When the metadata was last received, and when it was last requested.
    pub metadata_at: i64,
    pub metadata_tried_at: i64,
    /// The repository's owner, when that was last received, and when it was last requested.
    pub owner: Option<OwnerMetadata>,
    pub owner_at: i64,
    pub owner_tried_at: i64,
    /// SPDX id detected in the LICENSE file.
    pub licence: Option<String>,
    /// The number of consecutive runs in which the source was not found, and since when it counts as gone.
    pub not_found: u32,
    pub gone_since: Option<i64>,
    /// Problems of the last fetch that did not fail it.
    pub problems: Vec<Problem>,
}

impl Store {
    /// The row of `source`, or a default one if there isn't one.
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

    /// Deletes every source that is not in `kept`, with its files and threads. One transaction.
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
