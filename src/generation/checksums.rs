//! The length and checksum of each file of a generation, as its manifest lists them.
//!
//! Segments of the search index are hard-linked unchanged from generation to generation. Their checksums are carried
//! over and never computed again, so that later decay on the disk can still be detected. The same holds for other files
//! that a build links. The rest is made again in each build. Files that hold a part of a large table are shared with the
//! previous generation if they are equal.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::damage::IndexDamage;
use super::texts::TEXTS;
use crate::disk::{self, DiskError, DiskOperation, LEAST_SHARED};

/// The folder of the search index in a generation.
pub(crate) const SEARCH: &str = "search";
/// The only file of the search index that every refresh rewrites.
const META: &str = "search/meta.json";

/// The length and checksum of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileMark {
    pub bytes: u64,
    /// BLAKE3 of its content, in hexadecimal.
    pub blake3: String,
}

/// The files of a generation by their paths in its folder, with `/` between the parts.
pub type FileMarks = BTreeMap<String, FileMark>;

/// How much of a generation is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDepth {
    /// The length of each file, and the checksums of all files except segments and texts. Opening a generation checks
    /// these.
    Opening,
    /// The length and the checksum of every file, including segments. Reads all files.
    Deep,
}

/// The files in `folder` with their lengths and checksums. If a segment is in `known` with the same length, its
/// checksum is carried over, and so is that of a link to the same file of `previous`. `known` are the files of `previous`, the generation before, if it is intact. Large parts
/// that are equal in both generations become hard links to those of `previous`, so that they are not written to the
/// disk again.
pub(crate) fn seal(
    folder: &Path,
    known: &FileMarks,
    previous: Option<&Path>,
) -> Result<FileMarks, DiskError> {
    let mut files = FileMarks::new();
    for path in listed(folder)? {
        let name = name(folder, &path);
        let unreadable = |cause| DiskError::new(DiskOperation::Read, &path, cause);
        let bytes = fs::metadata(&path).map_err(unreadable)?.len();
        let known = known.get(&name).filter(|mark| mark.bytes == bytes);
        let is_link = previous.is_some_and(|previous| disk::is_same(&path, &previous.join(&name)));
        let mark = match known.filter(|_| is_link || is_segment(&name)) {
            Some(mark) => mark.clone(),
            None => FileMark { bytes, blake3: checksum(&path).map_err(unreadable)? },
        };
        let is_shared = !is_link && bytes >= LEAST_SHARED && is_part(&name) && known == Some(&mark);
        if let Some(previous) = previous.filter(|_| is_shared) {
            share(&path, &previous.join(&name));
        }
        files.insert(name, mark);
    }
    Ok(files)
}

/// Replaces the file `path` by a hard link to `known`, which has the same content. If that fails, the file stays.
fn share(path: &Path, known: &Path) {
    let link = path.with_extension("link");
    if fs::hard_link(known, &link).is_ok() && fs::rename(&link, path).is_err() {
        // A file that is not listed would only take space.
        let _ = fs::remove_file(&link);
    }
}

/// Checks the `files` in `folder`, and returns the damage. Checks the length of each file, and the checksum of each
/// file but segments and texts. Checks the checksums of those only if `depth` is [`CheckDepth::Deep`].
pub fn damage(folder: &Path, files: &FileMarks, depth: CheckDepth) -> Vec<IndexDamage> {
    let damage_of =
        |(name, mark): (&String, &FileMark)| examine_file(folder, name, mark, depth).err();
    files.iter().filter_map(damage_of).collect()
}

/// Checks the file `name` in `folder` as [`damage`] does.
pub(crate) fn examine_file(
    folder: &Path,
    name: &str,
    mark: &FileMark,
    depth: CheckDepth,
) -> Result<(), IndexDamage> {
    let depth = if is_large(name) { depth } else { CheckDepth::Deep };
    examine(&folder.join(name), mark, depth)
}

/// Checks that the file `path` has the length in `mark` and, if `depth` is deep, the checksum.
pub(crate) fn examine(path: &Path, mark: &FileMark, depth: CheckDepth) -> Result<(), IndexDamage> {
    let unreadable = |cause| DiskError::new(DiskOperation::Read, path, cause);
    // Opening the file also checks that this account may read it.
    let file = File::open(path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?.len();
    if found != mark.bytes {
        return Err(IndexDamage::Length { path: path.to_owned(), found, expected: mark.bytes });
    }
    if depth == CheckDepth::Deep && checksum(path).map_err(unreadable)? != mark.blake3 {
        return Err(IndexDamage::Checksum { path: path.to_owned() });
    }
    Ok(())
}

/// The name that the file `name` of a generation has in the writer's folder, if it belongs to a segment.
pub(crate) fn segment_file(name: &str) -> Option<&str> {
    name.strip_prefix("search/").filter(|_| is_segment(name))
}

/// The checksum of the file `path`. Reads all of it.
fn checksum(path: &Path) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    hash.update_reader(BufReader::new(File::open(path)?))?;
    Ok(hash.finalize().to_hex().to_string())
}

/// Whether the file `name` is one of many that together hold one table, such as the resources. Other files are not
/// shared: if the file of one generation is damaged, that of the other is still intact.
fn is_part(name: &str) -> bool {
    name.contains('/') && !name.starts_with(SEARCH)
}

/// Whether the checksum of the file `name` takes too long to be checked whenever a generation is opened.
fn is_large(name: &str) -> bool {
    is_segment(name) || name.strip_prefix(TEXTS).is_some_and(|rest| rest.starts_with('/'))
}

fn is_segment(name: &str) -> bool {
    name.starts_with(SEARCH) && name != META
}

/// Every file in `folder` and the folders in it.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            DiskError::new(DiskOperation::Read, &path, error.into())
        })?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn name(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether `path` has the form of the path of a file of an index: relative, in at most `folders` folders, of letters,
/// digits and `._-` only, with no part that begins with a dot. This excludes `..`, absolute paths, other drives, and hidden
/// files.
pub fn is_plain_path(path: &str, folders: usize) -> bool {
    let is_plain = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    path.split('/').count() <= folders + 1 && path.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segments_checksum_is_carried_over_and_what_decayed_since_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join("search")).unwrap();
        for name in ["graph.bin", "search/meta.json", "search/1.store"] {
            fs::write(folder.join(name), name).unwrap();
        }
        let first = seal(folder, &FileMarks::new(), None).unwrap();
        assert_eq!(first.keys().collect::<Vec<_>>(), ["graph.bin", "search/1.store", META]);
        assert!(damage(folder, &first, CheckDepth::Deep).is_empty());

        fs::write(folder.join("search/1.store"), "search/2.store").unwrap();
        let second = seal(folder, &first, None).unwrap();
        assert_eq!(first, second, "carried over, not computed");
        assert!(damage(folder, &second, CheckDepth::Opening).is_empty());
        let found = damage(folder, &second, CheckDepth::Deep);
        assert!(
            matches!(&found[..], [IndexDamage::Checksum { path }] if path.ends_with("1.store"))
        );

        for name in ["graph.bin", "search/meta.json"] {
            fs::write(folder.join(name), name.to_uppercase()).unwrap();
        }
        assert_eq!(
            damage(folder, &second, CheckDepth::Opening).len(),
            2,
            "segments are not checked"
        );
        fs::write(folder.join("search/1.store"), "short").unwrap();
        fs::remove_file(folder.join("graph.bin")).unwrap();
        let messages: Vec<String> =
            damage(folder, &second, CheckDepth::Opening).iter().map(ToString::to_string).collect();
        assert!(messages[0].ends_with("graph.bin: it is missing"), "{messages:?}");
        assert!(messages[1].ends_with("1.store has 5 bytes instead of 14"), "{messages:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_large_part_that_is_equal_in_the_previous_generation_becomes_a_link_to_it() {
        use std::os::unix::fs::MetadataExt;
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [one, two] = [folders[0].path(), folders[1].path()];
        for folder in [one, two] {
            fs::create_dir(folder.join("t")).unwrap();
        }
        let large = 60_000;
        let same = [("t/same.bin", large, 1), ("t/small.bin", 9, 1), ("one.bin", large, 1)];
        for (name, length, last) in same.into_iter().chain([("t/new.bin", large, 2)]) {
            fs::write(one.join(name), vec![1; length]).unwrap();
            fs::write(two.join(name), [vec![1; length - 1], vec![last]].concat()).unwrap();
        }
        let known = seal(one, &FileMarks::new(), None).unwrap();
        let files = seal(two, &known, Some(one)).unwrap();
        assert!(damage(two, &files, CheckDepth::Deep).is_empty());
        let is_link = |name: &str| {
            let [of_one, of_two] =
                [one, two].map(|folder| fs::metadata(folder.join(name)).unwrap().ino());
            of_one == of_two
        };
        assert!(is_link("t/same.bin"));
        assert_eq!(["t/small.bin", "t/new.bin", "one.bin"].map(is_link), [false; 3]);
    }
}
