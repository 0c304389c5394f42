//! Opens a generation. Readers write nothing, so the index may be on read-only storage or belong to another account.

use std::path::{Path, PathBuf};

use super::books::GenerationBooks;
use super::checksums::{self, CheckDepth, SEARCH};
use super::copies;
use super::damage::IndexDamage;
use super::folders;
use super::manifest::Manifest;
use super::papers::{GenerationPapers, PAPERS};
use crate::disk::DiskError;
use crate::graph::Graph;
use crate::search::{IndexedSource, Searcher};

/// An opened generation. Its search index is memory-mapped; its graph is loaded into memory.
pub struct Generation {
    pub manifest: Manifest,
    pub graph: Graph,
    pub searcher: Searcher,
    pub papers: GenerationPapers,
    pub books: GenerationBooks,
    pub folder: PathBuf,
}

impl Generation {
    /// Opens the generation `number` of `index`.
    ///
    /// Checks the length of each file, and the checksum of each file that is not a segment of the search index.
    /// [`examine`] also checks the checksums of segments. If several files are damaged, `Err` names one of them.
    pub fn open(index: &Path, number: u64) -> Result<Generation, IndexDamage> {
        Generation::open_folder(folders::folder(index, number))
    }

    /// Opens the generation in `folder`, which may not be published yet. Checks the same as [`Generation::open`].
    pub(crate) fn open_folder(folder: PathBuf) -> Result<Generation, IndexDamage> {
        let manifest = Manifest::read(&folder.join("manifest.json"))?;
        if let Some(damage) = checksums::damage(&folder, &manifest.files, CheckDepth::Opening).pop()
        {
            return Err(damage);
        }
        let graph = Graph::read(&folder.join("graph.bin"))?;
        let copies = copies::read(&folder.join("copies.bin"), manifest.format)?;
        let papers = GenerationPapers::read(&folder.join(PAPERS))?;
        let books = GenerationBooks::read(&folder)?;
        let sources = manifest
            .sources
            .iter()
            .map(|source| IndexedSource {
                id: source.id.clone(),
                licence: source.licence.clone(),
                fork_of: source.fork_of.clone(),
                names: source.names.clone(),
            })
            .collect();
        let searcher = Searcher::open(&folder.join(SEARCH), copies, &graph.vocabulary, sources)?;
        Ok(Generation { manifest, graph, searcher, papers, books, folder })
    }
}

/// The newest generation of `index` that can be opened; `None` if there is none. Readers use it if `current` is not
/// valid.
pub fn newest_intact(index: &Path) -> Option<Generation> {
    let numbers = folders::numbers(index).into_iter().rev();
    numbers.filter_map(|number| Generation::open(index, number).ok()).next()
}

/// If `current` is missing or names no generation, makes it name the newest intact generation. Readers already use that
/// generation in this case. Does nothing if there is no intact generation. The caller must hold the lock.
pub(crate) fn restore_current(index: &Path) -> Result<(), DiskError> {
    let Err(damage @ IndexDamage::Current { .. }) = folders::current(index) else { return Ok(()) };
    let Some(newest) = newest_intact(index) else { return Ok(()) };
    let number = newest.manifest.generation;
    tracing::warn!("{damage}; it names generation {number} again, the newest that is intact");
    folders::make_current(index, number)
}

/// The damage of all files of the generation `number`; empty if it is intact. Reads all files.
pub fn examine(index: &Path, number: u64) -> Vec<IndexDamage> {
    match folders::manifest(index, number) {
        Ok(manifest) => {
            checksums::damage(&folders::folder(index, number), &manifest.files, CheckDepth::Deep)
        }
        Err(damage) => vec![damage],
    }
}
