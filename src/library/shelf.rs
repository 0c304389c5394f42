//! The generation that a server shows. It is replaced when a refresh has built a new one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use super::Library;
use super::open;
use crate::config::Config;
use crate::generation::damage::IndexDamage;
use crate::generation::folders;
use crate::generation::format::{FORMAT, OLDEST};
use crate::generation::runs::LatestResults;
use crate::problem::chain;
use crate::search::cluster::Cluster;

/// The generation that a server shows: the current one, or the newest intact one.
pub struct Shelf {
    config: Config,
    /// The client of the cluster, which all generations share; `None` for the embedded engine.
    cluster: Option<Arc<Cluster>>,
    shown: ArcSwapOption<Library>,
    /// Why the current generation is not shown; `None` if it is shown.
    damage: ArcSwapOption<String>,
    /// Whether the reason is that an older version of Cairn wrote it.
    outdated: AtomicBool,
    /// The modification time of the file `current` at the last call of `renew`. The outer `None` means that `renew` was
    /// not called yet. The inner `None` means that there was no such file.
    seen: Mutex<Option<Option<SystemTime>>>,
    /// The latest results of the runs, and the modification time of the `runs.json` that they were read from.
    standing: Mutex<(Option<SystemTime>, Arc<LatestResults>)>,
}

impl Shelf {
    /// A shelf with the current generation of `config`'s index, or the newest intact one, if there is any.
    pub fn new(config: Config) -> Shelf {
        let shelf = Shelf {
            cluster: open::cluster(&config),
            config,
            shown: ArcSwapOption::default(),
            damage: ArcSwapOption::default(),
            outdated: AtomicBool::new(false),
            seen: Mutex::default(),
            standing: Mutex::default(),
        };
        shelf.renew();
        shelf
    }

    /// The library that is shown; `None` if no generation is open.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.shown.load_full()
    }

    /// The client of the cluster, whether the shown generation uses it or not; `None` for the embedded engine.
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        self.cluster.as_ref()
    }

    /// Why the current generation is not shown, if it can't be opened.
    pub fn damage(&self) -> Option<Arc<String>> {
        self.damage.load_full()
    }

    /// Whether the current generation is not shown because an older version of Cairn wrote it.
    pub fn is_outdated(&self) -> bool {
        self.damage.load().is_some() && self.outdated.load(Ordering::Relaxed)
    }

    /// Whether a refresh should rebuild the index from the store: the current generation is damaged, or has the
    /// previous format.
    pub fn wants_rebuild(&self) -> bool {
        let is_old = |library: Arc<Library>| library.manifest.format != FORMAT;
        self.damage().is_some() || self.library().is_some_and(is_old)
    }

    /// The latest results of the runs. Costs one `stat` if no run has ended since the last call.
    pub fn standing(&self) -> Arc<LatestResults> {
        let mut known = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "runs.json");
        if changed.is_some() && changed != known.0 {
            *known = (changed, Arc::new(LatestResults::read(&self.config.index)));
        }
        Arc::clone(&known.1)
    }

    /// Opens the current generation if the file `current` has changed. Costs one `stat` if it has not.
    ///
    /// If the current generation can't be opened, logs this once, with the remedy, and keeps the generation that is
    /// open. If none is open, or if `current` is missing or names no generation, opens the newest intact one.
    pub fn renew(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed_at(&self.config, "current");
        if *seen == Some(changed) {
            return;
        }
        *seen = Some(changed);
        match Library::open_with(&self.config, self.cluster.as_ref()) {
            Ok(Some(library)) => {
                tracing::info!(generation = library.manifest.generation, "opened");
                // Builds the index of papers here, so that no request waits for it.
                library.paper_index();
                // The damage is replaced before the library, so that no request sees the new generation with the old
                // damage.
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
        let is_older = |cause: &(dyn std::error::Error + 'static)| matches!(cause.downcast_ref(), Some(IndexDamage::Format { format, .. }) if *format < OLDEST);
        self.outdated.store(error.chain().any(is_older), Ordering::Relaxed);
        if self.shown.load().is_none() {
            let intact = Library::open_intact(&self.config, self.cluster.as_ref());
            self.shown.store(intact.map(Arc::new));
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

/// When the file `name` of the index was last replaced; `None` if there is no such file.
fn changed_at(config: &Config, name: &str) -> Option<SystemTime> {
    std::fs::metadata(config.index.join(name)).ok()?.modified().ok()
}
