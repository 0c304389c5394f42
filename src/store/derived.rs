//! Data derived from a blob: the extracted document and its annotation.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError};
use crate::annotate::Annotation;
use crate::crawl::BlobId;
use crate::extract::Extracted;

/// The key of a derived row: the blob, the file format that it is read as, and the versions of the code and of the
/// vocabulary that it was derived with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedKey<'a> {
    pub blob: &'a BlobId,
    pub format: &'a str,
    pub versions: &'a str,
}

impl Store {
    /// The document extracted from `key`'s blob, if it is stored with the same versions.
    pub fn document(&self, key: &DerivedKey) -> Result<Option<Extracted>, StoreError> {
        self.derived("documents", key)
    }

    /// The annotation of `key`'s blob, if it is stored with the same versions.
    pub fn annotation(&self, key: &DerivedKey) -> Result<Option<Annotation>, StoreError> {
        self.derived("annotations", key)
    }

    /// The blob and the format of every annotation stored with `versions`. O(rows); does not read the annotations
    /// themselves.
    pub fn annotated(&self, versions: &str) -> Result<HashSet<(BlobId, String)>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT blob, format FROM annotations WHERE key = ?1")?;
        let rows = statement.query_map([versions], |row| Ok((BlobId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Stores documents and annotations. Replaces the rows of the same blob and format. One transaction.
    pub fn put_derived(
        &mut self,
        documents: &[(DerivedKey, &Extracted)],
        annotations: &[(DerivedKey, &Annotation)],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for (key, extracted) in documents {
            put(&transaction, "documents", key, *extracted)?;
        }
        for (key, annotation) in annotations {
            put(&transaction, "annotations", key, *annotation)?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn derived<T: DeserializeOwned>(
        &self,
        table: &str,
        key: &DerivedKey,
    ) -> Result<Option<T>, StoreError> {
        let sql = format!("SELECT body FROM {table} WHERE blob = ?1 AND format = ?2 AND key = ?3");
        let body: Option<Vec<u8>> = self
            .connection
            .prepare_cached(&sql)?
            .query_row(params![key.blob.0, key.format, key.versions], |row| row.get(0))
            .optional()?;
        let Some(body) = body else { return Ok(None) };
        let damaged = |error: &dyn std::fmt::Display| {
            StoreError::Decode(format!("the row of blob {} in {table}: {error}", key.blob.0))
        };
        let plain = zstd::stream::decode_all(&body[..]).map_err(|error| damaged(&error))?;
        // A damaged row is an error: if it were skipped, a document would be missing from the index without a message.
        postcard::from_bytes(&plain).map(Some).map_err(|error| damaged(&error))
    }
}

fn put<T: Serialize>(
    connection: &rusqlite::Connection,
    table: &str,
    key: &DerivedKey,
    value: &T,
) -> Result<(), StoreError> {
    let plain =
        postcard::to_stdvec(value).map_err(|error| StoreError::Decode(error.to_string()))?;
    let packed = zstd::bulk::compress(&plain, 1)?;
    let sql =
        format!("INSERT OR REPLACE INTO {table} (blob, format, key, body) VALUES (?1, ?2, ?3, ?4)");
    connection.prepare_cached(&sql)?.execute(params![
        key.blob.0,
        key.format,
        key.versions,
        packed
    ])?;
    Ok(())
}
