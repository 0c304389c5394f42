//! Digests of documents: what each document contributes to the results over all documents. A refresh reads the digests
//! of all documents, but the documents themselves only if they changed. Each row has a checksum, so a damaged digest is
//! not used, but made again.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::catalogue::SourceId;

/// The digest of one document of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestRow {
    /// A hash of everything that the digest depends on.
    pub version: u64,
    /// The encoded results of comparing the document's sections with others; empty if there are none.
    pub folds: Vec<u8>,
    /// The encoded digest.
    pub body: Vec<u8>,
}

/// The changes of the digests of one source, by path.
#[derive(Debug, Default)]
pub struct DigestChanges {
    pub replaced: Vec<(String, DigestRow)>,
    pub removed: Vec<String>,
}

impl DigestChanges {
    fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.removed.is_empty()
    }
}

impl Store {
    /// The digests of the documents of `source`, by path, without damaged ones. O(bytes of these digests).
    pub fn digests(&self, source: &SourceId) -> Result<HashMap<String, DigestRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path, version, folds, body, checksum FROM digests WHERE source = ?1",
        )?;
        let mut rows = statement.query([&source.0])?;
        let mut digests = HashMap::new();
        while let Some(row) = rows.next()? {
            let version = row.get::<_, i64>(1)?.cast_unsigned();
            let digest = DigestRow { version, folds: row.get(2)?, body: row.get(3)? };
            if row.get::<_, i64>(4)? == digest.checksum() {
                digests.insert(row.get(0)?, digest);
            }
        }
        Ok(digests)
    }

    /// Applies `changes` to the digests of `source`. One transaction.
    pub fn change_digests(
        &self,
        source: &SourceId,
        changes: &DigestChanges,
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.unchecked_transaction()?;
        for (path, row) in &changes.replaced {
            put(&transaction, source, path, row)?;
        }
        for path in &changes.removed {
            transaction
                .prepare_cached("DELETE FROM digests WHERE source = ?1 AND path = ?2")?
                .execute(params![source.0, path])?;
        }
        transaction.commit()?;
        Ok(())
    }
}

impl DigestRow {
    /// A hash of the whole row. It is not the same in all versions of the program.
    fn checksum(&self) -> i64 {
        FixedState::default().hash_one((self.version, &self.folds, &self.body)).cast_signed()
    }
}

fn put(
    connection: &Connection,
    source: &SourceId,
    path: &str,
    row: &DigestRow,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO digests (source, path, version, folds, body, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            source.0,
            path,
            row.version.cast_signed(),
            row.folds,
            row.body,
            row.checksum()
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_replaced_and_removed_by_path_and_damaged_ones_are_not_returned() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db")).unwrap();
        let (source, other) = (SourceId("a/b".into()), SourceId("c/d".into()));
        let row = |version, folds: &[u8]| DigestRow {
            version,
            folds: folds.to_vec(),
            body: vec![7; 9_000],
        };
        let replaced = |rows: &[(&str, DigestRow)]| DigestChanges {
            replaced: rows.iter().map(|(path, row)| ((*path).to_owned(), row.clone())).collect(),
            ..DigestChanges::default()
        };
        let rows = [("1.md", row(u64::MAX, b"")), ("2.md", row(2, b"x")), ("3.md", row(3, b""))];
        for source in [&source, &other] {
            store.change_digests(source, &replaced(&rows)).unwrap();
        }
        let removed = vec!["3.md".into()];
        let changes = DigestChanges { removed, ..replaced(&[("2.md", row(5, b""))]) };
        store.change_digests(&source, &changes).unwrap();
        let mut found: Vec<_> = store.digests(&source).unwrap().into_iter().collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, [("1.md".into(), row(u64::MAX, b"")), ("2.md".into(), row(5, b""))]);
        assert_eq!(store.digests(&other).unwrap().len(), 3, "another source");

        let damage = "UPDATE digests SET body = zeroblob(9000) WHERE path = '1.md'";
        store.connection.execute(damage, []).unwrap();
        assert!(!store.digests(&source).unwrap().contains_key("1.md"));
    }
}
