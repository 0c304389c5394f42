//! Reads a local folder as a source. Symbolic links are not followed, so nothing outside it is
//! ever read.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::unpack::{MOST_PROBLEMS, name_problem, path_refusal};
use super::{BlobId, CrawlError, Fetch, Fetched, RawFile, Room, Sent};
use crate::catalogue::Selection;
use crate::catalogue::policy::Limits;
use crate::config::Sources;
use crate::problem::{Problem, Stage};

impl Fetch<'_> {
    /// Sends the files of the folder `path`: absolute, or below the sources folder.
    ///
    /// The revision is a hash of all paths and blobs; the caller sees from it whether anything is
    /// new. Reads every selected file.
    pub(super) async fn folder(&mut self, path: &str) -> Result<Fetched, CrawlError> {
        let failed = |cause: String| CrawlError::Folder { path: path.to_owned(), cause };
        let mut hash = blake3::Hasher::new();
        match root_of(&self.crawler.sources, Path::new(path)) {
            Some(root) => {
                if !root.is_dir() {
                    return Err(failed("it does not exist".into()));
                }
                let root = root.canonicalize().map_err(|error| failed(error.to_string()))?;
                let (paths, problems) = list(&root, self.selection, &self.crawler.limits);
                self.report.problems.extend(problems);
                for path in paths {
                    match read_inside(&root, &path).await {
                        Ok(bytes) => self.send(&mut hash, path, bytes).await?,
                        Err(error) => {
                            let problem = Problem::new(Stage::Crawl, error.to_string()).at(path);
                            self.report.problems.push(problem);
                        }
                    }
                }
            }
            None => {
                let files = Sources::compiled_below(path);
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
        Ok(Fetched::Changed { revision, validator: None })
    }

    async fn send(
        &mut self,
        hash: &mut blake3::Hasher,
        path: String,
        bytes: Vec<u8>,
    ) -> Result<(), CrawlError> {
        let blob = BlobId::of(&bytes);
        hash.update(path.as_bytes()).update(b"\0").update(blob.0.as_bytes());
        let room = self.room_for(bytes.len() as u64).await?;
        let file = RawFile { path, blob, bytes };
        self.files.send(Sent::File(file, room)).await.map_err(|_| CrawlError::Ended)
    }

    async fn room_for(&self, bytes: u64) -> Result<Room, CrawlError> {
        let room = std::sync::Arc::clone(&self.crawler.room);
        let permit = room.acquire_many_owned(Room::wanted(bytes)).await;
        permit.map(Room::of).map_err(|_| CrawlError::Ended)
    }
}

/// Where the folder `path` is on disk, or `None` if it is in the program's own copy.
pub fn root_of(sources: &Sources, path: &Path) -> Option<PathBuf> {
    match sources {
        _ if path.is_absolute() => Some(path.to_owned()),
        Sources::Disk(folder) => Some(folder.join(path)),
        Sources::Compiled => None,
    }
}

/// The bytes of the file `path` below `root`, if that is where it really is: a link may have been
/// put in its place, or in a folder's above it, since it was listed.
async fn read_inside(root: &Path, path: &str) -> io::Result<Vec<u8>> {
    let full = root.join(path);
    if tokio::fs::canonicalize(&full).await? != full {
        return Err(io::Error::other("a link stands in its way; it was left out"));
    }
    tokio::fs::read(full).await
}

/// The selected files below `root`, sorted, and what kept others out.
fn list(root: &Path, selection: &Selection, limits: &Limits) -> (Vec<String>, Vec<Problem>) {
    let mut paths = Vec::new();
    let mut problems = Vec::new();
    for entry in WalkDir::new(root).follow_links(false).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(Problem::new(Stage::Crawl, error.to_string()));
                continue;
            }
        };
        let relative = entry.path().strip_prefix(root).ok();
        let Some(relative) = relative.filter(|_| entry.file_type().is_file()) else { continue };
        let Some(path) = relative.to_str() else {
            let name = relative.as_os_str().as_encoded_bytes();
            let room = MOST_PROBLEMS.saturating_sub(problems.len());
            problems.extend(name_problem(name, selection).into_iter().take(room));
            continue;
        };
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        if !(selection.selects(&path) || Selection::always(&path)) {
            continue;
        }
        let length = entry.metadata().map_or(0, |metadata| metadata.len());
        let most = limits.file_bytes;
        let refusal = if length > most {
            Some(format!("{length} bytes, more than the {most} of the policy; left out"))
        } else if let Some(refusal) = path_refusal(&path, limits.path_depth) {
            Some(refusal)
        } else if paths.len() as u64 >= limits.files {
            Some(format!("more than {} files, the limit of the policy; left out", limits.files))
        } else {
            None
        };
        match refusal {
            Some(message) if problems.len() < MOST_PROBLEMS => {
                problems.push(Problem::new(Stage::Crawl, message).at(path));
            }
            Some(_) => {}
            None => paths.push(path),
        }
    }
    (paths, problems)
}
