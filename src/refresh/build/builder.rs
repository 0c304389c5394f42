//! Collects the documents of a generation and writes its files.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use super::books::books;
use super::corpus::CorpusCollector;
use super::describe::source_state;
use super::engine::EngineTarget;
use super::indexing::IndexUpdate;
use super::record::own_licence;
use super::sketches::{FoldedSection, SketchReader};
use super::source_digests::{Comparisons, SourceDigests, StoredDocument, decoded, encoded};
use super::source_share::SourceShare;
use super::texts::TextCollector;
use super::withdrawn;
use crate::annotate::copies::CopyFold;
use crate::annotate::resources::LinkFacts;
use crate::catalogue::{Shown, Source};
use crate::config::Config;
use crate::generation::checksums::SEARCH;
use crate::generation::contents::{ContentsEntry, GenerationContents};
use crate::generation::copies;
use crate::generation::left_out::LeftOutGroup;
use crate::generation::manifest::{Manifest, SourceState};
use crate::generation::papers::{GenerationPapers, PAPERS};
use crate::graph::write_resources;
use crate::problem::{Problem, Stage};
use crate::refresh::derive::digest::{DigestMaker, DocumentDigest, ItemDigest};
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::options::RefreshStop;
use crate::search::SectionId;
use crate::search::write::{Committed, document_key};
use crate::store::{DigestRow, SourceRow, Store};

/// A generation under construction.
pub(super) struct GenerationBuilder<'a> {
    inputs: &'a RefreshInputs,
    /// The items of the generation.
    items: &'a [WantedItem<'a>],
    digests: DigestMaker<'a>,
    pub index: IndexUpdate<'a>,
    fold: CopyFold<FoldedSection>,
    sketches: SketchReader<'a>,
    corpus: CorpusCollector,
    /// The share of each source in the generation, by the source's id.
    shares: BTreeMap<String, SourceShare>,
    pub contents: GenerationContents,
    texts: TextCollector,
    /// The keys of the documents.
    kept: HashSet<u64>,
    /// The dead links, and the metadata of papers.
    facts: LinkFacts,
    /// The index in the cluster; `None` for the embedded engine.
    engine: Option<&'a EngineTarget>,
}

/// The digest of a document that is added, and what was read for it.
struct AddedDigest<'d> {
    /// The index of its item.
    at: usize,
    digest: ItemDigest<'d>,
    /// The results of comparing its sections, which are updated.
    comparisons: &'d mut Comparisons,
    /// The document, if it was read.
    stored: Option<&'d StoredDocument>,
}

impl<'a> GenerationBuilder<'a> {
    /// An empty generation, for `items`. It is expected to have about this number of `sections`. Opens the writer's
    /// index. If there is an `engine`, the sections go there too.
    pub fn new(
        config: &Config,
        inputs: &'a RefreshInputs,
        items: &'a [WantedItem<'a>],
        facts: LinkFacts,
        sections: usize,
        engine: Option<&'a EngineTarget>,
    ) -> anyhow::Result<GenerationBuilder<'a>> {
        Ok(GenerationBuilder {
            engine,
            inputs,
            items,
            digests: DigestMaker::new(inputs)?,
            index: IndexUpdate::open(config, inputs, engine)?,
            fold: CopyFold::expecting(sections),
            sketches: SketchReader::new(items),
            corpus: CorpusCollector::new(&inputs.vocabulary, &inputs.catalogue),
            shares: BTreeMap::new(),
            contents: GenerationContents::default(),
            texts: TextCollector::default(),
            kept: HashSet::new(),
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

    /// Adds the items `of` of `source`. Reads their digests from `store`, and makes those that are missing. If `stop`
    /// is cancelled, the items are incomplete.
    pub fn source(
        &mut self,
        source: &Source,
        of: Range<usize>,
        store: &Store,
        stop: &RefreshStop,
    ) -> anyhow::Result<()> {
        let mut rows = SourceDigests::read(&source.id, store)?;
        for at in of {
            if stop.is_cancelled() {
                return Ok(());
            }
            self.item(at, &mut rows, store)?;
        }
        self.corpus.graph.cases.end_source();
        rows.finish(store)
    }

    /// Adds the item number `at`.
    fn item(&mut self, at: usize, rows: &mut SourceDigests, store: &Store) -> anyhow::Result<()> {
        let item = &self.items[at];
        let version = self.digests.version(item);
        if let Some(row) = rows.take(&item.path, version)
            && let Ok(digest) = postcard::from_bytes::<ItemDigest>(&row.body)
        {
            let before = decoded(&row.folds);
            let mut comparisons = before.clone();
            let added = AddedDigest { at, digest, comparisons: &mut comparisons, stored: None };
            self.add(added, store)?;
            if before != comparisons {
                rows.put(&item.path, DigestRow { folds: encoded(&comparisons)?, ..row });
            }
            return Ok(());
        }
        let stored = StoredDocument::read(item, &self.index.versions, store)?;
        let Some(stored) = &stored else { return Ok(()) };
        let digest = self.digests.digest(item, &stored.extracted, &stored.annotation);
        let body = postcard::to_stdvec(&digest)?;
        let mut comparisons = Comparisons::new();
        let added = AddedDigest { at, digest, comparisons: &mut comparisons, stored: Some(stored) };
        self.add(added, store)?;
        let folds = encoded(&comparisons)?;
        rows.put(&item.path, DigestRow { version, folds, body });
        Ok(())
    }

    fn add(&mut self, added: AddedDigest, store: &Store) -> anyhow::Result<()> {
        let AddedDigest { at, digest, comparisons, stored } = added;
        let item = &self.items[at];
        let Some(document) = self.accept(item, digest) else { return Ok(()) };
        self.list(item, &document);
        let own = own_licence(self.inputs, document.licence).map(|(_, shown)| shown);
        self.texts.document(at, item, own);
        self.kept.insert(document_key(&item.source.id.0, &item.path));
        self.sections(at, &document, comparisons, stored, store)?;
        self.index.document(item, document.licence, stored, store)
    }

    /// The document of `item`; `None` if there is none or the generation leaves it out. Counts the document unless it
    /// is left out. Adds the problems of its extraction, and the reason if it is left out.
    fn accept<'d>(
        &mut self,
        item: &WantedItem,
        digest: ItemDigest<'d>,
    ) -> Option<DocumentDigest<'d>> {
        let source = &item.source.id;
        let share = match self.shares.get_mut(&source.0) {
            Some(share) => share,
            None => self.shares.entry(source.0.clone()).or_default(),
        };
        let problems = digest.problems.into_iter();
        share.problems.extend(problems.map(|problem| problem.of_source(&source.0).at(&item.path)));
        let document = digest.document?;
        if document.is_book {
            let message = "a copy of a commercial book, by its first page: never indexed";
            let problem = Problem::new(Stage::Catalogue, message).of_source(&source.0);
            share.problems.push(problem.at(&item.path));
            return None;
        }
        let most = self.inputs.policy.limits.text_bytes;
        if !share.takes(source, &item.path, document.bytes(), most) {
            return None;
        }
        share.set_title(&item.path, document.title);
        share.documents += 1;
        share.sections += document.sections.len();
        let formats = &mut self.corpus.counts.formats;
        match formats.get_mut(&item.format) {
            Some(count) => *count += 1,
            None => drop(formats.insert(item.format.clone(), 1)),
        }
        Some(document)
    }

    /// Lists the document in the contents of the generation.
    fn list(&mut self, item: &WantedItem, document: &DocumentDigest) {
        let sections = document.sections.iter();
        let entry = ContentsEntry {
            path: item.path.clone(),
            blob: item.blob.clone(),
            title: document.title.map(str::to_owned),
            sections: sections.map(|section| (section.id, section.text_hash)).collect(),
        };
        match self.contents.sources.get_mut(&item.source.id.0) {
            Some(entries) => entries.push(entry),
            None => drop(self.contents.sources.insert(item.source.id.0.clone(), vec![entry])),
        }
    }

    /// Adds the sections of the document of item number `at` to the corpus. Folds each copy under its representative, a
    /// section that was added before. `stored` is the document, if it was read.
    fn sections(
        &mut self,
        at: usize,
        document: &DocumentDigest,
        comparisons: &mut Comparisons,
        stored: Option<&StoredDocument>,
        store: &Store,
    ) -> anyhow::Result<()> {
        let item = &self.items[at];
        let stored = stored.and_then(|stored| stored.extracted.document.as_ref());
        let author = self.corpus.document(item, document.case);
        let mut crowded = 0;
        for (number, section) in (0..).zip(&document.sections) {
            let Some(notes) = &section.notes else { continue };
            let item_number = u32::try_from(at).unwrap_or(u32::MAX);
            let folded = FoldedSection { id: SectionId(section.id), item: item_number, at: number };
            let mut comparison = comparisons.remove(&number);
            let found = self.fold.representative(
                notes.fingerprint,
                notes.bands.as_ref(),
                folded,
                &mut comparison,
                |one, other| self.sketches.are_alike(one, other, stored, store),
            )?;
            comparisons.extend(comparison.map(|comparison| (number, comparison)));
            crowded += usize::from(found.is_crowded);
            let original = self.items.get(found.section.item as usize);
            let is_own = original.is_some_and(|original| original.source.id == item.source.id);
            self.corpus.section(item, &author, found.section.id, is_own, section, notes);
        }
        if let Some(share) = self.shares.get_mut(&item.source.id.0) {
            share.add_crowded(&item.path, crowded);
        }
        Ok(())
    }

    /// Writes the files of the generation `number` into `building`, except those that depend on earlier generations. `rows` are the
    /// sources' rows by id. `previous` is the folder of the previous generation, if it is intact. Reads the texts of new
    /// and changed documents from `store`.
    pub fn finish(
        mut self,
        building: &Path,
        number: u64,
        rows: &HashMap<String, SourceRow>,
        store: &Store,
        previous: Option<&Path>,
    ) -> anyhow::Result<Manifest> {
        let graph = self.corpus.graph.finish(Vec::new());
        let graph_file = building.join("graph.bin");
        graph.write(&graph_file)?;
        copies::write(&building.join("copies.bin"), &self.corpus.copies)?;
        let works = self.corpus.resources.finish(&self.facts);
        write_resources(&graph_file, &works, previous)?;
        GenerationPapers::of(&works).write(&building.join(PAPERS))?;
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
        let shown: HashMap<&str, Shown> =
            sources.iter().map(|source| (source.id.as_str(), source.shown)).collect();
        let shown_of = |source: &str| shown.get(source).copied();
        books(self.items, &self.kept).write(building)?;
        self.texts.write(self.items, shown_of, store, building, previous)?;
        self.corpus.counts.documents = sources.iter().map(|source| source.documents).sum();
        self.corpus.counts.topics = graph.vocabulary.topics.len();
        self.corpus.counts.resources = works.all().len();
        let mut manifest =
            Manifest::new(self.corpus.counts, self.inputs.policy.excerpt_chars, sources);
        manifest.opted_out = withdrawn::opted_out(&self.inputs.policy);
        let deleted = withdrawn::deleted_texts(previous, &manifest);
        let Committed { bytes, changes } = self.index.finish(building, deleted)?;
        manifest.counts.index_bytes = bytes;
        if let (Some(engine), Some(changes)) = (self.engine, changes) {
            let folder = building.join(SEARCH);
            let copies = &self.corpus.copies;
            manifest.cluster = Some(engine.publish(number, deleted, &changes, copies, &folder)?);
        }
        manifest.generation = number;
        Ok(manifest)
    }
}
