//! Unpacks a tar.gz in memory as it comes in, entry by entry.
//!
//! An archive is hostile until shown otherwise: nothing is written to disk; links, devices,
//! absolute paths and `..` are left out with a problem; what is not selected is skipped without
//! being held; entries, bytes and depth are bounded. A gzip or tar that breaks off is an error, so
//! that a cut transfer is never taken for a small repository.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::GzDecoder;
use futures_util::TryStreamExt;
use tokio::sync::mpsc;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{BlobId, CrawlError, Fetch, RawFile};
use crate::catalogue::Selection;
use crate::catalogue::policy::Limits;
use crate::problem::{Problem, Stage};

impl Fetch<'_> {
    /// Sends the files of the archive that is `response`'s body. Returns its revision: the commit's
    /// sha if it names one, else a hash of what was sent.
    pub(super) async fn unpack(
        &mut self,
        response: reqwest::Response,
    ) -> Result<String, CrawlError> {
        let received = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&received);
        let body = response
            .bytes_stream()
            .inspect_ok(move |chunk| {
                counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            })
            .map_err(io::Error::other);
        let bridge = SyncIoBridge::new(StreamReader::new(Box::pin(body)));
        let mut unpacker = Unpacker {
            limits: self.crawler.limits,
            selection: self.selection.clone(),
            files: self.files.clone(),
            problems: Vec::new(),
            seen: HashSet::new(),
            content: blake3::Hasher::new(),
        };
        let joined = tokio::task::spawn_blocking(move || {
            let result = unpacker.run(bridge);
            (result, unpacker.problems)
        });
        let failed =
            |cause: String| CrawlError::Archive { source_id: self.source.id.clone(), cause };
        let (result, problems) = joined.await.map_err(|error| failed(error.to_string()))?;
        self.report.problems.extend(problems);
        self.report.traffic.bytes += received.load(Ordering::Relaxed);
        result.map_err(|error| failed(super::github::chain(&error)))
    }
}

struct Unpacker {
    limits: Limits,
    selection: Selection,
    files: mpsc::Sender<RawFile>,
    problems: Vec<Problem>,
    /// Paths sent so far: of two entries with one path the first counts.
    seen: HashSet<String>,
    /// Of paths and blobs sent so far.
    content: blake3::Hasher,
}

impl Unpacker {
    /// Sends every selected file of the archive `packed`; the sha of its pax comment, or a hash.
    fn run(&mut self, packed: impl Read) -> io::Result<String> {
        let packed = Bounded::new(packed, self.limits.download_bytes, "compressed");
        let plain = Bounded::new(GzDecoder::new(packed), self.limits.archive_bytes, "unpacked");
        let mut archive = tar::Archive::new(plain);
        let mut sha = None;
        let mut entries = 0;
        for entry in archive.entries()? {
            let mut entry = entry?;
            entries += 1;
            if entries > self.limits.entries {
                let most = self.limits.entries;
                return Err(io::Error::other(format!("it has more than {most} entries")));
            }
            if entry.header().entry_type() == tar::EntryType::XGlobalHeader {
                sha = sha.or(pax_comment(&mut entry)?);
            } else {
                self.entry(&mut entry)?;
            }
        }
        // The gzip trailer holds the checksum: reading on to the end verifies it, and tells a
        // whole archive from one that was cut behind its last file.
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink())?;
        if entries == 0 {
            return Err(io::Error::other("it holds no entries"));
        }
        Ok(sha.unwrap_or_else(|| self.content.finalize().to_hex()[..40].to_owned()))
    }

    fn entry<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> io::Result<()> {
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            return Ok(());
        }
        let bytes = entry.path_bytes().into_owned();
        let Ok(full) = String::from_utf8(bytes) else {
            self.problem(None, "an entry's name is not UTF-8; it was left out");
            return Ok(());
        };
        // GitHub puts everything below one folder, `name-sha/`.
        let Some((_, path)) = full.split_once('/') else { return Ok(()) };
        let wanted = self.selection.selects(path) || Selection::always(path);
        if !wanted {
            return Ok(());
        }
        if !kind.is_file() {
            self.problem(Some(path), "not a plain file (a link or device); it was left out");
            return Ok(());
        }
        if full.starts_with('/') || !is_safe(path, self.limits.path_depth) {
            self.problem(Some(path), "its path leads out of the archive or too deep; left out");
            return Ok(());
        }
        if entry.size() > self.limits.file_bytes {
            let message = format!(
                "{} bytes, more than the {} of the policy; it was left out",
                entry.size(),
                self.limits.file_bytes
            );
            self.problem(Some(path), &message);
            return Ok(());
        }
        if !self.seen.insert(path.to_owned()) {
            self.problem(Some(path), "stands in the archive twice; the first one counts");
            return Ok(());
        }
        let mut content = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(0));
        entry.read_to_end(&mut content)?;
        let file = RawFile { path: path.to_owned(), blob: BlobId::of(&content), bytes: content };
        self.content.update(path.as_bytes()).update(b"\0").update(file.blob.0.as_bytes());
        self.files.blocking_send(file).map_err(|_| io::Error::other("the run was ended"))
    }

    fn problem(&mut self, path: Option<&str>, message: &str) {
        // A hostile archive may hold a million bad entries: the first ones say enough.
        if self.problems.len() < 50 {
            let mut problem = Problem::new(Stage::Crawl, message);
            problem.path = path.map(str::to_owned);
            self.problems.push(problem);
        }
    }
}

/// Whether `path` stays inside: plain components only, and not too many.
pub(super) fn is_safe(path: &str, depth: u64) -> bool {
    let mut components = 0;
    path.split('/').all(|component| {
        components += 1;
        let plain = !component.is_empty() && component != "." && component != "..";
        plain && components <= depth && !component.contains(['\\', '\0'])
    })
}

/// The `comment` record of a pax header (POSIX.1-2001, pax interchange format): git archives keep
/// the commit's sha there. At most 4 KiB are read.
fn pax_comment(entry: &mut impl Read) -> io::Result<Option<String>> {
    let mut records = String::new();
    entry.take(4096).read_to_string(&mut records)?;
    let comment = records.lines().find_map(|record| {
        let (_, field) = record.split_once(' ')?;
        field.strip_prefix("comment=")
    });
    Ok(comment.filter(|sha| sha.chars().all(|c| c.is_ascii_hexdigit())).map(str::to_owned))
}

/// A reader that fails, rather than ends, past `left` bytes.
struct Bounded<R> {
    inner: R,
    left: u64,
    what: &'static str,
}

impl<R> Bounded<R> {
    fn new(inner: R, most: u64, what: &'static str) -> Self {
        Bounded { inner, left: most, what }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other(format!("it has more {} bytes than the policy allows", self.what))
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_stay_inside_are_safe() {
        for path in ["a.md", "a/b c/d&e.md", "..a/b"] {
            assert!(is_safe(path, 8), "{path}");
        }
        for path in ["../a", "a/../b", "/a", "a//b", "", "a\\b", "a/./b", "1/2/3/4/5/6/7/8/9"] {
            assert!(!is_safe(path, 8), "{path}");
        }
    }

    #[test]
    fn a_bounded_reader_fails_past_its_bound() {
        let mut buffer = Vec::new();
        assert!(Bounded::new(&b"12345"[..], 5, "x").read_to_end(&mut buffer).is_ok());
        assert!(Bounded::new(&b"123456"[..], 5, "x").read_to_end(&mut buffer).is_err());
    }
}
