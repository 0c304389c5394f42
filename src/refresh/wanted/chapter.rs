//! A chapter of a book: a document, and the files before and after it.

use super::versions::document_versions;
use crate::crawl::BlobId;
use crate::search::SectionId;
use crate::store::{DerivedKey, Store};

/// A document's place in a book.
#[derive(Clone, Debug)]
pub(in crate::refresh) struct Chapter {
    pub title: String,
    pub previous: Option<Neighbour>,
    pub next: Option<Neighbour>,
}

/// A file that a chapter stands beside.
#[derive(Clone, Debug)]
pub(in crate::refresh) struct Neighbour {
    pub path: String,
    pub blob: BlobId,
    pub format: String,
}

impl Neighbour {
    /// What the neighbour's first and last sections are called. Reads its document.
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

    /// Changes when the neighbour does.
    pub fn version(&self) -> String {
        format!("{} {}", self.path, self.blob.0)
    }
}
