//! Decides which files of a generation a reader must take, and refuses manifests that no index has.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::generation::checksums::{self, CheckDepth, FileMark, FileMarks};
use crate::generation::folders;
use crate::generation::manifest::Manifest;

/// The maximum size of a manifest. A source takes about 5 KB of it, so this is enough for 50,000 sources.
pub(super) const MOST_MANIFEST_BYTES: u64 = 256_000_000;
/// The maximum number of files of a generation. The catalogue of Cairn makes a few hundred.
const MOST_FILES: usize = 20_000;
/// The maximum number of bytes of a generation: ten terabytes.
const MOST_BYTES: u64 = 10_000_000_000_000;
/// The maximum length of the path of a file in a generation.
const MOST_PATH_BYTES: usize = 200;
/// The maximum number of folders above a file in a generation.
const MOST_FOLDERS: usize = 4;

/// The files of a generation that a reader gets.
#[derive(Debug, Default)]
pub(super) struct PullPlan {
    /// The files that the reader has in another generation.
    pub linked: Vec<LinkedFile>,
    /// The files that must be taken.
    pub taken: Vec<PlannedFile>,
}

/// A file of the new generation.
#[derive(Clone, Debug)]
pub(super) struct PlannedFile {
    pub name: String,
    pub mark: FileMark,
}

/// A file of the new generation that the reader has.
#[derive(Debug)]
pub(super) struct LinkedFile {
    pub name: String,
    pub from: PathBuf,
}

impl PullPlan {
    /// The plan for the generation with the files `wanted`. A file is linked if a generation of `index` has one with the
    /// same length and checksum, and a check of this `depth` finds no damage in it. Reads the manifests of these
    /// generations and, as far as `depth` says, their files.
    pub fn new(index: &Path, wanted: &FileMarks, depth: CheckDepth) -> PullPlan {
        let known = known_files(index);
        let mut plan = PullPlan::default();
        for (name, mark) in wanted {
            let is_intact = |known: &&KnownFile| {
                checksums::examine_file(&known.folder, &known.name, mark, depth).is_ok()
            };
            match known.get(mark).filter(is_intact) {
                Some(KnownFile { folder, name: own }) => {
                    plan.linked.push(LinkedFile { name: name.clone(), from: folder.join(own) });
                }
                None => plan.taken.push(PlannedFile { name: name.clone(), mark: mark.clone() }),
            }
        }
        plan
    }

    /// The number of bytes that must be taken.
    pub fn bytes(&self) -> u64 {
        self.taken.iter().map(|file| file.mark.bytes).sum()
    }
}

/// A file of a generation of the reader.
struct KnownFile {
    folder: PathBuf,
    name: String,
}

/// The files of all generations of `index`, by length and checksum.
fn known_files(index: &Path) -> HashMap<FileMark, KnownFile> {
    let mut known = HashMap::new();
    for number in folders::numbers(index) {
        let Ok(manifest) = folders::manifest(index, number) else { continue };
        let folder = folders::folder(index, number);
        for (name, mark) in manifest.files {
            known.insert(mark, KnownFile { folder: folder.clone(), name });
        }
    }
    known
}

/// Why no index has the `manifest` of a generation that a place calls `number`; `None` if it can be used.
pub(crate) fn fault(manifest: &Manifest, number: u64) -> Option<String> {
    if manifest.generation != number {
        return Some(format!("it is of generation {}", manifest.generation));
    }
    if manifest.files.len() > MOST_FILES {
        let files = manifest.files.len();
        return Some(format!("it lists {files} files; a generation has at most {MOST_FILES}"));
    }
    let sum = manifest.files.values().try_fold(0_u64, |sum, mark| sum.checked_add(mark.bytes));
    if sum.is_none_or(|sum| sum > MOST_BYTES) {
        return Some(format!("its files have more than {MOST_BYTES} bytes"));
    }
    let is_bad = |name: &&String| !may_have(name);
    let bad = manifest.files.keys().find(is_bad);
    bad.map(|name| format!("{name:?} can't be the path of a file of a generation"))
}

/// Whether a generation can have a file at `path`.
fn may_have(path: &str) -> bool {
    path.len() <= MOST_PATH_BYTES
        && checksums::is_plain_path(path, MOST_FOLDERS)
        && path != "manifest.json"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::manifest::GenerationCounts;

    fn manifest(files: impl IntoIterator<Item = (String, u64)>) -> Manifest {
        let mut manifest = Manifest::new(GenerationCounts::default(), 300, Vec::new());
        manifest.generation = 7;
        let mark = |bytes| FileMark { bytes, blake3: String::new() };
        manifest.files = files.into_iter().map(|(name, bytes)| (name, mark(bytes))).collect();
        manifest
    }

    #[test]
    fn paths_that_lead_out_of_the_generation_are_refused() {
        for good in ["graph.bin", "search/meta.json", "search/0a1b.store", "resources/7/a-b_c.bin"]
        {
            assert!(may_have(good), "{good}");
        }
        let long = "a".repeat(201);
        for bad in [
            "../x",
            "a/../../x",
            "/etc/passwd",
            "a//b",
            "./a",
            "a/.",
            ".hidden",
            "C:\\x",
            "C:/x",
            "a\\..\\b",
            "a\0b",
            "a\nb",
            "é",
            "",
            "a/",
            "manifest.json",
            "a/b/c/d/e/f",
            &long,
        ] {
            assert!(!may_have(bad), "{bad:?}");
            assert!(fault(&manifest([(bad.to_owned(), 1)]), 7).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn manifests_with_too_many_files_too_many_bytes_or_another_number_are_refused() {
        assert_eq!(fault(&manifest([("a".to_owned(), 1)]), 7), None);
        let other = fault(&manifest([]), 8).unwrap();
        assert_eq!(other, "it is of generation 7");
        let many = fault(&manifest((0..=MOST_FILES).map(|at| (format!("f{at}"), 1))), 7).unwrap();
        assert!(many.contains("20001 files"), "{many}");
        for sizes in [[u64::MAX, 1], [MOST_BYTES, 1]] {
            let large = sizes.map(|bytes| (format!("f{bytes}"), bytes));
            assert!(fault(&manifest(large), 7).is_some_and(|why| why.contains("bytes")));
        }
    }
}
