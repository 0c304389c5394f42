//! Where the index and the data files are, and whether the user named them or Cairn found them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::file::{self, FileSettings};
use super::found::{ConfinedFolder, PathTrust, UntrustedPath};
use super::sources::DataFiles;
use super::user_folders::{self, own_folder};
use crate::disk::{DiskError, DiskOperation};

/// The paths on the command line. If a path is `None`, the environment, the configuration file or the default is used.
#[derive(Clone, Debug, Default)]
pub struct ConfigOverrides {
    pub config: Option<PathBuf>,
    pub index: Option<PathBuf>,
    pub sources: Option<PathBuf>,
}

/// The paths of the index and the data files, and whether the user named the index or Cairn found it.
pub(super) struct ConfigPaths {
    pub index: PathBuf,
    pub index_trust: PathTrust,
    pub sources: DataFiles,
}

/// Determines the paths. Each path comes from the command line, else from the configuration files, else from the
/// current folder if that is a checkout. Else, the index is in the platform's data folder, and the data files are the
/// user's own, if there is a catalogue, or else the copy inside the program.
pub(super) fn paths(
    overrides: &ConfigOverrides,
    settings: &FileSettings,
    home: &ConfinedFolder,
) -> anyhow::Result<ConfigPaths> {
    let own = own_sources();
    let here = Path::new("sources");
    let is_checkout = here.join("catalogue.toml").is_file()
        && !own.as_deref().is_some_and(|own| file::is_same(own, here));
    let (index, index_trust) = match (&overrides.index, &settings.file.index) {
        (Some(index), _) => (index.clone(), PathTrust::Named),
        (None, Some(index)) => (index.clone(), settings.index),
        (None, None) if is_checkout => (PathBuf::from("index"), PathTrust::Found),
        (None, None) => (data_folder().join("index"), PathTrust::Named),
    };
    let sources = match (&overrides.sources, &settings.file.sources) {
        (Some(folder), _) => on_disk(folder, PathTrust::Named, home)?,
        (None, Some(folder)) => on_disk(folder, settings.sources, home)?,
        (None, None) if is_checkout => on_disk(here, PathTrust::Found, home)?,
        (None, None) => own.map_or(DataFiles::Compiled, DataFiles::Disk),
    };
    if index.is_file() {
        bail!("the index {} is a file; name a folder with --index", index.display());
    }
    if index_trust == PathTrust::Found {
        home.check_index(&index)?;
    }
    Ok(ConfigPaths { index, index_trust, sources })
}

/// The folder of the user's own data files, if it has a catalogue.
fn own_sources() -> Option<PathBuf> {
    own_folder()
        .map(|folder| folder.join("sources"))
        .filter(|folder| folder.join("catalogue.toml").is_file())
}

fn data_folder() -> PathBuf {
    user_folders::data_folder().unwrap_or_else(|| PathBuf::from(".")).join("cairn")
}

/// The data files in `folder`. `Err` if `folder` does not exist, or if it was found in `home` but leads outside `home`,
/// for example through a link.
pub(super) fn on_disk(
    folder: &Path,
    trust: PathTrust,
    home: &ConfinedFolder,
) -> anyhow::Result<DataFiles> {
    let name = folder.display().to_string();
    match folder.metadata() {
        Ok(found) if found.is_dir() => {}
        Ok(_) => bail!(
            "the sources folder {name} is a file; name the folder that has catalogue.toml with --sources"
        ),
        Err(cause) if cause.kind() == ErrorKind::PermissionDenied => {
            bail!(DiskError::new(DiskOperation::Read, folder, cause))
        }
        Err(_) => bail!("the sources folder {name} does not exist; name another with --sources"),
    }
    if trust == PathTrust::Named {
        return Ok(DataFiles::Disk(folder.to_owned()));
    }
    if !home.holds(folder) {
        let why = format!("the folder {name} was found in the current folder and leads out of it");
        bail!(UntrustedPath { why, option: "--sources", value: name });
    }
    Ok(DataFiles::Found { folder: folder.to_owned(), home: home.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    #[test]
    fn a_file_in_place_of_a_folder_is_said_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let said = |overrides: ConfigOverrides| load(&overrides).unwrap_err().to_string();
        let index = said(ConfigOverrides { index: Some(file.clone()), ..Default::default() });
        assert!(index.contains("is a file; name a folder with --index"), "{index}");
        let sources = said(ConfigOverrides { sources: Some(file), ..Default::default() });
        assert!(sources.contains("is a file; name the folder"), "{sources}");
        let missing = Some(folder.path().join("missing"));
        let missing = said(ConfigOverrides { sources: missing, ..Default::default() });
        assert!(missing.contains("does not exist"), "{missing}");
    }
}
