//! The stored digests of the documents of one source, and their changes in a run.

use std::collections::{BTreeMap, HashMap};

use crate::annotate::Annotation;
use crate::annotate::copies::FoldComparison;
use crate::catalogue::SourceId;
use crate::extract::Extracted;
use crate::refresh::wanted::item::WantedItem;
use crate::store::{DerivedKey, DerivedVersions, DigestChanges, DigestRow, Store};

/// The results of comparing the sections of a document with others, by the index of the section. Sections without
/// candidates are missing.
pub(super) type Comparisons = BTreeMap<u32, FoldComparison>;

/// The stored digests of one source.
pub(super) struct SourceDigests<'a> {
    source: &'a SourceId,
    rows: HashMap<String, DigestRow>,
    changes: DigestChanges,
}

impl<'a> SourceDigests<'a> {
    /// The digests of `source` in `store`.
    pub fn read(source: &'a SourceId, store: &Store) -> anyhow::Result<SourceDigests<'a>> {
        let rows = store.digests(source)?;
        Ok(SourceDigests { source, rows, changes: DigestChanges::default() })
    }

    /// Takes out the digest of the document `path`, if it has this `version`. Digests that are not taken out are
    /// deleted in the end, unless they are replaced.
    pub fn take(&mut self, path: &str, version: u64) -> Option<DigestRow> {
        if self.rows.get(path)?.version != version {
            return None;
        }
        self.rows.remove(path)
    }

    /// Replaces or adds the digest of the document `path`.
    pub fn put(&mut self, path: &str, row: DigestRow) {
        self.rows.remove(path);
        self.changes.replaced.push((path.to_owned(), row));
    }

    /// Writes the changes to `store`.
    pub fn finish(mut self, store: &Store) -> anyhow::Result<()> {
        self.changes.removed = self.rows.into_keys().collect();
        Ok(store.change_digests(self.source, &self.changes)?)
    }
}

/// Encodes the results of comparisons; empty if there are none.
pub(super) fn encoded(comparisons: &Comparisons) -> anyhow::Result<Vec<u8>> {
    match comparisons.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(postcard::to_stdvec(comparisons)?),
    }
}

/// Decodes the results of comparisons. Without a result, sections are only compared again, so a damaged value is not an
/// error.
pub(super) fn decoded(folds: &[u8]) -> Comparisons {
    if folds.is_empty() {
        Comparisons::new()
    } else {
        postcard::from_bytes(folds).unwrap_or_default()
    }
}

/// A document with its annotation, as they are stored.
pub(super) struct StoredDocument {
    pub extracted: Extracted,
    pub annotation: Annotation,
}

impl StoredDocument {
    /// The document and the annotation of `item`; `None` if no document is stored with these `versions`.
    pub fn read(
        item: &WantedItem,
        versions: &DerivedVersions,
        store: &Store,
    ) -> anyhow::Result<Option<StoredDocument>> {
        let key = |versions| DerivedKey { blob: &item.blob, format: &item.format, versions };
        let Some(extracted) = store.document(&key(&versions.documents))? else { return Ok(None) };
        let annotation = store.annotation(&key(&versions.annotations))?.unwrap_or_default();
        Ok(Some(StoredDocument { extracted, annotation }))
    }
}
