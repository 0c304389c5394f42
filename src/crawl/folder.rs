//! Reads a local folder as a source. It does not follow symbolic links, so it never reads anything outside the folder.
//! A folder that can't be read is not treated as empty: its indexed documents stay. The index folder is never read,
//! even if it is inside the source's folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::WalkDir;

use super::crawler::SourceFetch;
use super::error::NO_FOLDER;
use super::path_rules::{MOST_PROBLEMS, name_problem, path_refusal};
use super::stamp::FolderStamp;
use super::{BlobId, CrawlError, FetchMessage, Fetched, MemoryShare, RawFile, Snapshot};
use crate::catalogue::policy::PolicyLimits;
use crate::catalogue::{Selection, SourceList};
use crate::config::DataFiles;
use crate::problem::{Problem, Stage};

impl SourceFetch<'_> {
    /// Sends the selected files of the folder `path`. The path is absolute or relative to the sources folder. If the
    /// source is in the built-in list, sends the copies of the files that are compiled into the program.
    ///
    /// The revision is a hash of all paths and blobs, so the caller can compare it to detect changes. The validator is
    /// a hash of the sizes and times of the files. If it is that of `known`, no file is read.
    pub(super) async fn folder(
        &mut self,
        path: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let failed = |cause: String| CrawlError::Folder { path: path.to_owned(), cause };
        let (mut hash, mut validator) = (blake3::Hasher::new(), None);
        match root_of(&self.crawler.sources, self.source.list, Path::new(path)) {
            Some(root) => {
                let root = opened(&root, &self.crawler.index).map_err(&failed)?;
                let crawler = self.crawler;
                let found = list(&root, self.selection, &crawler.limits, &crawler.index);
                let found = found.map_err(&failed)?;
                if found.is_empty {
                    return Ok(Fetched::Nothing);
                }
                validator = found.stamp.validator(SystemTime::now());
                if validator.is_some() && known.is_some_and(|known| known.validator == validator) {
                    return Ok(Fetched::Unchanged);
                }
                self.report.problems.extend(found.problems);
                self.report.unread.extend(found.unread);
                for path in found.paths {
                    self.file(&root, path, &mut hash).await?;
                }
                if !self.report.unread.is_empty() {
                    validator = None;
                }
                for path in &self.report.unread {
                    hash.update(b"unread\0").update(path.as_bytes()).update(b"\0");
                }
            }
            None => {
                let files = DataFiles::compiled_below(path);
                if files.is_empty() {
                    return Err(failed("it is not in the program's own copy".into()));
                }
                for (path, bytes) in files {
                    if self.selection.selects(&path) || Selection::always(&path) {
                        self.send(&mut hash, path, bytes).await?;
                    }
                }
            }
        }
        let revision = hash.finalize().to_hex()[..40].to_owned();
        Ok(Fetched::Changed { revision, validator })
    }

    /// Sends the file `path` below `root`. If the file can't be read, or if its path leads through a link, records a
    /// problem instead.
    async fn file(
        &mut self,
        root: &Path,
        path: String,
        hash: &mut blake3::Hasher,
    ) -> Result<(), CrawlError> {
        let problem = match read_inside(root, &path).await {
            Ok(Some(bytes)) => return self.send(hash, path, bytes).await,
            Ok(None) => Problem::new(Stage::Crawl, "its path leads through a link; left out"),
            Err(error) => {
                self.report.unread.push(path.clone());
                unreadable(&error)
            }
        };
        if self.report.problems.len() < MOST_PROBLEMS {
            self.report.problems.push(problem.at(path));
        }
        Ok(())
    }

    async fn send(
        &mut self,
        hash: &mut blake3::Hasher,
        path: String,
        bytes: Vec<u8>,
    ) -> Result<(), CrawlError> {
        let blob = BlobId::of(&bytes);
        hash.update(path.as_bytes()).update(b"\0").update(blob.0.as_bytes());
        let share = self.memory_for(bytes.len() as u64).await?;
        let file = RawFile { path, blob, bytes };
        self.files.send(FetchMessage::File(file, share)).await.map_err(|_| CrawlError::Ended)
    }

    /// Waits for the memory share of a file of `bytes` bytes.
    async fn memory_for(&self, bytes: u64) -> Result<MemoryShare, CrawlError> {
        let memory = std::sync::Arc::clone(&self.crawler.memory);
        let permit = memory.acquire_many_owned(MemoryShare::wanted(bytes)).await;
        permit.map(MemoryShare::of).map_err(|_| CrawlError::Ended)
    }
}

/// The path on disk of the folder `path`, which a source in `list` names. `None` if the folder is not on disk, because
/// it is compiled into the program.
pub fn root_of(sources: &DataFiles, list: SourceList, path: &Path) -> Option<PathBuf> {
    match list {
        SourceList::Own => sources.folder().map(|folder| folder.join(path)),
        SourceList::Builtin => None,
    }
}

/// The canonical path of the folder `path`. `Err` says why the folder can't be a source. `index` is the [`canonical`]
/// path of the index folder; this folder and the folders inside it can't be sources.
pub fn opened(path: &Path, index: &Path) -> Result<PathBuf, String> {
    let root = path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            format!("it does not exist; it was looked for at {}", whole.display())
        }
        _ => error.to_string(),
    })?;
    if root.starts_with(index) {
        return Err("it is inside Cairn's own index folder, which is never a source".to_owned());
    }
    if !root.is_dir() {
        return Err(NO_FOLDER.to_owned());
    }
    Ok(root)
}

/// `path` made absolute, with links and `..` resolved as far as the path exists. `path` need not exist.
pub fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = absolute.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match there {
        Some((above, real)) => match absolute.strip_prefix(above) {
            Ok(rest) if rest.as_os_str().is_empty() => real,
            Ok(rest) => real.join(rest),
            Err(_) => absolute,
        },
        None => absolute,
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Stage::Crawl, format!("can't be read: {error}; what is indexed of it is kept"))
}

/// The bytes of the file `path` below `root`. `None` if the path now resolves to another location, because a link
/// replaced the file or a folder above it after the files were listed.
async fn read_inside(root: &Path, path: &str) -> io::Result<Option<Vec<u8>>> {
    let full = root.join(path);
    if tokio::fs::canonicalize(&full).await? != full {
        return Ok(None);
    }
    tokio::fs::read(full).await.map(Some)
}

/// What a walk through a folder found.
#[derive(Default)]
struct FolderListing {
    /// The selected files, sorted.
    paths: Vec<String>,
    /// Files and folders that could not be read.
    unread: Vec<String>,
    /// The problems of files and folders that were left out.
    problems: Vec<Problem>,
    /// Whether the folder contains no file at all, not even one that is not selected.
    is_empty: bool,
    stamp: FolderStamp,
}

/// Lists the selected files below `root`, except those in the index folder `index`. `Err` if the listing is incomplete,
/// because `root` is unreadable or the system reports an error without a path.
fn list(
    root: &Path,
    selection: &Selection,
    limits: &PolicyLimits,
    index: &Path,
) -> Result<FolderListing, String> {
    let mut found = FolderListing { is_empty: true, ..FolderListing::default() };
    found.stamp.add(Path::new(&format!("{limits:?}")), None);
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| entry.path() != index) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.is_empty = false;
                let path = error.path().and_then(|path| inside(root, path));
                let path = path.filter(|path| !path.is_empty()).ok_or_else(|| error.to_string())?;
                found.refuse(unreadable(&error), &path);
                found.unread.push(path);
                continue;
            }
        };
        found.is_empty &= entry.file_type().is_dir();
        if !entry.file_type().is_file() {
            continue;
        }
        let Some(path) = inside(root, entry.path()) else {
            found.misnamed(root, entry.path(), selection);
            found.stamp.add(entry.path(), None);
            continue;
        };
        if !(selection.selects(&path) || Selection::always(&path)) {
            continue;
        }
        let metadata = entry.metadata().ok();
        found.stamp.add(entry.path(), metadata.as_ref());
        let length = metadata.map_or(0, |metadata| metadata.len());
        match refusal(&path, length, found.paths.len() as u64, limits) {
            Some(message) => found.refuse(Problem::new(Stage::Crawl, message), &path),
            None => found.paths.push(path),
        }
    }
    Ok(found)
}

/// `path` relative to `root`, `/`-separated. `None` if it is not below `root` or not UTF-8.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?.to_str()?;
    Some(relative.replace(std::path::MAIN_SEPARATOR, "/"))
}

impl FolderListing {
    fn refuse(&mut self, problem: Problem, path: &str) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem.at(path));
        }
    }

    /// Records a problem if `path` would have been selected, but is left out because it is not UTF-8.
    fn misnamed(&mut self, root: &Path, path: &Path, selection: &Selection) {
        let name = path.strip_prefix(root).unwrap_or(path).as_os_str().as_encoded_bytes();
        let room = MOST_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(name_problem(name, selection).into_iter().take(room));
    }
}

/// Why the file `path` with `length` bytes is left out; `None` if it is kept. `files` is the number of files kept so
/// far.
fn refusal(path: &str, length: u64, files: u64, limits: &PolicyLimits) -> Option<String> {
    let most = limits.file_bytes;
    if length > most {
        Some(format!("{length} bytes, more than the {most} of the policy; left out"))
    } else if let Some(refusal) = path_refusal(path, limits.path_depth) {
        Some(refusal)
    } else if files >= limits.files {
        Some(format!("more than {} files, the limit of the policy; left out", limits.files))
    } else {
        None
    }
}
