//! Opens a generation.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::bail;

use super::earlier::EarlierIds;
use super::papers::PaperIndex;
use crate::catalogue::Voices;
use crate::config::{Config, SearchEngine};
use crate::generation::books::GenerationBooks;
use crate::generation::damage::{IndexDamage, rebuild, shown};
use crate::generation::folders;
use crate::generation::manifest::{ClusterCopy, Manifest};
use crate::generation::open::{self, Generation};
use crate::generation::papers::GenerationPapers;
use crate::generation::texts::GenerationTexts;
use crate::graph::Graph;
use crate::meaning::MeaningTable;
use crate::search::cluster::Cluster;
use crate::search::{ClusterSections, Searcher};

/// An open generation. Its search index is memory-mapped, its graph is in memory.
pub struct Library {
    pub manifest: Manifest,
    pub graph: Graph,
    /// Which sources count as one voice.
    pub voices: Voices,
    pub(super) searcher: Searcher,
    /// arXiv's metadata of cited papers.
    pub(super) papers: GenerationPapers,
    /// The documents that may be shown in full.
    pub(super) texts: GenerationTexts,
    pub(super) books: GenerationBooks,
    /// The search index of the papers. It is built when it is first needed.
    pub(super) paper_index: OnceLock<PaperIndex>,
    /// The base URL of GitHub's web pages, not of its API.
    pub(super) web: String,
    /// The folder of the generation.
    pub(super) folder: PathBuf,
    pub(super) earlier_ids: EarlierIds,
}

impl Library {
    /// Opens the current generation of `config`'s index; `None` before the first refresh. Writes nothing.
    ///
    /// If `current` is missing or names no generation, opens the newest intact generation and logs a warning. `Err`
    /// with cause and remedy if there is no intact generation in this case, or if a file of the current generation is
    /// missing, damaged or unreadable.
    pub fn open(config: &Config) -> anyhow::Result<Option<Library>> {
        Library::open_with(config, cluster(config).as_ref())
    }

    /// Like [`Library::open`], with `cluster` as the client of the cluster that `config` names. So the client, with its
    /// connections and counts, can outlive a generation.
    pub(super) fn open_with(
        config: &Config,
        cluster: Option<&Arc<Cluster>>,
    ) -> anyhow::Result<Option<Library>> {
        // A refresh may replace and remove the generation while it is being opened. Then the new one is opened instead.
        for _ in 0..3 {
            let number = match folders::current(&config.index) {
                Ok(Some(number)) => number,
                Ok(None) => return Ok(None),
                Err(damage @ IndexDamage::Current { .. }) => {
                    let Some(library) = Library::open_intact(config, cluster) else {
                        return Err(Library::explain(config, damage));
                    };
                    let (remedy, number) = (rebuild(&config.index), library.manifest.generation);
                    tracing::warn!("{damage}; generation {number} is shown; {remedy}");
                    return Ok(Some(library));
                }
                Err(damage) => return Err(Library::explain(config, damage)),
            };
            match Library::open_number(config, number, cluster) {
                Err(damage) if folders::current(&config.index).ok().flatten() == Some(number) => {
                    return Err(Library::explain(config, damage));
                }
                Err(_) => {}
                Ok(library) => return Ok(Some(library)),
            }
        }
        bail!("{} changes faster than it can be opened", shown(&config.index))
    }

    /// Opens the newest intact generation; `None` if there is none. For use if the current generation is damaged.
    pub(super) fn open_intact(config: &Config, cluster: Option<&Arc<Cluster>>) -> Option<Library> {
        let generation = open::newest_intact(&config.index)?;
        Some(Library::of(config, generation, cluster))
    }

    fn open_number(
        config: &Config,
        number: u64,
        cluster: Option<&Arc<Cluster>>,
    ) -> Result<Library, IndexDamage> {
        Ok(Library::of(config, Generation::open(&config.index, number)?, cluster))
    }

    fn of(config: &Config, generation: Generation, cluster: Option<&Arc<Cluster>>) -> Library {
        let Generation { manifest, graph, searcher, papers, books, folder } = generation;
        let voices = manifest.voices();
        let searcher = match MeaningTable::load(&config.sources) {
            Ok(table) => searcher.with_table(Arc::new(table)),
            Err(error) => {
                tracing::warn!("{error:#}; searches use words only");
                searcher
            }
        };
        let searcher = match cluster {
            Some(cluster) => with_cluster(searcher, cluster, &manifest),
            None => searcher,
        };
        let (web, paper_index) = (config.github.web.clone(), OnceLock::new());
        let (texts, earlier_ids) = (GenerationTexts::of(&folder), EarlierIds::default());
        Library {
            manifest,
            graph,
            voices,
            searcher,
            papers,
            texts,
            books,
            paper_index,
            web,
            folder,
            earlier_ids,
        }
    }

    pub(super) fn explain(config: &Config, damage: IndexDamage) -> anyhow::Error {
        let remedy = damage.remedy(&config.index);
        let message = format!("{} can't be opened; {remedy}", shown(&config.index));
        anyhow::Error::new(damage).context(message)
    }
}

/// A client of the cluster that `config` names; `None` for the embedded engine. Sends nothing. If the client can't be
/// made, logs why.
pub(super) fn cluster(config: &Config) -> Option<Arc<Cluster>> {
    let SearchEngine::OpenSearch(settings) = &config.search.engine else { return None };
    match Cluster::new(settings) {
        Ok(cluster) => Some(Arc::new(cluster)),
        Err(fault) => {
            tracing::warn!("{fault}; the cluster is not used");
            None
        }
    }
}

/// `searcher` with the sections that `cluster` has of the generation with `manifest`. A generation that was made before
/// the cluster was set is searched by the embedded engine.
fn with_cluster(searcher: Searcher, cluster: &Arc<Cluster>, manifest: &Manifest) -> Searcher {
    let Some(ClusterCopy { index, .. }) = &manifest.cluster else { return searcher };
    let (index, generation) = (index.clone(), manifest.generation);
    searcher.with_cluster(ClusterSections::new(Arc::clone(cluster), index, generation))
}
