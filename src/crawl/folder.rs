//! Reads a local folder as a source. Symbolic links are not followed, so nothing outside it is
//! ever read.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::archive::is_safe;
use super::{BlobId, CrawlError, Fetch, Fetched, RawFile};
use crate::catalogue::Selection;
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
        let mut send = async |path: String, bytes: Vec<u8>| {
            let blob = BlobId::of(&bytes);
            hash.update(path.as_bytes()).update(b"\0").update(blob.0.as_bytes());
            let file = RawFile { path, blob, bytes };
            self.files.send(file).await.map_err(|_| CrawlError::Ended)
        };
        match root_of(&self.crawler.sources, path) {
            Some(root) => {
                if !root.is_dir() {
                    return Err(failed("it does not exist".into()));
                }
                let (paths, problems) = list(&root, self.selection, &self.crawler.limits);
                self.report.problems.extend(problems);
                for path in paths {
                    match tokio::fs::read(root.join(&path)).await {
                        Ok(bytes) => send(path, bytes).await?,
                        Err(error) => self
                            .report
                            .problems
                            .push(Problem::new(Stage::Crawl, format!("{error}")).at(path)),
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
                        send(path, bytes).await?;
                    }
                }
            }
        }
        let revision = hash.finalize().to_hex()[..40].to_owned();
        Ok(Fetched::Changed { revision, validator: None, moved_to: None })
    }
}

/// Where the folder `path` is on disk, or `None` if it is in the program's own copy.
fn root_of(sources: &Sources, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    match sources {
        _ if path.is_absolute() => Some(path.to_owned()),
        Sources::Disk(folder) => Some(folder.join(path)),
        Sources::Compiled => None,
    }
}

/// The selected files below `root`, sorted, and what kept others out.
fn list(
    root: &Path,
    selection: &Selection,
    limits: &crate::catalogue::policy::Limits,
) -> (Vec<String>, Vec<Problem>) {
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
        let relative = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
        let Some(path) = relative.filter(|_| entry.file_type().is_file()) else { continue };
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        if !(selection.selects(&path) || Selection::always(&path)) {
            continue;
        }
        let length = entry.metadata().map_or(0, |metadata| metadata.len());
        if length > limits.file_bytes {
            let message =
                format!("{length} bytes, more than the {} of the policy", limits.file_bytes);
            problems.push(Problem::new(Stage::Crawl, message).at(path));
        } else if is_safe(&path, limits.path_depth) {
            paths.push(path);
        } else {
            problems.push(Problem::new(Stage::Crawl, "its path is too deep; left out").at(path));
        }
    }
    (paths, problems)
}
