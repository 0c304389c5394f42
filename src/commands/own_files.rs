//! The user's own data files: a catalogue and topics that are added to those inside the program.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::config;
use crate::disk::{DiskError, DiskOperation};

/// A catalogue without entries that adds the list inside the program.
pub(super) const CATALOGUE: &str = "\
# Your own sources. The list inside the program is added to them; Cairn shows yours first.
#
# `cairn sources add https://github.com/OWNER/NAME` adds a repository to this file, `cairn sources remove OWNER/NAME` removes
# one, also one of the list inside the program. `cairn sources check` looks for faults, `cairn refresh` fetches what is new.

extends = \"builtin\"

# A folder of your own notes looks like this:
#
# [[source]]
# folder = \"/home/me/notes\"
# why = \"my own notes\"
";

/// A vocabulary without topics, which shows how to write one.
pub(super) const TOPICS: &str = "\
# Your own topics. Those inside the program are added to them. `cairn vocabulary check` looks for faults, and
# `cairn refresh --offline` looks for the topics in what is stored. To try the example, remove \"# \" before its lines.

@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix cairn: <urn:cairn:schema:> .
@prefix topic: <urn:cairn:topic:> .
@prefix step: <urn:cairn:step:> .

# topic:shadow-rollout a skos:Concept ;
#     skos:prefLabel \"shadow rollout\"@en ;
#     skos:altLabel \"dark launch of a model\"@en ;
#     skos:definition \"A new model answers real requests, and its answers are only recorded.\"@en ;
#     skos:broader topic:model-serving .
# step:serving skos:member topic:shadow-rollout .
";

/// The user's own folder, which may not exist. `Err` if it can't be determined.
pub(super) fn own_folder() -> anyhow::Result<PathBuf> {
    config::own_folder().context(
        "no folder for files of your own is known, because HOME is not set; `cairn init DIR` writes them into DIR",
    )
}

/// Whether [`write_missing`] wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    New,
    /// There is a file of this name already. It is unchanged.
    Kept,
}

/// Writes `text` to the new file `path`, and creates its folder. Never changes a file, not even through a link.
pub(super) fn write_missing(path: &Path, text: &str) -> anyhow::Result<Written> {
    create_folder_of(path)?;
    let cannot = |cause| DiskError::new(DiskOperation::Write, path, cause);
    match std::fs::File::create_new(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(cannot)?;
            Ok(Written::New)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Written::Kept),
        Err(error) => Err(cannot(error).into()),
    }
}

/// Creates the folder of the file `path`, with those above it.
pub(super) fn create_folder_of(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => anyhow!(
            "cannot create the folder {}: a file has its name, or that of a folder above it; name another folder",
            folder.display()
        ),
        _ => DiskError::new(DiskOperation::Write, folder, cause).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_place_of_a_folder_is_said_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "x").unwrap();
        for path in ["a/cairn.toml", "a/b/cairn.toml"] {
            let error = create_folder_of(&folder.path().join(path)).unwrap_err().to_string();
            assert!(error.contains("a file has its name"), "{error}");
        }
    }
}
