//! Watches the catalogue's local folders, so that an edited note is found seconds later.
//!
//! A change only asks for a refresh of that source; what has changed, refresh sees for itself. Where
//! the system can't watch a folder (a network drive, too many watches), the schedule still reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use notify_debouncer_mini::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{Config, DebounceEventResult, Debouncer};

use super::State;
use super::schedule::Wanted;
use crate::catalogue::{self, Origin};
use crate::config::Sources;
use crate::crawl::folder::root_of;

/// How long a folder must be quiet before it is read.
const QUIET: Duration = Duration::from_secs(1);

/// The watches on the catalogue's folders.
pub(super) struct Watch {
    state: Arc<State>,
    watcher: Option<Debouncer<RecommendedWatcher>>,
    /// When the catalogue was written by which the folders are watched.
    seen: Option<SystemTime>,
}

impl Watch {
    /// Watches nothing yet.
    pub fn new(state: Arc<State>) -> Watch {
        Watch { state, watcher: None, seen: None }
    }

    /// Watches the folders of the catalogue as it is now. One `stat` where it is as it was.
    pub fn renew(&mut self) {
        let config = &self.state.config;
        let Sources::Disk(folder) = &config.sources else { return };
        if !self.state.refreshes {
            return;
        }
        let written = std::fs::metadata(folder.join("catalogue.toml"));
        let written = written.and_then(|metadata| metadata.modified()).ok();
        if written.is_none() || written == self.seen {
            return;
        }
        self.seen = written;
        // A catalogue with faults is the next refresh's to report.
        let Ok(catalogue) = catalogue::load(&config.sources) else { return };
        let mut folders = BTreeMap::new();
        for source in &catalogue.sources {
            if let Origin::Folder { path } = &source.origin
                && let Some(root) = root_of(&config.sources, path.as_ref())
                && let Ok(root) = root.canonicalize()
            {
                folders.insert(root, source.id.0.clone());
            }
        }
        self.watcher = watch(Arc::clone(&self.state), folders)
            .map_err(|error| tracing::warn!(%error, "local folders are read on schedule only"))
            .ok();
    }
}

/// Watches `folders`, and asks for a refresh of the source whose folder has changed.
fn watch(
    state: Arc<State>,
    folders: BTreeMap<PathBuf, String>,
) -> notify::Result<Debouncer<RecommendedWatcher>> {
    let roots: Vec<PathBuf> = folders.keys().cloned().collect();
    let hear = move |result: DebounceEventResult| {
        let Ok(events) = result else { return };
        let changed: BTreeSet<String> = folders
            .iter()
            .filter(|(root, _)| events.iter().any(|event| event.path.starts_with(root)))
            .map(|(_, id)| id.clone())
            .collect();
        if !changed.is_empty() {
            state.clock.ask_for(Wanted::Only(changed));
        }
    };
    let settings = Config::default()
        .with_timeout(QUIET)
        .with_notify_config(notify::Config::default().with_follow_symlinks(false));
    let mut debouncer = notify_debouncer_mini::new_debouncer_opt(settings, hear)?;
    for root in roots {
        if let Err(error) = debouncer.watcher().watch(&root, RecursiveMode::Recursive) {
            tracing::warn!(%error, folder = %root.display(), "is read on schedule only");
        }
    }
    Ok(debouncer)
}
