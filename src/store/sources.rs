//! The stored state of each source. Refresh writes it.

use std::collections::HashSet;

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
    /// The last run could not fetch the source; its indexed documents are kept.
    Failed,
    /// The source was not found on several days since it was last reached: its host responded with 404, or the
    /// repository is empty.
    Gone,
    /// GitHub blocks access to the repository, for example with a 451. The source is removed from the index.
    Blocked,
}

/// The stored data of one source. Timestamps are Unix times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRow {
    pub snapshot: Option<Snapshot>,
    pub state: FetchState,
    /// The repository's new `owner/name`, if GitHub redirects the old one.
    pub moved_to: Option<String>,
    pub metadata: Option<Metadata>,
    /// When the metadata was last received; 0 if never, or if it must be requested again.
    pub metadata_at: i64,
    /// When the metadata was last requested; 0 if never, or if it must be requested again.
    pub metadata_tried_at: i64,
    /// The profile of the repository's owner.
    pub owner: Option<OwnerMetadata>,
    /// When the owner's profile was last received; 0 if never.
    pub owner_at: i64,
    /// When the owner's profile was last requested; 0 if never.
    pub owner_tried_at: i64,
    /// The SPDX id of the licence detected in the source's LICENSE file, if any.
    pub licence: Option<String>,
    /// The number of runs since the source was last reached in which it was not found. Runs with other failures don't
    /// count, and neither do runs less than a day after one that counted.
    pub not_found: u32,
    /// When the last of these runs was; 0 if there is none, or if an earlier version counted it.
    pub not_found_at: i64,
    /// When the source began to count as gone; `None` if it does not count as gone.
    pub gone_since: Option<i64>,
    /// Problems that occurred in the last fetch but did not make the fetch fail.
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

    /// Deletes the sources that are not in `kept`, with their files and threads. One transaction.
    pub fn keep_sources(&mut self, kept: &[SourceId]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let known: Vec<String> = transaction
            .prepare("SELECT id FROM sources")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let kept: HashSet<&str> = kept.iter().map(|id| id.0.as_str()).collect();
        for id in known.iter().filter(|id| !kept.contains(id.as_str())) {
            for table in ["files", "left_out", "threads", "thread_states", "thread_seen", "digests"]
            {
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
