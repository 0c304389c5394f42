//! Where the data files are read from: a folder on disk, or the copy inside the program.

use std::path::PathBuf;

use anyhow::Context;
use rust_embed::Embed;

/// The data files as they were when the program was built.
#[derive(Embed)]
#[folder = "sources/"]
struct CompiledSources;

/// The data files that people edit: catalogue, policy, vocabulary, own notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sources {
    /// A folder on disk.
    Disk(PathBuf),
    /// The copy inside the program.
    Compiled,
}

impl Sources {
    /// The bytes of the file `path` (relative, `/`-separated), or `None` where there is none.
    ///
    /// Reads one file from disk, or copies it out of the program. `Err` if the file is there but
    /// can't be read.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Sources::Disk(folder) => match std::fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => {
                    Err(error).with_context(|| format!("cannot read {}", self.name_of(path)))
                }
            },
            Sources::Compiled => Ok(CompiledSources::get(path).map(|file| file.data.into_owned())),
        }
    }

    /// The names of the files directly in the folder `folder` that end in `ending`, sorted.
    pub fn list(&self, folder: &str, ending: &str) -> anyhow::Result<Vec<String>> {
        let mut names: Vec<String> = match self {
            Sources::Disk(root) => match std::fs::read_dir(root.join(folder)) {
                Ok(entries) => {
                    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("cannot list {}", self.name_of(folder)));
                }
            },
            Sources::Compiled => CompiledSources::iter()
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

    /// All files below `folder` of the copy inside the program, as (path below it, bytes).
    pub fn compiled_below(folder: &str) -> Vec<(String, Vec<u8>)> {
        CompiledSources::iter()
            .filter_map(|path| {
                let inner = path.strip_prefix(folder)?.strip_prefix('/')?.to_owned();
                Some((inner, CompiledSources::get(&path)?.data.into_owned()))
            })
            .collect()
    }

    /// How messages name the file `path`.
    pub fn name_of(&self, path: &str) -> String {
        match self {
            Sources::Disk(folder) => folder.join(path).display().to_string(),
            Sources::Compiled => format!("(compiled in) sources/{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_sources_hold_the_catalogue_and_the_notes() {
        assert!(Sources::Compiled.read("catalogue.toml").unwrap().is_some());
        assert!(Sources::Compiled.read("no-such-file").unwrap().is_none());
        let notes = Sources::Compiled.list("notes", ".md").unwrap();
        assert!(notes.contains(&"video-recommendation.md".to_owned()), "{notes:?}");
        assert_eq!(Sources::compiled_below("notes").len(), notes.len());
    }
}
