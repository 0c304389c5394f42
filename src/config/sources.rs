//! Reads the data files from a folder on disk, or from the copy inside the program.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rust_embed::Embed;

use super::found::{ConfinedFolder, MOST_BYTES, is_short_file};
use crate::disk::{DiskError, DiskOperation};

/// The copy of the data files that was compiled into the program.
#[derive(Embed)]
#[folder = "sources/"]
struct CompiledSources;

/// The location of the data files that people edit: catalogue, policy, vocabulary, and notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataFiles {
    /// A folder on disk that the user named.
    Disk(PathBuf),
    /// A folder that Cairn found in the current folder `home`. Its files must not refer to anything outside `home`.
    Found { folder: PathBuf, home: ConfinedFolder },
    /// The copy inside the program.
    Compiled,
}

impl DataFiles {
    /// The folder, if the data files are on disk.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            DataFiles::Disk(folder) | DataFiles::Found { folder, .. } => Some(folder),
            DataFiles::Compiled => None,
        }
    }

    /// Whether `path` may be read. `path` is absolute or relative to the folder of the data files. If that folder was
    /// found, the path must not lead outside the current folder. Accesses the disk.
    pub fn allows(&self, path: &Path) -> bool {
        match self {
            DataFiles::Found { folder, home } => home.holds(&folder.join(path)),
            DataFiles::Disk(_) | DataFiles::Compiled => true,
        }
    }

    /// The path on disk of the file or folder `path`; `None` if the data files are the copy inside the program. `Err`
    /// if `path` must not be read.
    fn on_disk(&self, path: &str) -> anyhow::Result<Option<PathBuf>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        if !self.allows(Path::new(path)) {
            let name = self.name_of(path);
            bail!(
                "{name} leads out of the current folder, in which it was found; name it with --sources"
            );
        }
        Ok(Some(folder.join(path)))
    }

    /// The bytes of the file `path`, which is relative and `/`-separated; `None` if the file does not exist.
    ///
    /// Reads the file from disk, or copies it from the program. `Err` if the file exists but can't or must not be read.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(file) = self.on_disk(path)? else {
            return Ok(CompiledSources::get(path).map(|file| file.data.into_owned()));
        };
        if matches!(self, DataFiles::Found { .. }) && !is_short_file(&file) {
            bail!(
                "{} was found in the current folder and is not a file of at most {MOST_BYTES} bytes; remove it",
                self.name_of(path)
            );
        }
        match std::fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DiskError::new(DiskOperation::Read, &file, error).into()),
        }
    }

    /// The bytes of the file `path` in the copy inside the program, not copied; `None` if it does not exist.
    pub fn compiled(path: &str) -> Option<Cow<'static, [u8]>> {
        CompiledSources::get(path).map(|file| file.data)
    }

    /// The sorted names of the files directly in the folder `folder` whose names end in `ending`.
    pub fn list(&self, folder: &str, ending: &str) -> anyhow::Result<Vec<String>> {
        let mut names: Vec<String> = match self.on_disk(folder)? {
            Some(found) => match std::fs::read_dir(found) {
                Ok(entries) => {
                    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("cannot list {}", self.name_of(folder)));
                }
            },
            None => CompiledSources::iter()
                .filter_map(|path| {
                    let name = path.strip_prefix(folder)?.strip_prefix('/')?;
                    (!name.contains('/')).then(|| name.to_owned())
                })
                .collect(),
        };
        names.retain(|name| name.ends_with(ending));
        names.sort();
        Ok(names)
    }

    /// The path relative to `folder`, and the bytes, of each file below `folder` in the copy inside the program.
    pub fn compiled_below(folder: &str) -> Vec<(String, Vec<u8>)> {
        CompiledSources::iter()
            .filter_map(|path| {
                let inner = path.strip_prefix(folder)?.strip_prefix('/')?.to_owned();
                Some((inner, CompiledSources::get(&path)?.data.into_owned()))
            })
            .collect()
    }

    /// The name of the file `path` for messages.
    pub fn name_of(&self, path: &str) -> String {
        match self.folder() {
            Some(folder) => folder.join(path).display().to_string(),
            None => format!("(compiled in) sources/{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_in_the_program_contains_the_catalogue_and_the_notes() {
        assert!(DataFiles::Compiled.read("catalogue.toml").unwrap().is_some());
        assert!(DataFiles::Compiled.read("no-such-file").unwrap().is_none());
        let notes = DataFiles::Compiled.list("notes", ".md").unwrap();
        assert!(notes.contains(&"video-recommendation.md".to_owned()), "{notes:?}");
        assert_eq!(DataFiles::compiled_below("notes").len(), notes.len());
    }
}
