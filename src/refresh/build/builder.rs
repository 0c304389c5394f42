//! Collects the documents of a generation and writes its files.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::corpus::CorpusCollector;
use super::describe::{UNSTORED, source_state};
use super::record::{
    AddedDocument, SectionContext, document_hash, identity_hash, record, text_hash,
};
use super::source_share::SourceShare;
use crate::annotate::copies::{CopyFold, ShingleSketch};
use crate::annotate::resources::LinkFacts;
use crate::config::Config;
use crate::extract::{Document, DocumentOpening, Extracted};
use crate::generation::checksums::SEARCH;
use crate::generation::contents::{ContentsEntry, GenerationContents};
use crate::generation::copies;
use crate::generation::left_out::LeftOutGroup;
use crate::generation::manifest::{Manifest, SourceState};
use crate::generation::papers::{GenerationPapers, PAPERS};
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::options::RefreshStop;
use crate::refresh::wanted::versions::versions;
use crate::search::write::{SearchIndexWriter, document_key};
use crate::search::{self, SectionId, SectionRecord};
use crate::store::{DerivedKey, SourceRow, Store};

/// A generation under construction.
pub(super) struct GenerationBuilder<'a> {
    inputs: &'a RefreshInputs,
    writer: SearchIndexWriter,
    /// The version of each document in the writer's index, by the document's key.
    known_versions: HashMap<u64, u64>,
    /// The keys of the documents of this generation.
    wanted_keys: HashSet<u64>,
    /// The number of sections that were added to the writer's index.
    pub indexed_sections: usize,
    fold: CopyFold<SectionId>,
    corpus: CorpusCollector,
    /// The share of each source in the generation, by the source's id.
    shares: BTreeMap<String, SourceShare>,
    pub contents: GenerationContents,
    /// The dead links, and the metadata of papers.
    facts: LinkFacts,
}

impl<'a> GenerationBuilder<'a> {
    /// An empty generation. Opens the writer's index.
    pub fn new(
        config: &Config,
        inputs: &'a RefreshInputs,
        facts: LinkFacts,
    ) -> anyhow::Result<GenerationBuilder<'a>> {
        let writer = SearchIndexWriter::open(&config.index.join("building"))?;
        Ok(GenerationBuilder {
            inputs,
            known_versions: writer.indexed()?,
            writer,
            wanted_keys: HashSet::new(),
            indexed_sections: 0,
            fold: CopyFold::default(),
            corpus: CorpusCollector::new(&inputs.vocabulary, &inputs.catalogue),
            shares: BTreeMap::new(),
            contents: GenerationContents::default(),
            facts,
        })
    }

    /// Adds problems about files that are not in the generation.
    pub fn report(&mut self, problems: &[Problem]) {
        for problem in problems {
            let source = problem.source.clone().unwrap_or_default();
            self.shares.entry(source).or_default().problems.push(problem.clone());
        }
    }

    /// Sets the files that the rules leave out, by the ids of the sources.
    pub fn leave_out(&mut self, groups: &BTreeMap<String, Vec<LeftOutGroup>>) {
        for (source, groups) in groups {
            self.shares.entry(source.clone()).or_default().left_out = Some(groups.clone());
        }
    }

    /// Adds one item, read from `store`. If `stop` is cancelled, the item is incomplete.
    pub fn item(
        &mut self,
        item: &WantedItem,
        store: &Store,
        stop: &RefreshStop,
    ) -> anyhow::Result<()> {
        let versions = versions(&self.inputs.vocabulary.version);
        let key = |versions| DerivedKey { blob: &item.blob, format: &item.format, versions };
        let Some(extracted) = store.document(&key(&versions.documents))? else { return Ok(()) };
        let Some(document) = self.accept(item, extracted) else { return Ok(()) };
        let annotation = store.annotation(&key(&versions.annotations))?.unwrap_or_default();
        let id = |section| SectionId::of(&item.source.id.0, &item.path, section);
        let ids: Vec<SectionId> = document.sections.iter().map(id).collect();
        let added = AddedDocument { item, document: &document, annotation: &annotation, ids: &ids };
        self.list(&added);
        self.sections(&added, stop);
        if stop.is_cancelled() {
            return Ok(());
        }
        self.index(&added, &versions.annotations, store)
    }

    /// The document that was extracted from `item`; `None` if there is none or the generation leaves it out. Counts the
    /// document unless it is left out. Adds the problems of its extraction, and the reason if it is left out.
    fn accept(&mut self, item: &WantedItem, extracted: Extracted) -> Option<Document> {
        let source = &item.source.id;
        let share = self.shares.entry(source.0.clone()).or_default();
        let problems = extracted.problems.into_iter();
        share.problems.extend(problems.map(|problem| problem.of_source(&source.0).at(&item.path)));
        let document = extracted.document?;
        let DocumentOpening { title, heading, text } = document.opening();
        if self.inputs.policy.is_book(&item.format, title, heading, text) {
            let message = "a copy of a commercial book, by its first page: never indexed";
            let problem = Problem::new(Stage::Catalogue, message).of_source(&source.0);
            share.problems.push(problem.at(&item.path));
            return None;
        }
        let bytes: usize = document.sections.iter().map(|s| s.text.len() + s.code.len()).sum();
        let most = self.inputs.policy.limits.text_bytes;
        if !share.takes(source, &item.path, bytes as u64, most) {
            return None;
        }
        share.set_title(&item.path, document.title.as_ref());
        share.documents += 1;
        share.sections += document.sections.len();
        *self.corpus.counts.formats.entry(item.format.clone()).or_insert(0) += 1;
        Some(document)
    }

    /// Lists the document in the contents of the generation.
    fn list(&mut self, added: &AddedDocument) {
        let AddedDocument { item, document, ids, .. } = added;
        let sections = ids.iter().zip(&document.sections);
        self.contents.sources.entry(item.source.id.0.clone()).or_default().push(ContentsEntry {
            path: item.path.clone(),
            blob: item.blob.clone(),
            title: document.title.clone(),
            sections: sections.map(|(id, section)| (id.0, text_hash(section))).collect(),
        });
    }

    /// Adds the sections of a document to the corpus. Folds each copy under its representative, a section that was
    /// added before. Ends early if `stop` is cancelled.
    fn sections(&mut self, added: &AddedDocument, stop: &RefreshStop) {
        let AddedDocument { item, document, annotation, ids } = *added;
        let case = self.corpus.case(document, &item.path);
        let mut crowded = 0;
        for (at, section) in document.sections.iter().enumerate() {
            if stop.is_cancelled() {
                return;
            }
            let Some(notes) = annotation.sections.get(at) else { continue };
            // Short sections have no fingerprint: they are copies only if their whole files are equal.
            let fingerprint = notes.fingerprint.unwrap_or_else(|| identity_hash(&item.blob, at));
            let (signature, sketch) = (notes.signature.as_ref(), || ShingleSketch::of(section));
            let found = self.fold.representative(fingerprint, signature, ids[at], sketch);
            crowded += usize::from(found.is_crowded);
            self.corpus.section(item, ids[at], found.section, section, notes, case);
        }
        let share = self.shares.entry(item.source.id.0.clone()).or_default();
        share.add_crowded(&item.path, crowded);
    }

    /// Updates the search index for one document, if its version has changed. `versions` are the versions of its
    /// annotation.
    fn index(
        &mut self,
        added: &AddedDocument,
        versions: &str,
        store: &Store,
    ) -> anyhow::Result<()> {
        let AddedDocument { item, document, ids, .. } = added;
        let key = document_key(&item.source.id.0, &item.path);
        let mut hash = document_hash(self.inputs, added, versions);
        let mut version = search::first_u64(&hash.finalize());
        self.wanted_keys.insert(key);
        let known = self.known_versions.get(&key);
        if known == Some(&version) {
            return Ok(());
        }
        if !item.is_stored {
            // Without its bytes, a document is indexed without Markdown. Once they are stored, its version differs, and
            // it is indexed again.
            hash.update(UNSTORED.as_bytes());
            version = search::first_u64(&hash.finalize());
            if known == Some(&version) {
                return Ok(());
            }
        }
        if known.is_some() {
            self.writer.remove(key);
        }
        let context = SectionContext::read(added, store)?;
        let records: Vec<(SectionId, SectionRecord)> = (0..document.sections.len())
            .map(|at| (ids[at], record(self.inputs, added, &context, at)))
            .collect();
        self.indexed_sections += records.len();
        Ok(self.writer.add(key, version, &records)?)
    }

    /// Writes the generation's files into `building`, except those that depend on earlier generations. `rows` are the
    /// sources' rows by id.
    pub fn finish(
        mut self,
        building: &Path,
        rows: &HashMap<String, SourceRow>,
    ) -> anyhow::Result<Manifest> {
        for key in self.known_versions.keys().filter(|key| !self.wanted_keys.contains(key)) {
            self.writer.remove(*key);
        }
        let index_bytes = self.writer.commit(&building.join(SEARCH))?;
        let graph = self.corpus.graph.finish(self.corpus.resources.finish(&self.facts));
        graph.write(&building.join("graph.bin"))?;
        copies::write(&building.join("copies.bin"), &self.corpus.copies)?;
        GenerationPapers::of(&graph.resources, &self.facts).write(&building.join(PAPERS))?;
        let sources: Vec<SourceState> = self
            .inputs
            .catalogue
            .sources
            .iter()
            .map(|source| {
                let row = rows.get(&source.id.0).cloned().unwrap_or_default();
                let mut share = self.shares.remove(&source.id.0).unwrap_or_default();
                let mut state = source_state(self.inputs, source, row, share.title.as_deref());
                (state.documents, state.sections) = (share.documents, share.sections);
                state.left_out = share.left_out.take();
                state.problems.extend(share.finish(source));
                state
            })
            .collect();
        self.corpus.counts.documents = sources.iter().map(|source| source.documents).sum();
        self.corpus.counts.topics = graph.vocabulary.topics.len();
        self.corpus.counts.resources = graph.resources.len();
        self.corpus.counts.index_bytes = index_bytes;
        Ok(Manifest::new(self.corpus.counts, self.inputs.policy.excerpt_chars, sources))
    }
}
