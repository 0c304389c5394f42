//! One opened generation: all that readers see.
//!
//! [`Library`] answers questions with [`view`] objects, which are the API's; `commands` and `serve`
//! only format them. [`Shelf`] holds the current generation for a server and swaps it whole when a
//! refresh has made another: a request goes on with the one that it began with.

mod answers;
mod cards;
pub mod deck;
mod guide;
pub mod markdown;
mod news;
mod rescue;
mod terms;
mod topics;
pub mod view;
mod ways;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, bail};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, NaiveDate, Utc};

use crate::config::Config;
use crate::generation::folders;
use crate::generation::manifest::{FORMAT, Manifest};
use crate::generation::runs::Standing;
use crate::graph::Graph;
use crate::search::{Copies, Searcher};

pub use cards::Deck;
pub use news::Asked;
pub use rescue::Rescue;
pub use topics::Wanted;

/// An opened generation. Its search index is mapped, its graph is in memory.
pub struct Library {
    pub manifest: Manifest,
    pub graph: Graph,
    searcher: Searcher,
    /// GitHub's address for people, where links begin.
    web: String,
    /// Where the generation is.
    folder: PathBuf,
}

impl Library {
    /// Opens the current generation of `config`'s index, or `None` before the first refresh.
    ///
    /// Reads `manifest.json`, `graph.bin` and `copies.bin`. `Err` if a file is missing, broken, or of
    /// another format.
    pub fn open(config: &Config) -> anyhow::Result<Option<Library>> {
        // The generation may be replaced and removed while it is being opened: then the next one is.
        for _ in 0..3 {
            let Some(number) = folders::current(&config.index) else { return Ok(None) };
            match Library::open_number(config, number) {
                Err(error) if folders::current(&config.index) == Some(number) => {
                    return Err(error);
                }
                Err(_) => {}
                Ok(library) => return Ok(Some(library)),
            }
        }
        bail!("the index {} changes faster than it can be opened", config.index.display())
    }

    fn open_number(config: &Config, number: u64) -> anyhow::Result<Library> {
        let folder = folders::folder(&config.index, number);
        let remedy = || {
            format!(
                "the index {} can't be read; `cairn refresh --offline` builds it anew from what is stored",
                config.index.display()
            )
        };
        let manifest = folders::manifest(&config.index, number).with_context(remedy)?;
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
        Ok(Library { manifest, graph, searcher, web: config.github.web.clone(), folder })
    }
}

/// The moment that `text` says, seen from `now`: a time ago such as "7d", a day, or an RFC 3339 time.
///
/// `Err` says what would have been understood.
pub fn since(text: &str, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(ago) = humantime::parse_duration(text) {
        let ago = chrono::Duration::from_std(ago).ok();
        if let Some(moment) = ago.and_then(|ago| now.checked_sub_signed(ago)) {
            return Ok(moment);
        }
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let midnight = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = midnight.map(|time| time.and_utc());
    moment.with_context(|| {
        format!("{text:?} is no time; write a time ago such as \"7d\", or a day such as 2026-03-01")
    })
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
    /// What the runs come to, and when the `runs.json` was written that told it.
    standing: Mutex<(Option<SystemTime>, Arc<Standing>)>,
}

impl Shelf {
    /// A shelf with the current generation of `config`'s index, if it has one.
    pub fn new(config: Config) -> anyhow::Result<Shelf> {
        let seen = Mutex::new(changed_at(&config, "current"));
        let library = Library::open(&config)?;
        let current = ArcSwapOption::from(library.map(Arc::new));
        Ok(Shelf { config, current, seen, standing: Mutex::default() })
    }

    /// The library as it is now.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.current.load_full()
    }

    /// What the runs come to. One `stat` where none has ended since it was last asked for.
    pub fn standing(&self) -> Arc<Standing> {
        let mut known = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "runs.json");
        if changed.is_some() && changed != known.0 {
            *known = (changed, Arc::new(Standing::read(&self.config.index)));
        }
        Arc::clone(&known.1)
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
