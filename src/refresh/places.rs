//! Where the sections stand that may stand for others, so that a likely near-copy can be compared with
//! them word by word. Their text stays in the store: few are ever looked at again.

use std::collections::HashMap;

use super::derive::document_versions;
use super::wanted::Item;
use crate::annotate::copies::are_alike;
use crate::crawl::BlobId;
use crate::extract::Section;
use crate::search::SectionId;
use crate::store::{DerivedKey, Store};

/// The sections that stand for themselves: which document of the store each is in, and where.
#[derive(Default)]
pub(super) struct Places {
    documents: Vec<(BlobId, String)>,
    sections: HashMap<SectionId, (u32, u32)>,
}

impl Places {
    /// Remembers that the section `id` is the one `at` of `item`.
    pub fn add(&mut self, id: SectionId, item: &Item, at: usize) {
        if self.documents.last().is_none_or(|(blob, _)| *blob != item.blob) {
            self.documents.push((item.blob.clone(), item.format.clone()));
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.sections.insert(id, (number(self.documents.len() - 1), number(at)));
    }

    /// Whether the section `other` says nearly the same as `section`. Reads its document.
    pub fn is_alike(
        &self,
        other: SectionId,
        section: &Section,
        store: &Store,
    ) -> anyhow::Result<bool> {
        let Some((document, at)) = self.sections.get(&other) else { return Ok(false) };
        let Some((blob, format)) = self.documents.get(*document as usize) else { return Ok(false) };
        let versions = document_versions();
        let extracted = store.document(&DerivedKey { blob, format, versions: &versions })?;
        let document = extracted.and_then(|extracted| extracted.document);
        let other = document.as_ref().and_then(|document| document.sections.get(*at as usize));
        Ok(other.is_some_and(|other| are_alike(other, section)))
    }
}
