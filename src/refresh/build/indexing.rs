//! Updates the search index: only the documents whose version differs are indexed again.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::engine::EngineTarget;
use super::record::{AddedDocument, SectionContext, document_hash, record};
use super::source_digests::StoredDocument;
use crate::config::Config;
use crate::generation::checksums::SEARCH;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::versions::versions;
use crate::search::write::{Committed, DeletedTexts, SearchIndexWriter, document_key};
use crate::search::{self, SectionId, SectionRecord};
use crate::store::{DerivedVersions, Store};

/// The search index of a generation under construction.
pub(super) struct IndexUpdate<'a> {
    inputs: &'a RefreshInputs,
    pub versions: DerivedVersions,
    /// The version of the table of word vectors; empty without a table.
    meaning: String,
    writer: SearchIndexWriter,
    /// The version of each document in the writer's index, by the document's key.
    known_versions: HashMap<u64, u64>,
    /// The index in the cluster, and the versions of the documents that it has; `None` for the embedded engine.
    engine: Option<(&'a EngineTarget, HashMap<u64, u64>)>,
    /// The keys of the documents of this generation.
    wanted_keys: HashSet<u64>,
    /// The number of sections that were added to the writer's index.
    pub indexed_sections: usize,
}

impl<'a> IndexUpdate<'a> {
    /// Opens the writer's index. If there is an `engine`, what is added goes there too.
    pub fn open(
        config: &Config,
        inputs: &'a RefreshInputs,
        engine: Option<&'a EngineTarget>,
    ) -> anyhow::Result<IndexUpdate<'a>> {
        let mut writer =
            SearchIndexWriter::open(&config.index.join("building"), inputs.meaning.clone())?;
        if let Some(engine) = engine {
            writer = engine.attach(writer, &config.index)?;
        }
        Ok(IndexUpdate {
            engine: engine.map(|engine| (engine, engine.written())),
            inputs,
            versions: versions(&inputs.vocabulary.version, inputs.meaning.as_deref()),
            meaning: inputs.meaning.as_ref().map(|table| table.version()).unwrap_or_default(),
            known_versions: writer.indexed()?,
            writer,
            wanted_keys: HashSet::new(),
            indexed_sections: 0,
        })
    }

    /// Indexes the document of `item`, whose own licence is `licence`, if its version has changed. `stored` is the
    /// document, if it was read already.
    pub fn document(
        &mut self,
        item: &WantedItem,
        licence: Option<&str>,
        stored: Option<&StoredDocument>,
        store: &Store,
    ) -> anyhow::Result<()> {
        let key = document_key(&item.source.id.0, &item.path);
        let mut hash = document_hash(self.inputs, item, licence, &self.versions.annotations);
        hash.update(self.meaning.as_bytes());
        if let Some((engine, _)) = &self.engine {
            hash.update(format!("{:?}", engine.form()).as_bytes());
        }
        let version = search::first_u64(&hash.finalize());
        self.wanted_keys.insert(key);
        let known = self.known_versions.get(&key);
        let written = self.engine.as_ref().map(|(_, written)| written.get(&key));
        if known == Some(&version) && written.is_none_or(|written| written == Some(&version)) {
            return Ok(());
        }
        if known.is_some() || written.flatten().is_some() {
            self.writer.remove(key);
        }
        match stored {
            Some(stored) => self.add(key, version, item, stored, store),
            None => match StoredDocument::read(item, &self.versions, store)? {
                Some(stored) => self.add(key, version, item, &stored, store),
                None => Ok(()),
            },
        }
    }

    fn add(
        &mut self,
        key: u64,
        version: u64,
        item: &WantedItem,
        stored: &StoredDocument,
        store: &Store,
    ) -> anyhow::Result<()> {
        let Some(document) = &stored.extracted.document else { return Ok(()) };
        let id = |section| SectionId::of(&item.source.id.0, &item.path, section);
        let ids: Vec<SectionId> = document.sections.iter().map(id).collect();
        let added = AddedDocument { item, document, annotation: &stored.annotation, ids: &ids };
        let context = SectionContext::read(&added, store)?;
        let records: Vec<(SectionId, SectionRecord)> = (0..document.sections.len())
            .map(|at| (ids[at], record(self.inputs, &added, &context, at)))
            .collect();
        self.indexed_sections += records.len();
        Ok(self.writer.add(key, version, records)?)
    }

    /// Removes the documents that are not in this generation, and writes the index into `building`. `deleted` says what
    /// happens to the texts of removed documents.
    pub fn finish(mut self, building: &Path, deleted: DeletedTexts) -> anyhow::Result<Committed> {
        let written = self.engine.iter().flat_map(|(_, written)| written.keys());
        let known: HashSet<u64> = self.known_versions.keys().chain(written).copied().collect();
        for key in known.difference(&self.wanted_keys) {
            self.writer.remove(*key);
        }
        Ok(self.writer.commit(&building.join(SEARCH), deleted)?)
    }
}
