//! Watches the local folders of the catalogue, so that an edited note can be found within seconds.
//!
//! A change in a folder only requests a refresh of its source; the refresh finds out what has changed. Changes in the
//! index folder are ignored, because each refresh writes there. Folders that the system can't watch (a network drive,
//! too many watches) are still read on schedule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::clock::RunScope;
use super::state::{RefreshPolicy, ServerState};
use crate::catalogue::{self, Origin};
use crate::crawl::folder::{canonical, opened, root_of};

/// How long a folder must be unchanged before it is read.
const QUIET: Duration = Duration::from_secs(1);

/// The ids of the sources whose folders have changed, and when each of them last changed.
type ChangedFolders = Arc<Mutex<BTreeMap<String, Instant>>>;

/// The watches on the catalogue's folders.
pub(super) struct FolderWatch {
    state: Arc<ServerState>,
    watcher: Option<RecommendedWatcher>,
    changed: ChangedFolders,
    /// The modification time of `catalogue.toml` when the watches were last updated.
    seen: Option<SystemTime>,
}

impl FolderWatch {
    /// Watches nothing until [`FolderWatch::renew`] is called.
    pub fn new(state: Arc<ServerState>) -> FolderWatch {
        FolderWatch { state, watcher: None, changed: ChangedFolders::default(), seen: None }
    }

    /// Requests a refresh of the sources whose folders have changed and have then been unchanged for [`QUIET`].
    pub fn ask(&self) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = changed.extract_if(.., |_, at| at.elapsed() >= QUIET);
        let quiet: BTreeSet<String> = quiet.map(|(id, _)| id).collect();
        if !quiet.is_empty() {
            self.state.clock.ask_for(RunScope::Only(quiet));
        }
    }

    /// Updates the watches if the catalogue has changed. If it has not, this costs one `stat`.
    pub fn renew(&mut self) {
        let config = &self.state.config;
        let Some(folder) = config.sources.folder() else { return };
        if self.state.refreshing == RefreshPolicy::Never {
            return;
        }
        let written = std::fs::metadata(folder.join("catalogue.toml"));
        let written = written.and_then(|metadata| metadata.modified()).ok();
        if written.is_none() || written == self.seen {
            return;
        }
        self.seen = written;
        // A catalogue with faults is ignored here: the next refresh reports the faults.
        let Ok(catalogue) = catalogue::load(&config.sources) else { return };
        let index = canonical(&config.index);
        let mut folders = BTreeMap::new();
        for source in &catalogue.sources {
            if let Origin::Folder { path } = &source.origin
                && let Some(root) = root_of(&config.sources, source.list, path.as_ref())
                && let Ok(root) = opened(&root, &index)
            {
                folders.insert(root, source.id.0.clone());
            }
        }
        // Every folder counts as changed once, so that changes from before the watch began are found.
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.extend(folders.values().map(|id| (id.clone(), Instant::now())));
        drop(changed);
        self.watcher = watch(Arc::clone(&self.changed), folders, index)
            .map_err(|error| tracing::warn!(%error, "local folders can't be watched; they are read on schedule only"))
            .ok();
    }
}

/// Watches `folders` and records in `changed` which of them change outside the folder `index`.
fn watch(
    changed: ChangedFolders,
    folders: BTreeMap<PathBuf, String>,
    index: PathBuf,
) -> notify::Result<RecommendedWatcher> {
    let roots: Vec<PathBuf> = folders.keys().cloned().collect();
    let on_event = move |result: notify::Result<Event>| {
        let Ok(event) = result else { return };
        // Refreshes read the folder, which is not a change.
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let is_below = |root: &PathBuf| {
            event.paths.iter().any(|path| path.starts_with(root) && !path.starts_with(&index))
        };
        let mut changed = changed.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, id) in folders.iter().filter(|(root, _)| is_below(root)) {
            changed.insert(id.clone(), Instant::now());
        }
    };
    let settings = Config::default().with_follow_symlinks(false);
    let mut watcher = RecommendedWatcher::new(on_event, settings)?;
    for root in roots {
        if let Err(error) = watcher.watch(&root, RecursiveMode::Recursive) {
            tracing::warn!(%error, folder = %root.display(), "this folder can't be watched; it is read on schedule only");
        }
    }
    Ok(watcher)
}
