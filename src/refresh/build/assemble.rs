//! Builds a generation from the store, if readers would see a difference.

use std::collections::HashMap;
use std::path::Path;

use super::base::BuildBase;
use super::builder::GenerationBuilder;
use super::engine::{self, EngineTarget};
use super::fingerprint::fingerprint;
use super::{budget, earlier, full, news};
use crate::annotate::resources::LinkFacts;
use crate::config::Config;
use crate::disk;
use crate::generation::checksums::{self, CheckDepth};
use crate::generation::folders;
use crate::generation::manifest::Manifest;
use crate::generation::news::ChangeCounts;
use crate::refresh::wanted::inputs::{RefreshInputs, by_preference};
use crate::refresh::wanted::options::{EngineRebuild, RefreshEvent, RefreshStop};
use crate::refresh::wanted::select::WantedItems;
use crate::search::write::SearchIndexWriter;
use crate::store::{SourceRow, Store};

/// What a generation is built from.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct BuildInput<'a> {
    pub config: &'a Config,
    pub inputs: &'a RefreshInputs,
    pub wanted: &'a WantedItems<'a>,
    /// How thoroughly the existing files are checked.
    pub depth: CheckDepth,
    pub stop: &'a RefreshStop,
    pub rebuild: EngineRebuild,
    /// The new generation gets a number above this one.
    pub above: u64,
    /// The bytes that the index took when the run began; 0 if there is no budget.
    pub bytes_before: u64,
}

/// The result of assembling.
pub(in crate::refresh) struct Assembled {
    pub manifest: Manifest,
    /// The number of the generation that was built; `None` if nothing had changed.
    pub made: Option<u64>,
    /// The number of sections that were indexed.
    pub indexed: usize,
    /// What changed for readers, by the ids of the sources.
    pub changes: HashMap<String, ChangeCounts>,
}

impl Assembled {
    /// If `second` built a new generation, takes over its manifest and generation number. The number of indexed
    /// sections and the changes stay as they are.
    pub fn follow(&mut self, second: Option<Assembled>) {
        if let Some(second) = second.filter(|second| second.made.is_some()) {
            (self.manifest, self.made) = (second.manifest, second.made);
        }
    }
}

/// Builds a generation of the wanted items of `store`, unless the current one is intact and has the same fingerprint.
/// `None` if the run was stopped. A failure leaves the generations as they were.
pub(in crate::refresh) fn assemble(
    input: BuildInput,
    store: &Store,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<Option<Assembled>> {
    if input.stop.is_cancelled() {
        return Ok(None);
    }
    let index = &input.config.index;
    let mut rows = HashMap::new();
    for source in &input.inputs.catalogue.sources {
        rows.insert(source.id.0.clone(), store.source(&source.id)?);
    }
    let facts = LinkFacts { dead: store.dead_links()?, papers: store.papers()? };
    let engine = engine::fingerprint(input.config);
    let fingerprint = fingerprint(input.inputs, &rows, input.wanted, &facts, &engine)?;
    let base = BuildBase::look(index, input.depth)?;
    let unchanged = base.unchanged(&fingerprint).filter(|current| {
        input.rebuild == EngineRebuild::IfNeeded && !engine::is_lacking(input.config, current)
    });
    if let Some(manifest) = unchanged.cloned() {
        base.remove_damaged()?;
        let changes = HashMap::new();
        return Ok(Some(Assembled { manifest, made: None, indexed: 0, changes }));
    }
    on_event(RefreshEvent::Building);
    let (building, number) = folders::begin(index, input.above)?;
    let new = NewGeneration { building: &building, number, fingerprint };
    build(input, store, &rows, facts, &base, new).map_err(|error| {
        let error = full::explain(error, index);
        // Unfinished files only take space. Failing to remove them must not hide the original error.
        let _ = disk::remove_folder(&building);
        let _ = SearchIndexWriter::open(&index.join("building"), None)
            .and_then(SearchIndexWriter::collect_garbage);
        error
    })
}

/// The generation that is to be built.
struct NewGeneration<'a> {
    building: &'a Path,
    number: u64,
    fingerprint: String,
}

/// Builds and publishes the generation `new`. `rows` are the sources' rows by id. `facts` contains the dead links and
/// the metadata of papers. `None` if the run was stopped.
fn build(
    input: BuildInput,
    store: &Store,
    rows: &HashMap<String, SourceRow>,
    facts: LinkFacts,
    base: &BuildBase,
    new: NewGeneration,
) -> anyhow::Result<Option<Assembled>> {
    let BuildInput { config, inputs, wanted, stop, .. } = input;
    let engine = EngineTarget::of(config, base.current(), input.rebuild, new.number)?;
    let engine = engine.as_ref();
    let mut builder =
        GenerationBuilder::new(config, inputs, &wanted.items, facts, base.sections(), engine)?;
    builder.report(&wanted.problems);
    builder.leave_out(&wanted.left_out);
    let mut next = 0;
    for source in by_preference(&inputs.catalogue) {
        let items = wanted.items[next..].iter();
        let end = next + items.take_while(|item| item.source.id == source.id).count();
        builder.source(source, next..end, store, stop)?;
        next = end;
        if stop.is_cancelled() {
            return Ok(None);
        }
    }
    let (indexed, contents) =
        (builder.index.indexed_sections, std::mem::take(&mut builder.contents));
    let previous = base.before.first().map(|previous| previous.folder.as_path());
    let intact = previous.filter(|_| !base.files.is_empty());
    let mut manifest = builder.finish(new.building, new.number, rows, store, intact)?;
    if stop.is_cancelled() {
        return Ok(None);
    }
    manifest.fingerprint = new.fingerprint;
    earlier::write(&contents, &base.before, &manifest, new.building)?;
    let changes = news::write(&contents, &base.before, &manifest, new.building)?;
    manifest.files = checksums::seal(new.building, &base.files, previous)?;
    manifest.write(&new.building.join("manifest.json"))?;
    budget::check(config, input.bytes_before, base, &manifest, new.building, store)?;
    let before = engine::named(&config.index);
    folders::publish(&config.index, new.building, new.number)?;
    base.remove_damaged()?;
    if let (Some(engine), Some(copy)) = (engine, &manifest.cluster) {
        engine.clean(&config.index, new.number, copy, &before);
    }
    Ok(Some(Assembled { indexed, manifest, made: Some(new.number), changes }))
}
