//! Builds a generation from the store, if readers would see a difference.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::base::Base;
use super::describe::{UNSTORED, source_state};
use super::fingerprint::fingerprint;
use super::part::Part;
use super::record::{Around, own_licence, part_of, record, text_hash};
use super::whole::Whole;
use super::{full, news};
use crate::annotate::Annotation;
use crate::annotate::copies::{Fold, Sketch};
use crate::config::Config;
use crate::disk;
use crate::extract::markup;
use crate::extract::{Address, Document};
use crate::generation::checksums::{self, Depth, SEARCH};
use crate::generation::contents::{Contents, Entry};
use crate::generation::copies;
use crate::generation::folders;
use crate::generation::manifest::{Manifest, SourceState};
use crate::generation::news::Changes;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::chapter::Neighbour;
use crate::refresh::wanted::inputs::Inputs;
use crate::refresh::wanted::item::Item;
use crate::refresh::wanted::options::{Event, Stop};
use crate::refresh::wanted::select::Wanted;
use crate::refresh::wanted::versions::{annotation_versions, document_versions};
use crate::search::write::{SearchIndexWriter, document_key};
use crate::search::{self, SectionId, SectionRecord};
use crate::store::{DerivedKey, SourceRow, Store};

/// The result of assembling.
pub(in crate::refresh) struct Assembled {
    pub manifest: Manifest,
    /// The number of the generation that was built, if anything had changed.
    pub made: Option<u64>,
    /// Sections that were indexed.
    pub indexed: usize,
    /// What changed for readers, by source.
    pub changes: HashMap<String, Changes>,
}

impl Assembled {
    /// Takes over the manifest and the number of `second`, if that is a new generation. The number of indexed sections
    /// and the changes stay those of the first.
    pub fn follow(&mut self, second: Option<Assembled>) {
        if let Some(second) = second.filter(|second| second.made.is_some()) {
            (self.manifest, self.made) = (second.manifest, second.made);
        }
    }
}

/// Builds a generation of the `wanted` items of `store`, unless the current one is intact and has the same fingerprint.
/// `None` if the run was stopped.
///
/// `depth` is how much of the existing files is checked. A failure leaves the generations as they were.
pub(in crate::refresh) fn assemble(
    config: &Config,
    (inputs, wanted): (&Inputs, &Wanted),
    (store, depth): (&Store, Depth),
    stop: &Stop,
    on_event: &mut dyn FnMut(Event),
) -> anyhow::Result<Option<Assembled>> {
    if stop.is_cancelled() {
        return Ok(None);
    }
    let mut rows = HashMap::new();
    for source in &inputs.catalogue.sources {
        rows.insert(source.id.0.clone(), store.source(&source.id)?);
    }
    let dead = store.dead_links()?;
    let fingerprint = fingerprint(inputs, &rows, wanted, &dead)?;
    let base = Base::look(&config.index, depth)?;
    if let Some(manifest) = base.unchanged(&fingerprint).cloned() {
        base.remove_damaged()?;
        let changes = HashMap::new();
        return Ok(Some(Assembled { manifest, made: None, indexed: 0, changes }));
    }
    on_event(Event::Building);
    let (building, number) = folders::begin(&config.index)?;
    let new = New { building: &building, number, fingerprint };
    let built = build(config, (inputs, wanted, dead), (store, &rows), (&base, new), stop);
    built.map_err(|error| {
        let error = full::explain(error, &config.index);
        // Unfinished files only take space. Failing to remove them must not hide the original error.
        let _ = disk::remove_folder(&building);
        let _ = SearchIndexWriter::open(&config.index.join("building"))
            .and_then(SearchIndexWriter::collect_garbage);
        error
    })
}

/// The generation that is to be built.
struct New<'a> {
    building: &'a Path,
    number: u64,
    fingerprint: String,
}

fn build(
    config: &Config,
    (inputs, wanted, dead): (&Inputs, &Wanted, HashMap<String, String>),
    (store, rows): (&Store, &HashMap<String, SourceRow>),
    (base, new): (&Base, New),
    stop: &Stop,
) -> anyhow::Result<Option<Assembled>> {
    let mut assembly = Assembly::new(config, inputs, dead)?;
    assembly.refuse(&wanted.problems);
    for item in &wanted.items {
        if stop.is_cancelled() {
            return Ok(None);
        }
        assembly.item(item, store, stop)?;
    }
    if stop.is_cancelled() {
        return Ok(None);
    }
    let (indexed, contents) = (assembly.added, std::mem::take(&mut assembly.contents));
    let mut manifest = assembly.finish(new.building, rows)?;
    if stop.is_cancelled() {
        return Ok(None);
    }
    (manifest.fingerprint, manifest.generation) = (new.fingerprint, new.number);
    let changes = news::tell(&contents, &base.before, &manifest, new.building)?;
    manifest.files = checksums::seal(new.building, &base.files)?;
    manifest.write(&new.building.join("manifest.json"))?;
    folders::publish(&config.index, new.building, new.number)?;
    base.remove_damaged()?;
    Ok(Some(Assembled { indexed, manifest, made: Some(new.number), changes }))
}

/// A generation under construction.
struct Assembly<'a> {
    inputs: &'a Inputs,
    writer: SearchIndexWriter,
    /// The documents in the writer's index: their versions by key.
    indexed: HashMap<u64, u64>,
    wanted: HashSet<u64>,
    added: usize,
    fold: Fold<SectionId>,
    whole: Whole,
    parts: BTreeMap<String, Part>,
    contents: Contents,
    /// Dead links, each with the day since which it is dead.
    dead: HashMap<String, String>,
}

impl<'a> Assembly<'a> {
    fn new(
        config: &Config,
        inputs: &'a Inputs,
        dead: HashMap<String, String>,
    ) -> anyhow::Result<Assembly<'a>> {
        let writer = SearchIndexWriter::open(&config.index.join("building"))?;
        Ok(Assembly {
            inputs,
            indexed: writer.indexed()?,
            writer,
            wanted: HashSet::new(),
            added: 0,
            fold: Fold::default(),
            whole: Whole::new(&inputs.vocabulary, &inputs.catalogue),
            parts: BTreeMap::new(),
            contents: Contents::default(),
            dead,
        })
    }

    /// Adds one item. If `stop` is cancelled, the item is incomplete.
    fn item(&mut self, item: &Item, store: &Store, stop: &Stop) -> anyhow::Result<()> {
        let versions = (document_versions(), annotation_versions(&self.inputs.vocabulary.version));
        let key = |versions| DerivedKey { blob: &item.blob, format: &item.format, versions };
        let Some(extracted) = store.document(&key(&versions.0))? else { return Ok(()) };
        let source = item.source;
        let part = self.parts.entry(source.id.0.clone()).or_default();
        let problems = extracted.problems.into_iter();
        part.problems.extend(problems.map(|p| p.of_source(&source.id.0).at(&item.path)));
        let Some(document) = extracted.document else { return Ok(()) };
        let (title, heading, text) = document.opening();
        if self.inputs.policy.is_book(&item.format, title, heading, text) {
            let message = "a copy of a commercial book, by its first page: never indexed";
            let problem = Problem::new(Stage::Catalogue, message).of_source(&source.id.0);
            part.problems.push(problem.at(&item.path));
            return Ok(());
        }
        let bytes: usize = document.sections.iter().map(|s| s.text.len() + s.code.len()).sum();
        let most = self.inputs.policy.limits.text_bytes;
        if !part.takes(&source.id, &item.path, bytes as u64, most) {
            return Ok(());
        }
        let annotation = store.annotation(&key(&versions.1))?.unwrap_or_default();
        part.entitle(&item.path, document.title.as_ref());
        part.documents += 1;
        part.sections += document.sections.len();
        *self.whole.counts.formats.entry(item.format.clone()).or_insert(0) += 1;
        let ids: Vec<SectionId> = document
            .sections
            .iter()
            .map(|section| SectionId::of(&item.source.id.0, &item.path, section))
            .collect();
        self.note(item, &document, &ids);
        let case = self.whole.case(&document, &item.path);
        let mut crowded = 0;
        for (at, section) in document.sections.iter().enumerate() {
            if stop.is_cancelled() {
                return Ok(());
            }
            let Some(notes) = annotation.sections.get(at) else { continue };
            // Short sections have no fingerprint: they are copies only if their whole files are equal.
            let fingerprint = notes.fingerprint.unwrap_or_else(|| part_of(&item.blob, at));
            let (signature, sketch) = (notes.signature.as_ref(), || Sketch::of(section));
            let found = self.fold.representative(fingerprint, signature, ids[at], sketch);
            crowded += usize::from(found.is_crowded);
            self.whole.section(item, (ids[at], found.section), (section, notes), case);
        }
        self.parts.entry(source.id.0.clone()).or_default().crowd(&item.path, crowded);
        self.index(item, (&document, &annotation), &ids, (&versions.1, store))
    }

    /// Records why files are not in the generation.
    fn refuse(&mut self, problems: &[Problem]) {
        for problem in problems {
            let source = problem.source.clone().unwrap_or_default();
            self.parts.entry(source).or_default().problems.push(problem.clone());
        }
    }

    fn note(&mut self, item: &Item, document: &Document, ids: &[SectionId]) {
        let sections = ids.iter().zip(&document.sections);
        self.contents.sources.entry(item.source.id.0.clone()).or_default().push(Entry {
            path: item.path.clone(),
            blob: item.blob.clone(),
            title: document.title.clone(),
            sections: sections.map(|(id, section)| (id.0, text_hash(section))).collect(),
        });
    }

    /// Updates the search index for one document, if its version has changed.
    fn index(
        &mut self,
        item: &Item,
        (document, annotation): (&Document, &Annotation),
        ids: &[SectionId],
        (versions, store): (&str, &Store),
    ) -> anyhow::Result<()> {
        let key = document_key(&item.source.id.0, &item.path);
        let mut hash = blake3::Hasher::new();
        let language = item.source.language.as_deref().unwrap_or_default();
        let own = format!("{:?}", own_licence(self.inputs, document));
        let book = item.chapter.as_ref().map(|chapter| {
            let beside =
                [&chapter.previous, &chapter.next].map(|n| n.as_ref().map(Neighbour::version));
            format!("{} {beside:?}", chapter.title)
        });
        let book = book.unwrap_or_default();
        let version = search::VERSION.to_string();
        let day = item.first_day();
        for part in [&item.blob.0, &item.format, versions, &version, language, &own, &book, &day] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        let mut version = search::first_u64(&hash.finalize());
        self.wanted.insert(key);
        let known = self.indexed.get(&key);
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
        let around = around(item, document, ids, store)?;
        let records: Vec<(SectionId, SectionRecord)> = document
            .sections
            .iter()
            .enumerate()
            .map(|(at, _)| {
                (ids[at], record(self.inputs, item, (document, annotation), &around, at))
            })
            .collect();
        self.added += records.len();
        Ok(self.writer.add(key, version, &records)?)
    }

    /// Writes the generation's files into `building`.
    fn finish(
        mut self,
        building: &Path,
        rows: &HashMap<String, SourceRow>,
    ) -> anyhow::Result<Manifest> {
        for key in self.indexed.keys().filter(|key| !self.wanted.contains(key)) {
            self.writer.remove(*key);
        }
        let index_bytes = self.writer.commit(&building.join(SEARCH))?;
        let graph = self.whole.graph.finish(self.whole.resources.finish(&self.dead));
        graph.write(&building.join("graph.bin"))?;
        copies::write(&building.join("copies.bin"), &self.whole.copies)?;
        let sources: Vec<SourceState> = self
            .inputs
            .catalogue
            .sources
            .iter()
            .map(|source| {
                let row = rows.get(&source.id.0).cloned().unwrap_or_default();
                let part = self.parts.remove(&source.id.0).unwrap_or_default();
                let mut state = source_state(self.inputs, source, row, part.title.as_deref());
                (state.documents, state.sections) = (part.documents, part.sections);
                state.problems.extend(part.finish(source));
                state
            })
            .collect();
        self.whole.counts.documents = sources.iter().map(|source| source.documents).sum();
        self.whole.counts.topics = graph.vocabulary.topics.len();
        self.whole.counts.resources = graph.resources.len();
        self.whole.counts.index_bytes = index_bytes;
        Ok(Manifest::new(self.whole.counts, self.inputs.policy.excerpt_chars, sources))
    }
}

/// The context of the sections `ids` of `item`. Reads the neighbouring chapters and the file from `store`.
fn around<'i>(
    item: &Item,
    document: &Document,
    ids: &'i [SectionId],
    store: &Store,
) -> anyhow::Result<Around<'i>> {
    let source = &item.source.id.0;
    let ends = |neighbour: Option<&Neighbour>| match neighbour {
        Some(neighbour) => neighbour.ends(source, store),
        None => Ok(None),
    };
    let chapter = item.chapter.as_ref();
    let before = ends(chapter.and_then(|chapter| chapter.previous.as_ref()))?;
    let behind = ends(chapter.and_then(|chapter| chapter.next.as_ref()))?;
    let bytes = store.blob(&item.blob)?;
    let places: Vec<Address> = document.sections.iter().map(|section| section.address).collect();
    let markup = bytes.and_then(|bytes| markup::of_sections(&item.format, &bytes, &places));
    let markup = markup.unwrap_or_default();
    let (before, behind) = (before.map(|(_, last)| last), behind.map(|(first, _)| first));
    Ok(Around { ids, before, behind, markup })
}
