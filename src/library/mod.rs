//! One opened generation: all that readers see.
//!
//! [`Library`] answers questions with [`view`] objects, which are the API's; `commands` and `serve`
//! only format them. [`Shelf`] holds the current generation for a server and swaps it whole when a
//! refresh has made another: a request goes on with the one that it began with.

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

/// An opened generation. Its search index is mapped, its graph is in memory.
pub struct Library {
    pub manifest: Manifest,
    pub graph: Graph,
    /// Which sources count as one.
    pub voices: Voices,
    searcher: Searcher,
    /// GitHub's address for people, where links begin.
    web: String,
    /// Where the generation is.
    folder: PathBuf,
}

impl Library {
    /// Opens the current generation of `config`'s index, or `None` before the first refresh. Writes nothing.
    ///
    /// Where `current` is missing or names no generation, that is the newest intact one, with a warning. `Err` with what is wrong and what to do if a file is missing or damaged, or may not be read.
    pub fn open(config: &Config) -> anyhow::Result<Option<Library>> {
        // The generation may be replaced and removed while it is being opened: then the next one is.
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

    /// Opens the newest intact generation, for when the current one is damaged; `None` if there is none.
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
        let told = format!("{} can't be opened; {remedy}", shown(&config.index));
        anyhow::Error::new(damage).context(told)
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

/// The generation that a server shows: the current one, or the newest that is whole.
pub struct Shelf {
    config: Config,
    shown: ArcSwapOption<Library>,
    /// Why the current generation is not shown.
    damage: ArcSwapOption<String>,
    /// When `current` was written that was last looked at; `None` inside if there was none.
    seen: Mutex<Option<Option<SystemTime>>>,
    /// What the runs come to, and when the `runs.json` was written that told it.
    standing: Mutex<(Option<SystemTime>, Arc<Standing>)>,
}

impl Shelf {
    /// A shelf with the current generation of `config`'s index, or the newest that is whole, if it has one.
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

    /// The library as it is now.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.shown.load_full()
    }

    /// Why the current generation is not shown, if it can't be opened.
    pub fn damage(&self) -> Option<Arc<String>> {
        self.damage.load_full()
    }

    /// Whether a refresh would make of what is stored what this program wants to read: the current generation
    /// is damaged, or of the previous format.
    pub fn wants_rebuild(&self) -> bool {
        let is_old = |library: Arc<Library>| library.manifest.format != FORMAT;
        self.damage().is_some() || self.library().is_some_and(is_old)
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
    /// What can't be opened is logged once, with what to do; what is shown then stays, or is the newest
    /// generation that is whole.
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
                // In this order: whoever sees the new generation sees no old complaint beside it.
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
        let told = chain(error);
        if self.shown.load().is_none() {
            self.shown.store(Library::open_intact(&self.config).map(Arc::new));
        }
        match self.library() {
            Some(library) => {
                tracing::error!("{told}; generation {} is shown", library.manifest.generation);
            }
            None => tracing::error!("{told}; there is no other generation to show"),
        }
        self.damage.store(Some(Arc::new(told)));
    }
}

/// When the file `name` of the index was last replaced.
fn changed_at(config: &Config, name: &str) -> Option<SystemTime> {
    std::fs::metadata(config.index.join(name)).ok()?.modified().ok()
}
