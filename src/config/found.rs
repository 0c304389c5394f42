//! Limits on files and folders that were found in the current folder. Somebody else may have put them there.

use std::io;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

/// The maximum number of entries of a found index folder; one with more is refused. A real index folder has a few
/// hundred.
const MOST_ENTRIES: usize = 100_000;

/// The maximum size of a found file, in bytes; a larger file is refused. The largest of Cairn's own data files has
/// 60,000 bytes.
pub const MOST_BYTES: u64 = 16_000_000;

/// Whether `path` is a file of at most [`MOST_BYTES`] or does not exist. Anything else must not be read: reading a
/// pipe, for example, could block forever, and reading an endless file could use up the memory.
pub fn is_short_file(path: &Path) -> bool {
    match path.metadata() {
        Ok(found) => found.is_file() && found.len() <= MOST_BYTES,
        Err(_) => true,
    }
}

/// Whether the user chose a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathTrust {
    /// The user chose it: on the command line, in the environment, or in the user's own configuration. A default path
    /// outside the current folder also counts as chosen.
    #[default]
    Named,
    /// The user did not choose it: Cairn found it in the current folder.
    Found,
}

/// The error for a file or folder that was found in the current folder and refused, because it requires the user's
/// trust.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}; if you trust it, name it with {option} {value}")]
pub struct UntrustedPath {
    /// Which file or folder was refused, and why.
    pub why: String,
    /// The option with which the user can name the file or folder explicitly, such as `--config`.
    pub option: &'static str,
    /// The value of that option.
    pub value: String,
}

/// A folder that confines the files found in it: they must not refer to anything outside the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfinedFolder(PathBuf);

impl ConfinedFolder {
    /// The current folder.
    pub fn here() -> io::Result<ConfinedFolder> {
        ConfinedFolder::at(Path::new("."))
    }

    /// The folder `folder`.
    pub fn at(folder: &Path) -> io::Result<ConfinedFolder> {
        folder.canonicalize().map(ConfinedFolder)
    }

    /// Whether `path`, with all symbolic links resolved, is inside this folder. `path` is absolute or relative to the
    /// current folder.
    ///
    /// If `path` does not exist yet, checks the closest existing folder above it. Accesses the disk. `false` if the
    /// location can't be determined.
    pub fn holds(&self, path: &Path) -> bool {
        let mut at = path;
        loop {
            let looked_at = if at.as_os_str().is_empty() { Path::new(".") } else { at };
            match looked_at.canonicalize() {
                Ok(real) => return real.starts_with(&self.0),
                // `at` is a link to a path that does not exist. A write would follow the link.
                Err(_) if looked_at.symlink_metadata().is_ok() => return false,
                Err(error) if error.kind() != io::ErrorKind::NotFound => return false,
                Err(_) => {}
            }
            let is_name = matches!(at.components().next_back(), Some(Component::Normal(_)));
            match at.parent() {
                Some(parent) if is_name => at = parent,
                _ => return false,
            }
        }
    }

    /// Checks a found index folder by listing it. `Err` if `index` is outside this folder, if it contains a link, a
    /// device or a pipe (Cairn would write through it or block on it), or if it has too many entries.
    pub fn check_index(&self, index: &Path) -> Result<(), UntrustedPath> {
        let value = index.display().to_string();
        let refused =
            |why: String| Err(UntrustedPath { why, option: "--index", value: value.clone() });
        if !self.holds(index) {
            return refused(format!(
                "the index {value} was found in the current folder and leads out of it"
            ));
        }
        for (count, entry) in WalkDir::new(index).follow_links(false).into_iter().enumerate() {
            // Entries that can't be read are skipped, for example because the folder does not exist or was just
            // deleted.
            let Ok(entry) = entry else { continue };
            let kind = entry.file_type();
            if entry.depth() > 0 && !kind.is_file() && !kind.is_dir() {
                let entry = entry.path().display();
                return refused(format!(
                    "the index {value} was found in the current folder, and {entry} in it is neither file nor folder"
                ));
            }
            if count > MOST_ENTRIES {
                return refused(format!(
                    "the index {value} was found in the current folder and has more than {MOST_ENTRIES} entries"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_is_inside_only_if_no_link_leads_outside() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |path: &str| folder.path().join(path);
        fs::create_dir(at("in")).unwrap();
        symlink(outside.path(), at("out")).unwrap();
        symlink(outside.path().join("new"), at("dangling")).unwrap();
        symlink("in", at("within")).unwrap();
        let home = ConfinedFolder::at(folder.path()).unwrap();
        for inside in ["", "in", "in/new/deeper", "within/x", "in/../in"] {
            assert!(home.holds(&at(inside)), "{inside}");
        }
        for out in ["out", "out/x", "dangling", "dangling/x", "..", "in/../..", "new/../../x"] {
            assert!(!home.holds(&at(out)), "{out}");
        }
        assert!(!home.holds(Path::new("/etc")));
        assert!(!home.holds(Path::new("/no-such/x")));
    }

    #[test]
    fn a_pipe_or_an_endless_file_is_never_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        fs::File::create(at("endless")).unwrap().set_len(MOST_BYTES + 1).unwrap();
        fs::write(at("short"), "x").unwrap();
        assert!(is_short_file(&at("short")) && is_short_file(&at("missing")));
        for refused in ["pipe", "endless", ""] {
            assert!(!is_short_file(&at(refused)), "{refused:?}");
        }
    }

    #[test]
    fn a_found_index_with_a_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        let home = ConfinedFolder::at(folder.path()).unwrap();
        assert_eq!(home.check_index(&index), Ok(()), "it is created later");
        fs::create_dir_all(index.join("generations/0001")).unwrap();
        fs::write(index.join("current"), "1\n").unwrap();
        assert_eq!(home.check_index(&index), Ok(()));
        symlink("/etc/passwd", index.join("generations/0001/graph.bin")).unwrap();
        let refused = home.check_index(&index).unwrap_err();
        assert!(refused.why.contains("graph.bin"), "{refused}");
        assert_eq!(refused.option, "--index");
    }
}
