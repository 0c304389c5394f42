//! Unpacks a tar.gz in memory while it is received, entry by entry.
//!
//! Archives are hostile input. Nothing is written to disk. Links, devices, absolute paths and `..` are left out, with a
//! problem. Files that are not selected are skipped without buffering. Entries, bytes, names, depth and the headers with
//! long names are bounded (the tar crate does not bound those headers, so this module reads them). A truncated gzip or
//! tar is an error: a cut transfer must not look like a smaller repository.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use tar::{Entry, EntryType, PaxExtensions};
use tokio::sync::{Semaphore, mpsc};

use super::{BlobId, FetchMessage, LeftOut, MemoryShare, RawFile};
use crate::catalogue::Selection;
use crate::catalogue::policy::PolicyLimits;
use crate::problem::{Problem, Stage};

/// The longest accepted path, in bytes.
const LONGEST_PATH: usize = 1024;
/// The longest accepted header with a name, in bytes.
const LONGEST_HEADER: u64 = 64 * 1024;
/// The maximum number of problems of one archive: a hostile one may hold a million bad entries.
pub(super) const MOST_PROBLEMS: usize = 50;
/// The maximum total length of the remembered names of files left out, in bytes.
const MOST_LEFT_OUT: usize = 4_000_000;

/// The result of unpacking, besides the files that were sent.
pub(super) struct Unpacked {
    /// The commit's sha if the archive names one, else a hash of what was sent.
    pub revision: String,
    pub problems: Vec<Problem>,
    /// The files that the rules left out; `None` if there are too many to list.
    pub left_out: Option<Vec<LeftOut>>,
}

pub(super) struct Unpacker {
    limits: PolicyLimits,
    selection: Selection,
    files: mpsc::Sender<FetchMessage>,
    room: Arc<Semaphore>,
    problems: Vec<Problem>,
    left_out: Vec<LeftOut>,
    left_out_bytes: usize,
    /// The paths sent so far, in their own spelling and in lower case.
    seen: HashSet<String>,
    folded: HashSet<String>,
    kept_bytes: u64,
    /// Hash of the paths and blobs sent so far.
    content: blake3::Hasher,
    /// The known commit. Its archive is not unpacked again.
    known: Option<String>,
}

impl Unpacker {
    pub fn new(
        limits: PolicyLimits,
        selection: Selection,
        (files, room): (mpsc::Sender<FetchMessage>, Arc<Semaphore>),
    ) -> Unpacker {
        Unpacker {
            limits,
            selection,
            files,
            room,
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

    /// The same unpacker, which stops early at an archive of the commit `known`.
    pub fn unless(self, known: Option<&str>) -> Unpacker {
        Unpacker { known: known.map(str::to_owned), ..self }
    }

    /// Sends every selected file of the archive `packed`. `None` if the archive names the known commit before its first
    /// file, as git's archives do. Blocks, so it must run in a blocking thread of the runtime.
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
            return Err(io::Error::other("it holds no entries"));
        }
        let revision = sha.unwrap_or_else(|| self.content.finalize().to_hex()[..40].to_owned());
        let left_out = (self.left_out_bytes <= MOST_LEFT_OUT).then_some(self.left_out);
        Ok(Some(Unpacked { revision, problems: self.problems, left_out }))
    }

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
        // GitHub puts all files in one folder, `name-sha/`.
        let Some((_, path)) = full.split_once('/') else { return Ok(()) };
        let size = entry.size();
        if self.selection.is_book_copy(path) {
            self.problem(Some(path), "a copy of a commercial book, by its name: never indexed");
            return Ok(());
        }
        if !(self.selection.selects(path) || Selection::always(path)) {
            if kind.is_file() {
                self.leave_out(path, size);
            }
            return Ok(());
        }
        if let Some(refusal) = self.refusal(&full, path, kind, size) {
            if size > self.limits.file_bytes && kind.is_file() {
                self.leave_out(path, size);
            }
            self.problem(Some(path), &refusal);
            return Ok(());
        }
        if !self.seen.insert(path.to_owned()) {
            self.problem(Some(path), "stands in the archive twice; the first one counts");
            return Ok(());
        }
        if !self.folded.insert(path.to_lowercase()) {
            self.problem(Some(path), "differs from another file only in case; both are kept");
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

    /// Why the selected entry `full` (`path` without its first folder) must not be used.
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

    /// Reads the entry and sends it, once there is room for it.
    fn send<R: Read>(&mut self, entry: &mut Entry<'_, R>, path: &str, size: u64) -> io::Result<()> {
        let ended = || io::Error::other("the run was ended");
        let wanted = MemoryShare::wanted(size);
        let permit = tokio::runtime::Handle::current()
            .block_on(Arc::clone(&self.room).acquire_many_owned(wanted))
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

    fn leave_out(&mut self, path: &str, size: u64) {
        self.left_out_bytes += path.len() + 16;
        if self.left_out_bytes <= MOST_LEFT_OUT {
            self.left_out.push(LeftOut { path: path.to_owned(), size });
        }
    }

    fn problem(&mut self, path: Option<&str>, message: &str) {
        let mut problem = Problem::new(Stage::Crawl, message);
        problem.path = path.map(|path| path.chars().take(LONGEST_PATH).collect());
        self.keep(Some(problem));
    }

    fn keep(&mut self, problem: Option<Problem>) {
        let room = MOST_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(problem.into_iter().take(room));
    }
}

fn too_many(what: &str, most: u64) -> io::Error {
    io::Error::other(format!("it has more than {most} {what}, the limit of the policy"))
}

/// Why the file `path` of a source must not be used, if so. Valid paths have plain components, at most `depth`, and no
/// backslash, which separates folders on some systems.
pub(super) fn path_refusal(path: &str, depth: u64) -> Option<String> {
    let components = || path.split('/');
    if components().any(|component| matches!(component, "" | "." | "..")) {
        return Some("its path leads out of the source; left out".to_owned());
    }
    if path.contains('\\') {
        return Some(
            "a backslash in its name, which parts folders on some systems; left out".to_owned(),
        );
    }
    if path.contains('\0') {
        return Some("a NUL in its name; left out".to_owned());
    }
    if path.len() > LONGEST_PATH {
        return Some(format!("its path is longer than {LONGEST_PATH} bytes; left out"));
    }
    let count = components().count() as u64;
    (count > depth)
        .then(|| format!("{count} folders deep, more than the {depth} of the policy; left out"))
}

/// The problem of a file whose name is not UTF-8 (shown escaped), if `selection` would select it.
pub(super) fn name_problem(name: &[u8], selection: &Selection) -> Option<Problem> {
    let similar = String::from_utf8_lossy(name);
    let is_wanted = selection.selects(&similar) || Selection::always(&similar);
    let escaped: String = name.escape_ascii().to_string().chars().take(LONGEST_PATH).collect();
    let message = "its name, shown escaped, is not UTF-8; left out";
    is_wanted.then(|| {
        let problem = Problem::new(Stage::Crawl, message).at(escaped);
        problem.hint("rename it, so that it can be named in answers")
    })
}

/// The body of an entry that extends the header of the next one.
fn header<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Vec<u8>> {
    if entry.size() > LONGEST_HEADER {
        let message = format!("a header of {} bytes, where names stand", entry.size());
        return Err(io::Error::other(message));
    }
    let mut body = Vec::new();
    entry.read_to_end(&mut body)?;
    Ok(body)
}

/// The `path` record of a pax header (POSIX.1-2001, pax interchange format).
fn pax_path(header: &[u8]) -> Option<Vec<u8>> {
    let mut records = PaxExtensions::new(header).flatten();
    let path = records.find(|record| record.key_bytes() == b"path")?;
    Some(path.value_bytes().to_vec())
}

/// A name that ends at its first NUL.
fn c_string(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}

/// The commit that an archive names in its first entry. `head` is the compressed beginning of the archive.
pub(super) fn commit_of(head: &[u8]) -> Option<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(head));
    let mut first = archive.entries().ok()?.raw(true).next()?.ok()?;
    let is_global = first.header().entry_type() == EntryType::XGlobalHeader;
    if is_global { pax_comment(&mut first).ok()? } else { None }
}

/// The `comment` record of a pax header: git archives keep the commit's sha there.
fn pax_comment(entry: &mut impl Read) -> io::Result<Option<String>> {
    let mut header = Vec::new();
    entry.take(LONGEST_HEADER).read_to_end(&mut header)?;
    let mut records = PaxExtensions::new(&header).flatten();
    let comment = records.find(|record| record.key_bytes() == b"comment");
    let sha = comment.and_then(|record| record.value().ok().map(str::to_owned));
    Ok(sha.filter(|sha| sha.len() >= 40 && sha.chars().all(|c| c.is_ascii_hexdigit())))
}

/// A reader that returns an error, instead of the end of the file, after `left` bytes.
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
    fn only_plain_paths_that_stay_inside_are_taken_and_the_refusal_says_why() {
        for path in ["a.md", "a/b c/d&e.md", "..a/b"] {
            assert_eq!(path_refusal(path, 8), None, "{path}");
        }
        let long = "x".repeat(LONGEST_PATH + 1);
        for (path, says) in [
            ("../a", "leads out"),
            ("a/../b", "leads out"),
            ("/a", "leads out"),
            ("a//b", "leads out"),
            ("", "leads out"),
            ("a/./b", "leads out"),
            ("a\\b.md", "a backslash in its name"),
            ("a\0b.md", "a NUL"),
            ("1/2/3/4/5/6/7/8/9", "9 folders deep, more than the 8"),
            (&long, "longer than"),
        ] {
            let refusal = path_refusal(path, 8).unwrap_or_default();
            assert!(refusal.contains(says), "{path}: {refusal}");
        }
    }

    #[test]
    fn a_bounded_reader_fails_past_its_bound() {
        let mut buffer = Vec::new();
        assert!(BoundedReader::new(&b"12345"[..], 5, "x").read_to_end(&mut buffer).is_ok());
        assert!(BoundedReader::new(&b"123456"[..], 5, "x").read_to_end(&mut buffer).is_err());
    }
}
