//! Unpacks a tar.gz in memory while it is received, entry by entry.
//!
//! Archives are hostile input. Nothing is written to disk. Links, devices, absolute paths and `..` are left out, and a
//! problem is recorded. Files that are not selected are skipped without buffering. There are limits for the number of
//! entries, the number of bytes, the length of names, the depth of paths, and the size of the headers with long names
//! (the tar crate does not limit these headers, so this module reads them). A truncated gzip or tar is an error,
//! because a truncated transfer must not look like a smaller repository.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use tar::{Entry, EntryType};
use tokio::sync::{Semaphore, mpsc};

use super::path_rules::{LONGEST_PATH, MOST_PROBLEMS, name_problem, path_refusal};
use super::tar_headers::{c_string, header, pax_comment, pax_path};
use super::{BlobId, FetchMessage, LeftOut, MemoryShare, RawFile};
use crate::catalogue::Selection;
use crate::catalogue::policy::PolicyLimits;
use crate::problem::{Problem, Stage};

/// The maximum memory for the list of files that the rules left out, in bytes. If the list gets larger, it is
/// discarded.
const MOST_LEFT_OUT: usize = 4_000_000;

/// The result of unpacking, besides the files that were sent.
pub(super) struct Unpacked {
    /// The commit's sha if the archive names one, else a hash of the sent files.
    pub revision: String,
    pub problems: Vec<Problem>,
    /// The files that the rules left out; `None` if there are too many to list.
    pub left_out: Option<Vec<LeftOut>>,
}

pub(super) struct Unpacker {
    limits: PolicyLimits,
    selection: Selection,
    files: mpsc::Sender<FetchMessage>,
    /// Limits the memory for files in transit; one permit stands for one kibibyte.
    memory: Arc<Semaphore>,
    problems: Vec<Problem>,
    left_out: Vec<LeftOut>,
    left_out_bytes: usize,
    /// The paths accepted so far.
    seen: HashSet<String>,
    /// The same paths in lower case.
    folded: HashSet<String>,
    kept_bytes: u64,
    /// Hash of the paths and blobs sent so far.
    content: blake3::Hasher,
    /// The commit of the last fetch. An archive of this commit is not unpacked again.
    known: Option<String>,
}

impl Unpacker {
    pub fn new(
        limits: PolicyLimits,
        selection: Selection,
        files: mpsc::Sender<FetchMessage>,
        memory: Arc<Semaphore>,
    ) -> Unpacker {
        Unpacker {
            limits,
            selection,
            files,
            memory,
            problems: Vec::new(),
            left_out: Vec::new(),
            left_out_bytes: 0,
            seen: HashSet::new(),
            folded: HashSet::new(),
            kept_bytes: 0,
            content: blake3::Hasher::new(),
            known: None,
        }
    }

    /// Makes the unpacker stop early if the archive names the commit `known`.
    pub fn unless(self, known: Option<&str>) -> Unpacker {
        Unpacker { known: known.map(str::to_owned), ..self }
    }

    /// Sends every selected file of the archive `packed`. Git writes the commit before the files: if it is the known
    /// commit, returns `None` and sends nothing. Blocks, so it must run in a blocking thread of the runtime.
    pub fn run(mut self, packed: impl Read) -> io::Result<Option<Unpacked>> {
        let packed = BoundedReader::new(packed, self.limits.download_bytes, "compressed");
        let plain =
            BoundedReader::new(GzDecoder::new(packed), self.limits.archive_bytes, "unpacked");
        let mut archive = tar::Archive::new(plain);
        let mut sha = None;
        let mut long_name: Option<Vec<u8>> = None;
        let mut entries = 0;
        for entry in archive.entries()?.raw(true) {
            let mut entry = entry?;
            entries += 1;
            if entries > self.limits.entries {
                return Err(too_many("entries", self.limits.entries));
            }
            match entry.header().entry_type() {
                EntryType::XGlobalHeader => {
                    sha = sha.or(pax_comment(&mut entry)?);
                    if sha.is_some() && sha == self.known && self.seen.is_empty() {
                        return Ok(None);
                    }
                }
                EntryType::XHeader => long_name = pax_path(&header(&mut entry)?).or(long_name),
                EntryType::GNULongName => long_name = Some(c_string(header(&mut entry)?)),
                EntryType::GNULongLink => {}
                _ => {
                    let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                    self.entry(&mut entry, name)?;
                }
            }
        }
        // Reading to the end verifies the checksum in the gzip trailer, and detects an archive that was cut after its
        // last file.
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink())?;
        if entries == 0 {
            return Err(io::Error::other("it contains no entries"));
        }
        let revision = sha.unwrap_or_else(|| self.content.finalize().to_hex()[..40].to_owned());
        let left_out = (self.left_out_bytes <= MOST_LEFT_OUT).then_some(self.left_out);
        Ok(Some(Unpacked { revision, problems: self.problems, left_out }))
    }

    /// Sends the file of one entry, unless the rules leave it out. `Err` if the archive exceeds a limit or is truncated.
    fn entry<R: Read>(&mut self, entry: &mut Entry<'_, R>, name: Vec<u8>) -> io::Result<()> {
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            return Ok(());
        }
        let full = match String::from_utf8(name) {
            Ok(full) => full,
            Err(error) => {
                let mut inner = error.as_bytes().splitn(2, |byte| *byte == b'/').skip(1);
                let problem = inner.next().and_then(|path| name_problem(path, &self.selection));
                self.keep(problem);
                return Ok(());
            }
        };
        // In GitHub's archives, all files are in one folder, `name-sha/`. It is not part of the path in the source.
        let Some((_, path)) = full.split_once('/') else { return Ok(()) };
        let size = entry.size();
        if !self.takes(&full, path, kind, size) {
            return Ok(());
        }
        self.kept_bytes += size;
        if self.seen.len() as u64 > self.limits.files {
            return Err(too_many("files to index", self.limits.files));
        }
        if self.kept_bytes > self.limits.kept_bytes {
            return Err(too_many("bytes to index", self.limits.kept_bytes));
        }
        self.send(entry, path, size)
    }

    /// Whether the entry should be sent. May record a problem, also for an entry that should be sent. May list a file
    /// that should not be sent in `left_out`. `full` is the entry's path in the archive, `path` is the same path
    /// without the first folder.
    fn takes(&mut self, full: &str, path: &str, kind: EntryType, size: u64) -> bool {
        if self.selection.is_book_copy(path) {
            self.problem(path, "a copy of a commercial book, by its name: never indexed");
            return false;
        }
        if !(self.selection.selects(path) || Selection::always(path)) {
            if kind.is_file() {
                self.leave_out(path, size);
            }
            return false;
        }
        if let Some(refusal) = self.refusal(full, path, kind, size) {
            if size > self.limits.file_bytes && kind.is_file() {
                self.leave_out(path, size);
            }
            self.problem(path, &refusal);
            return false;
        }
        if !self.seen.insert(path.to_owned()) {
            self.problem(path, "is in the archive twice; the first one counts");
            return false;
        }
        if !self.folded.insert(path.to_lowercase()) {
            self.problem(path, "differs from another file only in case; both are kept");
        }
        true
    }

    /// Why the selected entry must not be used; `None` if it may be used. `full` is the entry's path in the archive,
    /// `path` is the same path without the first folder.
    fn refusal(&self, full: &str, path: &str, kind: EntryType, size: u64) -> Option<String> {
        if !kind.is_file() {
            return Some("not a plain file (a link or device); it was left out".to_owned());
        }
        if full.starts_with('/') {
            return Some("its path is absolute and leads out of the archive; left out".to_owned());
        }
        if let Some(refusal) = path_refusal(path, self.limits.path_depth) {
            return Some(refusal);
        }
        let most = self.limits.file_bytes;
        (size > most).then(|| format!("{size} bytes, more than the {most} of the policy; left out"))
    }

    /// Waits for the entry's share of the memory limit, then reads the entry and sends it.
    fn send<R: Read>(&mut self, entry: &mut Entry<'_, R>, path: &str, size: u64) -> io::Result<()> {
        let ended = || io::Error::other("the run was ended");
        let wanted = MemoryShare::wanted(size);
        let permit = tokio::runtime::Handle::current()
            .block_on(Arc::clone(&self.memory).acquire_many_owned(wanted))
            .map_err(|_| ended())?;
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        entry.read_to_end(&mut content)?;
        if content.len() as u64 != size {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a file"));
        }
        let file = RawFile { path: path.to_owned(), blob: BlobId::of(&content), bytes: content };
        self.content.update(path.as_bytes()).update(b"\0").update(file.blob.0.as_bytes());
        self.files
            .blocking_send(FetchMessage::File(file, MemoryShare::of(permit)))
            .map_err(|_| ended())
    }

    /// Records that the rules left out the file `path`.
    fn leave_out(&mut self, path: &str, size: u64) {
        self.left_out_bytes += path.len() + 16;
        if self.left_out_bytes <= MOST_LEFT_OUT {
            self.left_out.push(LeftOut { path: path.to_owned(), size });
        }
    }

    /// Records a problem of the file `path`.
    fn problem(&mut self, path: &str, message: &str) {
        let path: String = path.chars().take(LONGEST_PATH).collect();
        self.keep(Some(Problem::new(Stage::Crawl, message).at(path)));
    }

    /// Records `problem`, if there is one and the limit is not reached.
    fn keep(&mut self, problem: Option<Problem>) {
        let room = MOST_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(problem.into_iter().take(room));
    }
}

fn too_many(what: &str, most: u64) -> io::Error {
    io::Error::other(format!("it has more than {most} {what}, the limit of the policy"))
}

/// A reader that returns an error if `inner` provides more than `left` bytes.
struct BoundedReader<R> {
    inner: R,
    left: u64,
    what: &'static str,
}

impl<R> BoundedReader<R> {
    fn new(inner: R, most: u64, what: &'static str) -> Self {
        BoundedReader { inner, left: most, what }
    }
}

impl<R: Read> Read for BoundedReader<R> {
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
    fn a_bounded_reader_fails_past_its_bound() {
        let mut buffer = Vec::new();
        assert!(BoundedReader::new(&b"12345"[..], 5, "x").read_to_end(&mut buffer).is_ok());
        assert!(BoundedReader::new(&b"123456"[..], 5, "x").read_to_end(&mut buffer).is_err());
    }
}
