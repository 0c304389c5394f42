//! The generation that a server shows, swapped when a refresh has made another.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use super::Library;
use crate::config::Config;
use crate::generation::folders;
use crate::generation::format::FORMAT;
use crate::generation::runs::Standing;
use crate::problem::chain;

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
