//! Replaces the content of an index by a restored one, as a whole.
//!
//! A restore prepares the new content in the folder [`preparing`]. [`commit`] renames this folder, and from then on the
//! restore counts. [`finish`] then moves the parts into place, `current` last. If the process is killed before the rename,
//! the index is as it was; if it is killed after it, the next process that takes the lock continues. Until `current` is
//! replaced, readers see the old generation.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::folders;
use crate::disk::{self, DiskError, DiskOperation};

/// The folder, in the index, with restored content that is complete.
const RESTORED: &str = "restored";
/// The writer's index.
const WRITER: &str = "building";
/// The store.
const STORE: &str = "library.db";
/// SQLite's files beside the store.
const LOGS: [&str; 2] = ["library.db-wal", "library.db-shm"];
/// The files beside the generations that a backup has, as far as the index has them: the record of runs, the id under which
/// the index publishes, what `cairn sources discover` knows, and the counted queries.
pub const BESIDE: [&str; 4] = ["runs.json", "publisher.json", "discover.json", "queries.json"];

/// The folder, in `index`, in which a restore prepares the new content, in the layout of an index.
pub fn preparing(index: &Path) -> PathBuf {
    index.join("restoring")
}

/// Makes the content of [`preparing`] that of `index`. The caller must hold the lock.
///
/// The content must have `current`, the generation that this names, and `library.db`, which must be closed. Everything is
/// synced before it counts. `Err` before that leaves the index as it was.
pub fn commit(index: &Path) -> anyhow::Result<()> {
    let from = preparing(index);
    if let Some(log) =
        LOGS.iter().find(|log| fs::metadata(from.join(log)).is_ok_and(|log| log.len() > 0))
    {
        bail!("{} is still in use", from.join(log).display());
    }
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry?;
        disk::sync(entry.path())
            .map_err(|cause| DiskError::new(DiskOperation::Write, entry.path(), cause))?;
    }
    rename(&from, &index.join(RESTORED))?;
    disk::sync(index)?;
    finish(index)
}

/// Moves restored content that counts into its place in `index`, and removes content that was not complete when a restore
/// was killed. Does nothing if there is none. The caller must hold the lock. May be killed at any instruction.
pub fn finish(index: &Path) -> anyhow::Result<()> {
    disk::remove_folder(&preparing(index))?;
    let from = index.join(RESTORED);
    if !disk::is_there(&from)? {
        return Ok(());
    }
    let current = disk::read(&from.join("current"))?;
    let number = String::from_utf8_lossy(&current)
        .trim()
        .parse()
        .context("the restored index names no generation")?;
    if disk::is_there(&from.join(STORE))? {
        // The log belongs to the old store; SQLite would apply it to the new one.
        for log in LOGS {
            remove(&index.join(log))?;
        }
        rename(&from.join(STORE), &index.join(STORE))?;
    }
    if disk::is_there(&from.join(WRITER))? {
        disk::remove_folder(&index.join(WRITER))?;
        rename(&from.join(WRITER), &index.join(WRITER))?;
    }
    let generation = folders::folder(&from, number);
    if disk::is_there(&generation)? {
        disk::create_folder(&index.join("generations"))?;
        folders::make_room(index, number)?;
        rename(&generation, &folders::folder(index, number))?;
    }
    for name in BESIDE {
        if disk::is_there(&from.join(name))? {
            rename(&from.join(name), &index.join(name))?;
        }
    }
    disk::sync(&index.join("generations"))?;
    folders::make_current(index, number)?;
    // A folder that is removed in part must not count.
    rename(&from, &preparing(index))?;
    disk::remove_folder(&preparing(index))?;
    folders::clean(index)
}

fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    fs::rename(from, to).map_err(|cause| DiskError::new(DiskOperation::Write, to, cause))
}

/// Removes the file `path`. `Ok` if it does not exist.
fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(DiskError::new(DiskOperation::Remove, path, cause))
        }
        _ => Ok(()),
    }
}
