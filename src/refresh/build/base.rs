//! What a new generation is based on: the previous generation and the writer's search index, if they are intact.
//!
//! Damaged files are never reused. Without an intact previous generation, everything is assembled from the store.
//! Without an intact writer's index, every section is indexed again.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use super::previous::PreviousGeneration;
use crate::disk;
use crate::generation::checksums::{self, CheckDepth, FileMarks};
use crate::generation::damage::IndexDamage;
use crate::generation::folders;
use crate::generation::format::FORMAT;
use crate::generation::manifest::Manifest;
use crate::generation::open::{self, Generation};
use crate::problem::chain;
use crate::refresh::wanted::options::{FetchMode, RefreshOptions};
use crate::search::write::SearchIndexWriter;

/// The state of the index before a run assembles anything.
pub(in crate::refresh) struct BuildBase {
    index: PathBuf,
    /// The manifest of the current generation, if it is intact and of this program's format.
    current: Option<Manifest>,
    /// Whether there is an intact writer's index.
    has_writer: bool,
    /// The earlier generations: the current one, then the others, newest first.
    pub before: Vec<PreviousGeneration>,
    /// The checksums of the files of the first one in `before`. The new generation reuses them for the files that it
    /// shares with that generation. Empty if none may be reused.
    pub files: FileMarks,
    /// Damaged generations, to be removed after a new one is published.
    damaged: Vec<u64>,
}

/// How thoroughly a run with `options` checks the existing files. With `--full` or `--offline`, it reads every file
/// completely.
pub(in crate::refresh) fn depth(options: &RefreshOptions) -> CheckDepth {
    match options.network {
        FetchMode::Full | FetchMode::Offline => CheckDepth::Deep,
        FetchMode::Conditional | FetchMode::FoldersOnly => CheckDepth::Opening,
    }
}

impl BuildBase {
    /// Checks the current generation of `index` and the writer's index, and at [`CheckDepth::Deep`] also the other
    /// generations. Without a valid `current`, the newest generation is checked as the current one. Removes the
    /// writer's index if it is damaged.
    ///
    /// `Err` if this account has no permission to read the files. In this case they may be intact, so nothing is
    /// removed.
    pub fn look(index: &Path, depth: CheckDepth) -> anyhow::Result<BuildBase> {
        let named = intact(folders::current(index))?.flatten();
        let mut numbers = folders::numbers(index);
        numbers.sort_by_key(|number| (Some(*number) != named, Reverse(*number)));
        let mut damaged = Vec::new();
        let mut latest = None;
        if let Some((number, others)) = numbers.split_first() {
            latest = intact(read_intact(index, *number, depth))?;
            damaged.extend(latest.is_none().then_some(*number));
            if depth == CheckDepth::Deep {
                let is_damaged = |number: &&u64| !open::examine(index, **number).is_empty();
                damaged.extend(others.iter().filter(is_damaged));
            }
        }
        let files = latest.as_ref().map(|manifest| manifest.files.clone()).unwrap_or_default();
        let is_current =
            |latest: &Manifest| Some(latest.generation) == named && latest.format == FORMAT;
        let mut base = BuildBase {
            index: index.to_owned(),
            current: latest.filter(is_current),
            has_writer: false,
            before: numbers
                .iter()
                .map(|number| PreviousGeneration::new(folders::folder(index, *number)))
                .collect(),
            files,
            damaged,
        };
        base.has_writer = base.keep_writer(depth)?;
        Ok(base)
    }

    /// Removes the writer's index unless the checksums of an intact generation confirm its files. Returns whether it is
    /// kept.
    fn keep_writer(&mut self, depth: CheckDepth) -> anyhow::Result<bool> {
        let folder = self.index.join("building");
        if !folder.exists() {
            return Ok(false);
        }
        if !self.files.is_empty() && intact(self.examine_writer(&folder, depth))?.is_some() {
            return Ok(true);
        }
        tracing::info!("the search index is rebuilt: no intact generation confirms its files");
        self.files = FileMarks::new();
        disk::remove_folder(&folder)?;
        Ok(false)
    }

    /// Checks that the writer's index in `folder` opens, and that the files which it shares with the latest generation
    /// have their recorded checksums.
    fn examine_writer(&self, folder: &Path, depth: CheckDepth) -> Result<(), IndexDamage> {
        SearchIndexWriter::examine(folder)?;
        for (name, mark) in &self.files {
            let Some(own) = checksums::segment_file(name) else { continue };
            let path = folder.join(own);
            if !path.exists() {
                // The index does not need this file, or it would not have opened. A killed run may have replaced it.
                continue;
            }
            // If this is a hard link to the generation's file, its content was checked with the generation.
            let is_link = self
                .before
                .first()
                .is_some_and(|before| disk::is_same(&path, &before.folder.join(name)));
            checksums::examine(&path, mark, if is_link { CheckDepth::Opening } else { depth })?;
        }
        Ok(())
    }

    /// The manifest of the current generation and its folder, if it is intact.
    pub fn current(&self) -> Option<(&Manifest, &Path)> {
        let manifest = self.current.as_ref()?;
        let before = self.before.first()?;
        Some((manifest, before.folder.as_path()))
    }

    /// The number of sections of the current generation; 0 if it is damaged.
    pub fn sections(&self) -> usize {
        self.current.as_ref().map_or(0, |manifest| manifest.counts.sections)
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

/// The manifest of the generation `number`. `Err` if a check of this `depth` finds damage. Decodes no other file,
/// unless `depth` is deep: the checksums confirm them.
fn read_intact(index: &Path, number: u64, depth: CheckDepth) -> Result<Manifest, IndexDamage> {
    match depth {
        CheckDepth::Deep => {
            let manifest = Generation::open(index, number)?.manifest;
            open::examine(index, number).pop().map_or(Ok(manifest), Err)
        }
        CheckDepth::Opening => {
            let manifest = folders::manifest(index, number)?;
            let folder = folders::folder(index, number);
            checksums::damage(&folder, &manifest.files, depth).pop().map_or(Ok(manifest), Err)
        }
    }
}

/// The value of `result`. If the files are damaged, logs a warning and returns `None`. `Err` if this account has no
/// permission to read the files.
fn intact<T>(result: Result<T, IndexDamage>) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(damage) if damage.is_denied() => Err(anyhow::Error::new(damage)),
        Err(damage) => {
            let message = chain(&anyhow::Error::new(damage));
            tracing::warn!("{message}; it is rebuilt from the store");
            Ok(None)
        }
    }
}
