//! A chapter of a book: a document, and the files before and after it.

use super::versions::document_versions;
use crate::crawl::BlobId;
use crate::search::SectionId;
use crate::store::{DerivedKey, Store};

/// A document's place in a book.
#[derive(Clone, Debug)]
pub(in crate::refresh) struct BookChapter {
    pub title: String,
    pub previous: Option<NeighbourChapter>,
    pub next: Option<NeighbourChapter>,
}

/// The previous or next chapter of a book.
#[derive(Clone, Debug)]
pub(in crate::refresh) struct NeighbourChapter {
    pub path: String,
    pub blob: BlobId,
    pub format: String,
}

impl NeighbourChapter {
    /// The ids of the first and last section of the neighbour, which is a file of `source`. Reads its document from
    /// `store`; `None` if it is not stored or has no sections.
    pub fn ends(
        &self,
        source: &str,
        store: &Store,
    ) -> anyhow::Result<Option<(SectionId, SectionId)>> {
        let versions = document_versions();
        let key = DerivedKey { blob: &self.blob, format: &self.format, versions: &versions };
        let document = store.document(&key)?.and_then(|extracted| extracted.document);
        let sections = document.map(|document| document.sections).unwrap_or_default();
        let id = |section| SectionId::of(source, &self.path, section);
        Ok(sections.first().map(id).zip(sections.last().map(id)))
    }

    /// A version that changes whenever the path or the content of the neighbour changes.
    pub fn version(&self) -> String {
        format!("{} {}", self.path, self.blob.0)
    }
}
