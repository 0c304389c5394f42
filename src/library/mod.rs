//! One open generation: everything that readers see.
//!
//! [`Library`] returns [`view`] objects, which are those of the API; `commands` and `serve` only format them.
//! [`Shelf`] holds the current generation of a server and replaces it as a whole after a refresh. A running request
//! keeps the generation that it started with.

mod answers;
mod audience;
mod cards;
pub mod deck;
pub mod discover;
mod guide;
pub mod markdown;
mod news;
mod rescue;
mod terms;
mod topics;
pub mod view;
mod ways;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, bail};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, NaiveDate, Utc};

use crate::catalogue::Voices;
use crate::config::Config;
use crate::generation::damage::{Damage, rebuild, shown};
use crate::generation::folders;
use crate::generation::format::FORMAT;
use crate::generation::manifest::Manifest;
use crate::generation::open::{self, Generation};
use crate::generation::runs::Standing;
use crate::graph::Graph;
use crate::problem::chain;
use crate::search::Searcher;

pub use answers::Spot;
pub use audience::Audience;
pub use cards::Deck;
pub use news::NewsRequest;
pub use rescue::Rescue;
pub use topics::ResourceRequest;

/// An open generation. Its search index is memory-mapped, its graph is in memory.
pub struct Library {
    pub manifest: Manifest,
    pub graph: Graph,
    /// Which sources count as one voice.
    pub voices: Voices,
    searcher: Searcher,
    /// GitHub's base URL for people.
    web: String,
    /// The folder of the generation.
    folder: PathBuf,
}

impl Library {
    /// Opens the current generation of `config`'s index; `None` before the first refresh. Writes nothing.
    ///
    /// If `current` is missing or names no generation, opens the newest intact one and logs a warning. `Err` with
    /// cause and remedy if a file is missing, damaged or unreadable.
    pub fn open(config: &Config) -> anyhow::Result<Option<Library>> {
        // The generation may be replaced and removed while it is being opened. Then the new one is opened.
        for _ in 0..3 {
            let number = match folders::current(&config.index) {
                Ok(Some(number)) => number,
                Ok(None) => return Ok(None),
                Err(damage @ Damage::Current { .. }) => {
                    let Some(library) = Library::open_intact(config) else {
                        return Err(Library::explain(config, damage));
                    };
                    let (remedy, number) = (rebuild(&config.index), library.manifest.generation);
                    tracing::warn!("{damage}; generation {number} is shown; {remedy}");
                    return Ok(Some(library));
                }
                Err(damage) => return Err(Library::explain(config, damage)),
            };
            match Library::open_number(config, number) {
                Err(damage) if folders::current(&config.index).ok().flatten() == Some(number) => {
                    return Err(Library::explain(config, damage));
                }
                Err(_) => {}
                Ok(library) => return Ok(Some(library)),
            }
        }
        bail!("{} changes faster than it can be opened", shown(&config.index))
    }

    /// Opens the newest intact generation, because the current one is damaged; `None` if there is none.
    fn open_intact(config: &Config) -> Option<Library> {
        open::newest_intact(&config.index).map(|generation| Library::of(config, generation))
    }

    fn open_number(config: &Config, number: u64) -> Result<Library, Damage> {
        Ok(Library::of(config, Generation::open(&config.index, number)?))
    }

    fn of(config: &Config, generation: Generation) -> Library {
        let Generation { manifest, graph, searcher, folder } = generation;
        let voices = manifest.voices();
        Library { manifest, graph, voices, searcher, web: config.github.web.clone(), folder }
    }

    fn explain(config: &Config, damage: Damage) -> anyhow::Error {
        let remedy = damage.remedy(&config.index);
        let message = format!("{} can't be opened; {remedy}", shown(&config.index));
        anyhow::Error::new(damage).context(message)
    }
}

/// The moment that `text` means, relative to `now`: a time ago such as "7d", a day, or an RFC 3339 timestamp.
///
/// `Err` lists the accepted forms.
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
        format!(
            "{text:?} is not a time; write a time ago such as \"7d\", or a day such as 2026-03-01"
        )
    })
}

/// The generation that a server shows: the current one, or the newest intact one.
pub struct Shelf {
    config: Config,
    shown: ArcSwapOption<Library>,
    /// Why the current generation is not shown.
    damage: ArcSwapOption<String>,
    /// When the last seen `current` was written; `None` inside if there was no such file.
    seen: Mutex<Option<Option<SystemTime>>>,
    /// The summary of the runs, and when the `runs.json` was written that it is based on.
    standing: Mutex<(Option<SystemTime>, Arc<Standing>)>,
}

impl Shelf {
    /// A shelf with the current generation of `config`'s index, or the newest intact one, if there is any.
    pub fn new(config: Config) -> Shelf {
        let shelf = Shelf {
            config,
            shown: ArcSwapOption::default(),
            damage: ArcSwapOption::default(),
            seen: Mutex::default(),
            standing: Mutex::default(),
        };
        shelf.renew();
        shelf
    }

    /// The open library.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.shown.load_full()
    }

    /// Why the current generation is not shown, if it can't be opened.
    pub fn damage(&self) -> Option<Arc<String>> {
        self.damage.load_full()
    }

    /// Whether a refresh should rebuild the index from the store: the current generation is damaged, or has the
    /// previous format.
    pub fn wants_rebuild(&self) -> bool {
        let is_old = |library: Arc<Library>| library.manifest.format != FORMAT;
        self.damage().is_some() || self.library().is_some_and(is_old)
    }

    /// The summary of the runs. One `stat` if no run has ended since the last call.
    pub fn standing(&self) -> Arc<Standing> {
        let mut known = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "runs.json");
        if changed.is_some() && changed != known.0 {
            *known = (changed, Arc::new(Standing::read(&self.config.index)));
        }
        Arc::clone(&known.1)
    }

    /// Opens the newest generation if `current` has changed. One `stat` if it has not.
    ///
    /// A generation that can't be opened is logged once, with the remedy. The open generation then stays; if there is
    /// none, the newest intact one is opened.
    pub fn renew(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "current");
        if *seen == Some(changed) {
            return;
        }
        *seen = Some(changed);
        match Library::open(&self.config) {
            Ok(Some(library)) => {
                tracing::info!(generation = library.manifest.generation, "opened");
                // In this order: a request that sees the new generation must not see the old error next to it.
                let damage = folders::current(&self.config.index).err();
                self.damage.store(
                    damage.map(|damage| Arc::new(chain(&Library::explain(&self.config, damage)))),
                );
                self.shown.store(Some(Arc::new(library)));
            }
            Ok(None) => {}
            Err(error) => self.fall_back(&error),
        }
    }

    fn fall_back(&self, error: &anyhow::Error) {
        let message = chain(error);
        if self.shown.load().is_none() {
            self.shown.store(Library::open_intact(&self.config).map(Arc::new));
        }
        match self.library() {
            Some(library) => {
                tracing::error!("{message}; generation {} is shown", library.manifest.generation);
            }
            None => tracing::error!("{message}; there is no other generation to show"),
        }
        self.damage.store(Some(Arc::new(message)));
    }
}

/// When the file `name` of the index was last replaced.
fn changed_at(config: &Config, name: &str) -> Option<SystemTime> {
    std::fs::metadata(config.index.join(name)).ok()?.modified().ok()
}
