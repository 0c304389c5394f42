//! Builds tarballs in GitHub's form (`git archive` with gzip), and reads the commit and single
//! files from them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use sha1::{Digest, Sha1};
use tar::EntryType;

use super::hostile::raw_archive;
use super::state::Store;

const BLOCK: usize = 512;
/// The maximum size of the pax global header that is read; git's holds only a short comment.
const LARGEST_COMMENT: u64 = 64 * 1024;

/// A tar.gz as GitHub sends it: the commit in a pax global header, then the top folder, all other
/// folders, and the files in the given order. `name` may be a full name; only its last part is used.
pub fn archive(name: &str, sha: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let top = format!("{name}-{sha}");
    let mut folders = BTreeSet::new();
    for (path, _) in files {
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let mut builder = raw_archive(sha).folder(format!("{top}/"));
    for folder in folders {
        builder = builder.folder(format!("{top}/{folder}/"));
    }
    for (path, bytes) in files {
        builder = builder.file(format!("{top}/{path}"), bytes);
    }
    builder.finish()
}

/// The commit of a tar.gz, from the `comment` of its pax global header.
pub fn sha_of(archive_bytes: impl Read) -> Option<String> {
    let mut tar = GzDecoder::new(archive_bytes);
    let mut block = [0; BLOCK];
    tar.read_exact(&mut block).ok()?;
    let header = tar::Header::from_byte_slice(&block);
    if header.entry_type() != EntryType::XGlobalHeader {
        return None;
    }
    let size = header.entry_size().ok()?.min(LARGEST_COMMENT);
    let mut records = Vec::new();
    tar.take(size).read_to_end(&mut records).ok()?;
    comment(&records)
}

/// As `sha_of`, for a file. If it names no commit, the SHA-1 of its bytes is used, so that new
/// content has a new sha.
pub fn sha_of_file(path: &Path) -> io::Result<String> {
    if let Some(sha) = sha_of(File::open(path)?) {
        return Ok(sha);
    }
    let mut hasher = Sha1::new();
    hasher.update(std::fs::read(path)?);
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The path and the bytes of the first regular file whose path below the top folder is `wanted`.
pub fn file_in(store: &Store, wanted: impl Fn(&str) -> bool) -> Option<(String, Vec<u8>)> {
    let reader: Box<dyn Read> = match store {
        Store::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        Store::Disk(path) => Box::new(File::open(path).ok()?),
    };
    let mut tar = tar::Archive::new(GzDecoder::new(reader));
    for entry in tar.entries().ok()? {
        let mut entry = entry.ok()?;
        let full = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some((_, path)) = full.split_once('/') else {
            continue;
        };
        if entry.header().entry_type().is_file() && wanted(path) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).ok()?;
            return Some((path.to_owned(), bytes));
        }
    }
    None
}

/// The same tar, compressed again, with other gzip bytes for each `count`.
pub fn repacked(tar_gz: &[u8], count: u32) -> Vec<u8> {
    let level = if count % 2 == 1 { Compression::fast() } else { Compression::best() };
    let mut gzip = GzBuilder::new().mtime(count).write(Vec::new(), level);
    io::copy(&mut GzDecoder::new(tar_gz), &mut gzip).expect("a tarball");
    gzip.finish().expect("a vector takes every write")
}

/// The `comment` of pax records. Each record is `LENGTH KEY=VALUE\n`; its length includes `LENGTH`.
fn comment(mut records: &[u8]) -> Option<String> {
    loop {
        let space = records.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let record = records.get(space + 1..length)?;
        if let Some(value) = record.strip_prefix(b"comment=") {
            let value = value.strip_suffix(b"\n").unwrap_or(value);
            return String::from_utf8(value.to_vec()).ok();
        }
        records = &records[length..];
    }
}
