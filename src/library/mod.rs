//! One opened generation: all that readers see.
//!
//! [`Library`] answers questions with [`view`] objects, which are the API's; `commands` and `serve`
//! only format them. [`Shelf`] holds the current generation for a server and swaps it whole when a
//! refresh has made another: a request goes on with the one that it began with.

mod answers;
mod topics;
pub mod view;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, bail};
use arc_swap::ArcSwapOption;

use crate::config::Config;
use crate::graph::Graph;
use crate::refresh::manifest::{FORMAT, Manifest};
use crate::refresh::{Run, generation, runs};
use crate::search::{Copies, Searcher};

/// An opened generation. Its search index is mapped, its graph is in memory.
pub struct Library {
    pub manifest: Manifest,
    pub graph: Graph,
    searcher: Searcher,
    /// GitHub's address for people, where links begin.
    web: String,
}

impl Library {
    /// Opens the current generation of `config`'s index, or `None` before the first refresh.
    ///
    /// Reads `manifest.json`, `graph.bin` and `copies.bin`. `Err` if a file is missing, broken, or of
    /// another format.
    pub fn open(config: &Config) -> anyhow::Result<Option<Library>> {
        // The generation may be replaced and removed while it is being opened: then the next one is.
        for _ in 0..3 {
            let Some(number) = generation::current(&config.index) else { return Ok(None) };
            match Library::open_number(config, number) {
                Err(error) if generation::current(&config.index) == Some(number) => {
                    return Err(error);
                }
                Err(_) => {}
                Ok(library) => return Ok(Some(library)),
            }
        }
        bail!("the index {} changes faster than it can be opened", config.index.display())
    }

    fn open_number(config: &Config, number: u64) -> anyhow::Result<Library> {
        let folder = generation::folder(&config.index, number);
        let remedy = || {
            format!(
                "the index {} can't be read; `cairn refresh --offline` builds it anew from what is stored",
                config.index.display()
            )
        };
        let manifest = generation::manifest(&config.index, number).with_context(remedy)?;
        if manifest.format != FORMAT {
            bail!(
                "generation {number} is of format {}, this program reads {FORMAT}; `cairn refresh --offline` builds it anew from what is stored",
                manifest.format
            );
        }
        let graph = Graph::read(&folder.join("graph.bin")).with_context(remedy)?;
        let copies = read_copies(&folder.join("copies.bin")).with_context(remedy)?;
        let sources = manifest
            .sources
            .iter()
            .map(|source| (source.id.clone(), source.licence.clone()))
            .collect();
        let searcher = Searcher::open(&folder.join("search"), copies, &graph.vocabulary, sources)
            .with_context(remedy)?;
        Ok(Library { manifest, graph, searcher, web: config.github.web.clone() })
    }
}

fn read_copies(path: &Path) -> anyhow::Result<Copies> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    postcard::from_bytes(&bytes).with_context(|| format!("cannot decode {}", path.display()))
}

/// The current generation of a server.
pub struct Shelf {
    config: Config,
    current: ArcSwapOption<Library>,
    /// When `current` was written that the library was opened by.
    seen: Mutex<Option<SystemTime>>,
    /// The newest run, and when the `runs.json` was written that told it.
    last_run: Mutex<(Option<SystemTime>, Option<Run>)>,
}

impl Shelf {
    /// A shelf with the current generation of `config`'s index, if it has one.
    pub fn new(config: Config) -> anyhow::Result<Shelf> {
        let seen = Mutex::new(changed_at(&config, "current"));
        let library = Library::open(&config)?;
        let current = ArcSwapOption::from(library.map(Arc::new));
        Ok(Shelf { config, current, seen, last_run: Mutex::default() })
    }

    /// The library as it is now.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.current.load_full()
    }

    /// The newest run. One `stat` where no other has ended since it was last asked for.
    pub fn last_run(&self) -> Option<Run> {
        let mut known = self.last_run.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "runs.json");
        if changed.is_some() && changed != known.0 {
            *known = (changed, runs::read(&self.config.index).into_iter().next());
        }
        known.1.clone()
    }

    /// Opens the newest generation if `current` was written since. One `stat` where it was not.
    ///
    /// A generation that can't be opened is logged once, and the one before stays.
    pub fn renew(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "current");
        if changed == *seen {
            return;
        }
        *seen = changed;
        match Library::open(&self.config) {
            Ok(Some(library)) => {
                tracing::info!(generation = library.manifest.generation, "opened");
                self.current.store(Some(Arc::new(library)));
            }
            Ok(None) => {}
            Err(error) => tracing::error!("the new generation can't be opened: {error:#}"),
        }
    }
}

/// When the file `name` of the index was last replaced.
fn changed_at(config: &Config, name: &str) -> Option<SystemTime> {
    std::fs::metadata(config.index.join(name)).ok()?.modified().ok()
}
