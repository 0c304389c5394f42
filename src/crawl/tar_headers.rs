//! Reads tar entries that hold metadata instead of a file: the long name of the next entry, or the commit that git
//! records in an archive.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use tar::{Entry, EntryType, PaxExtensions};

/// The maximum size of a metadata entry, in bytes: a longer name is an error, a longer comment is truncated.
const LONGEST_HEADER: u64 = 64 * 1024;

/// The body of an entry that holds the long name of the next entry. `Err` if it is longer than [`LONGEST_HEADER`].
pub(super) fn header<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Vec<u8>> {
    if entry.size() > LONGEST_HEADER {
        let message = format!("a header with a name has {} bytes", entry.size());
        return Err(io::Error::other(message));
    }
    let mut body = Vec::new();
    entry.read_to_end(&mut body)?;
    Ok(body)
}

/// The `path` record of a pax header (POSIX.1-2001, pax interchange format).
pub(super) fn pax_path(header: &[u8]) -> Option<Vec<u8>> {
    let mut records = PaxExtensions::new(header).flatten();
    let path = records.find(|record| record.key_bytes() == b"path")?;
    Some(path.value_bytes().to_vec())
}

/// `bytes` up to the first NUL.
pub(super) fn c_string(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}

/// The sha of the commit that the archive's first entry names, if any. `head` is the compressed beginning of the
/// archive.
pub(super) fn commit_of(head: &[u8]) -> Option<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(head));
    let mut first = archive.entries().ok()?.raw(true).next()?.ok()?;
    let is_global = first.header().entry_type() == EntryType::XGlobalHeader;
    if is_global { pax_comment(&mut first).ok()? } else { None }
}

/// The commit's sha, which git writes into the `comment` record of a pax header. `None` if the record is missing or is
/// not a sha.
pub(super) fn pax_comment(entry: &mut impl Read) -> io::Result<Option<String>> {
    let mut header = Vec::new();
    entry.take(LONGEST_HEADER).read_to_end(&mut header)?;
    let mut records = PaxExtensions::new(&header).flatten();
    let comment = records.find(|record| record.key_bytes() == b"comment");
    let sha = comment.and_then(|record| record.value().ok().map(str::to_owned));
    Ok(sha.filter(|sha| sha.len() >= 40 && sha.chars().all(|c| c.is_ascii_hexdigit())))
}
