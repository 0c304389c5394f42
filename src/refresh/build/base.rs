//! What a new generation is based on: the previous generation and the writer's search index, if they are intact.
//!
//! Damaged files are never reused. Without an intact previous generation, everything is assembled from the store.
//! Without an intact writer's index, every section is indexed again.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use crate::disk;
use crate::generation::checksums::{self, Depth, Files};
use crate::generation::damage::Damage;
use crate::generation::folders;
use crate::generation::format::FORMAT;
use crate::generation::manifest::Manifest;
use crate::generation::open::{self, Generation};
use crate::problem::chain;
use crate::refresh::wanted::options::{Network, Options};
use crate::search::write::SearchIndexWriter;

/// The state of the index before a run assembles anything.
pub(in crate::refresh) struct Base {
    index: PathBuf,
    /// The manifest of the current generation, if it is intact and of this program's format.
    current: Option<Manifest>,
    /// Whether the writer's index was kept.
    has_writer: bool,
    /// The folders of earlier generations: the current one, then the others, newest first.
    pub before: Vec<PathBuf>,
    /// The checksums that may be carried over.
    pub files: Files,
    /// Damaged generations, to be removed after a new one is published.
    damaged: Vec<u64>,
}

/// How much a run with `options` checks. With `--full` or `--offline` it reads every file.
pub(in crate::refresh) fn depth(options: &Options) -> Depth {
    match options.network {
        Network::Full | Network::Offline => Depth::Deep,
        Network::Conditional | Network::FoldersOnly => Depth::Opening,
    }
}

impl Base {
    /// Checks the generations of `index` and the writer's index, and removes the latter if it is damaged.
    ///
    /// `Err` if this account has no permission to read them; they may be intact.
    pub fn look(index: &Path, depth: Depth) -> anyhow::Result<Base> {
        let named = sound(folders::current(index))?.flatten();
        let mut numbers = folders::numbers(index);
        numbers.sort_by_key(|number| (Some(*number) != named, Reverse(*number)));
        let mut damaged = Vec::new();
        let mut latest = None;
        if let Some((number, others)) = numbers.split_first() {
            latest = sound(whole(index, *number, depth))?;
            damaged.extend(latest.is_none().then_some(*number));
            if depth == Depth::Deep {
                let is_damaged = |number: &&u64| !open::examine(index, **number).is_empty();
                damaged.extend(others.iter().filter(is_damaged));
            }
        }
        let files = latest.as_ref().map(|manifest| manifest.files.clone()).unwrap_or_default();
        let is_current =
            |latest: &Manifest| Some(latest.generation) == named && latest.format == FORMAT;
        let mut base = Base {
            index: index.to_owned(),
            current: latest.filter(is_current),
            has_writer: false,
            before: numbers.iter().map(|number| folders::folder(index, *number)).collect(),
            files,
            damaged,
        };
        base.has_writer = base.keep_writer(depth)?;
        Ok(base)
    }

    /// Removes the writer's index unless the checksums of an intact generation confirm its files. Returns whether it is
    /// kept.
    fn keep_writer(&mut self, depth: Depth) -> anyhow::Result<bool> {
        let folder = self.index.join("building");
        if !folder.exists() {
            return Ok(false);
        }
        if !self.files.is_empty() && sound(self.examine_writer(&folder, depth))?.is_some() {
            return Ok(true);
        }
        tracing::info!(
            "the search index is rebuilt: nothing vouches for the one that was written last"
        );
        self.files = Files::new();
        disk::remove_folder(&folder)?;
        Ok(false)
    }

    /// Checks that the writer's index in `folder` opens, and that the files which it shares with the latest generation
    /// have their recorded checksums.
    fn examine_writer(&self, folder: &Path, depth: Depth) -> Result<(), Damage> {
        SearchIndexWriter::examine(folder)?;
        for (name, mark) in &self.files {
            let Some(own) = checksums::segment_file(name) else { continue };
            let path = folder.join(own);
            if !path.exists() {
                // The index does not need this file, or it would not have opened. A killed run may have replaced it.
                continue;
            }
            // If this is a hard link to the generation's file, its content was checked with the generation.
            let is_link =
                self.before.first().is_some_and(|before| is_same(&path, &before.join(name)));
            checksums::examine(&path, mark, if is_link { Depth::Opening } else { depth })?;
        }
        Ok(())
    }

    /// The current manifest, if it has this `fingerprint` and the writer's index was kept.
    pub fn unchanged(&self, fingerprint: &str) -> Option<&Manifest> {
        let current = self.current.as_ref().filter(|_| self.has_writer);
        current.filter(|manifest| manifest.fingerprint == fingerprint)
    }

    /// Removes the damaged generations except the current one.
    pub fn remove_damaged(&self) -> anyhow::Result<()> {
        let current = folders::current(&self.index).ok().flatten();
        for number in self.damaged.iter().filter(|number| Some(**number) != current) {
            disk::remove_folder(&folders::folder(&self.index, *number))?;
        }
        Ok(())
    }
}

/// The manifest of the generation `number`. `Err` if a check of this `depth` finds damage.
fn whole(index: &Path, number: u64, depth: Depth) -> Result<Manifest, Damage> {
    let manifest = Generation::open(index, number)?.manifest;
    match depth {
        Depth::Deep => open::examine(index, number).pop().map_or(Ok(manifest), Err),
        Depth::Opening => Ok(manifest),
    }
}

/// The value of `result`, or `None` if the files are damaged, which is logged. `Err` if this account has no permission
/// to read them.
fn sound<T>(result: Result<T, Damage>) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(damage) if damage.is_denied() => Err(anyhow::Error::new(damage)),
        Err(damage) => {
            let told = chain(&anyhow::Error::new(damage));
            tracing::warn!("{told}; it is rebuilt from what is stored");
            Ok(None)
        }
    }
}

/// Whether `one` and `other` are the same file under two names.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    place(one).is_some() && place(one) == place(other)
}

#[cfg(not(unix))]
fn is_same(_one: &Path, _other: &Path) -> bool {
    false
}
