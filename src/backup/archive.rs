//! The form of a backup: a tar archive, compressed with zstd. Its first file is the [`BackupManifest`], which lists all
//! others with their lengths and checksums. They have the paths that they have in an index.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::generation::checksums::{FileMarks, is_plain_path};
use crate::generation::restored::BESIDE;

/// The version of the form of backups.
pub(super) const FORMAT: u32 = 1;
/// The path of the manifest in the archive.
pub(super) const MANIFEST: &str = "backup.json";
/// The path of the store.
pub(super) const STORE: &str = "library.db";
/// The maximum size of the manifest.
pub(super) const MOST_MANIFEST_BYTES: u64 = 32_000_000;
/// The maximum number of files: those of a generation, and a few beside it.
const MOST_FILES: usize = 20_100;
/// The maximum sum of the lengths of all files: ten terabytes.
const MOST_BYTES: u64 = 10_000_000_000_000;
/// The largest number of a generation. No index comes near it.
const MOST_GENERATION: u64 = 1_000_000_000_000;
/// The maximum length of a path, which is that of a tar header without extensions.
const MOST_PATH_BYTES: usize = 100;
/// The maximum number of folders above a file.
const MOST_FOLDERS: usize = 6;

/// What a backup contains.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BackupManifest {
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was written, in RFC 3339 format.
    pub created_at: String,
    /// The number of the generation.
    pub generation: u64,
    pub files: FileMarks,
}

/// The fields that manifests of all formats have.
#[derive(Deserialize)]
struct BackupHead {
    format: u32,
    program: String,
}

impl BackupManifest {
    /// Decodes the manifest `json`. `Err` if its format is newer, or if it can't be the manifest of an index.
    pub fn parse(json: &[u8]) -> anyhow::Result<BackupManifest> {
        let head: BackupHead =
            serde_json::from_slice(json).context("its list of files can't be decoded")?;
        if head.format > FORMAT {
            bail!(
                "it was written by a newer version of Cairn ({}) in format {}; this program reads format {FORMAT}: \
                 restore it with that version",
                head.program,
                head.format
            );
        }
        let manifest: BackupManifest =
            serde_json::from_slice(json).context("its list of files can't be decoded")?;
        match manifest.fault() {
            Some(fault) => bail!("it is damaged or hostile: {fault}"),
            None => Ok(manifest),
        }
    }

    /// The sum of the lengths of all files.
    pub fn bytes(&self) -> u64 {
        self.files.values().fold(0, |sum, mark| sum.saturating_add(mark.bytes))
    }

    /// The folder of the generation.
    pub fn folder(&self) -> String {
        format!("generations/{:04}/", self.generation)
    }

    /// Why no index has these files; `None` if one can have them.
    fn fault(&self) -> Option<String> {
        if self.files.len() > MOST_FILES {
            return Some(format!("it lists {} files", self.files.len()));
        }
        if self.bytes() > MOST_BYTES {
            return Some(format!("its files have more than {MOST_BYTES} bytes"));
        }
        if self.generation > MOST_GENERATION {
            return Some(format!("its generation has the number {}", self.generation));
        }
        let needed = [STORE.to_owned(), format!("{}manifest.json", self.folder())];
        if let Some(name) = needed.iter().find(|name| !self.files.contains_key(*name)) {
            return Some(format!("it has no {name}"));
        }
        let bad = self.files.keys().find(|name| !self.may_have(name));
        bad.map(|name| format!("{name:?} is no file of an index"))
    }

    /// Whether a backup of this generation may have the file `name`.
    fn may_have(&self, name: &str) -> bool {
        if name == STORE || BESIDE.contains(&name) {
            return true;
        }
        name.starts_with(&self.folder())
            && name.len() <= MOST_PATH_BYTES
            && is_plain_path(name, MOST_FOLDERS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::checksums::FileMark;

    /// The manifest of a backup with the files `names`, each of `bytes` bytes.
    fn manifest(format: u32, names: &[&str], bytes: u64) -> anyhow::Result<BackupManifest> {
        let mark = || FileMark { bytes, blake3: "00".into() };
        let needed = ["library.db", "generations/0007/manifest.json"];
        let names = needed.iter().chain(names);
        let manifest = BackupManifest {
            format,
            program: "9.9".into(),
            created_at: String::new(),
            generation: 7,
            files: names.map(|name| ((*name).to_owned(), mark())).collect(),
        };
        BackupManifest::parse(&serde_json::to_vec(&manifest).unwrap())
    }

    #[test]
    fn only_files_of_an_index_are_taken() {
        for good in ["runs.json", "generations/0007/search/0a.store", "generations/0007/graph.bin"]
        {
            assert!(manifest(1, &[good], 1).is_ok(), "{good}");
        }
        let bad = [
            "../x",
            "/etc/passwd",
            "generations/0007/../../x",
            "generations/0007//x",
            "generations/0007/.hidden",
            "generations/0008/graph.bin",
            "generations/0007",
            "generations/0007/",
            "lock",
            "current",
            "library.db-wal",
            "C:\\x",
            "",
        ];
        for name in bad {
            let error = manifest(1, &[name], 1).unwrap_err().to_string();
            assert!(error.contains("is no file of an index"), "{name}: {error}");
        }
        assert!(manifest(1, &["runs.json"], MOST_BYTES).is_err(), "too large");
    }

    #[test]
    fn a_newer_format_is_refused_with_the_version_that_reads_it() {
        let error = manifest(2, &[], 1).unwrap_err().to_string();
        assert!(error.contains("newer version of Cairn (9.9)"), "{error}");
    }
}
