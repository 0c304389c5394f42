//! Unpacks a backup, which is hostile until it is verified.
//!
//! The archive must have exactly the files of its manifest, once each, as plain files with the listed lengths and checksums.
//! The reader does not follow extended headers, links or devices: an archive with any of these is refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use tar::{Archive, Entry, EntryType};

use super::archive::{BackupManifest, MANIFEST, MOST_MANIFEST_BYTES};
use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::checksums::FileMark;

/// The base-2 logarithm of the largest window that the decompressor may use: 128 MB of memory.
const MOST_WINDOW: u32 = 27;
/// The number of bytes that are read at once.
const BLOCK: usize = 64 * 1024;

/// Unpacks the backup `reader` into the folder `into`, and verifies it. Returns its manifest.
///
/// Writes at most the bytes that the manifest lists, and only if the disk has room for them. `Err` if the backup is
/// damaged, cut short, hostile, or of a newer format. Then `into` may have a part of it, which must not be used.
pub(super) fn unpack(reader: impl Read, into: &Path) -> anyhow::Result<BackupManifest> {
    let mut decoder = zstd::Decoder::new(reader)?;
    decoder.window_log_max(MOST_WINDOW)?;
    let mut archive = Archive::new(decoder);
    // Without `raw`, the crate would read extended headers of any length into memory.
    let mut entries = archive.entries().map_err(unreadable)?.raw(true);
    let mut first = entries.next().context("it is empty")?.map_err(unreadable)?;
    let manifest = manifest(&mut first)?;
    let needed = manifest.bytes();
    if let Some(free) = disk::free_bytes(into).filter(|free| *free < needed) {
        bail!(
            "it needs {needed} bytes, and the disk has {free} left; free space there, nothing was changed"
        );
    }
    let mut missing: BTreeSet<&str> = manifest.files.keys().map(String::as_str).collect();
    for entry in entries {
        let mut entry = entry.map_err(unreadable)?;
        let name = name_of(&entry)?;
        if !missing.remove(name.as_str()) {
            bail!(
                "it is damaged or hostile: {name:?} is not in its list of files, or is there twice"
            );
        }
        let mark = manifest.files.get(&name).context("its list of files has no such file")?;
        take(&mut entry, &name, mark, &into.join(&name))?;
    }
    if let Some(name) = missing.first() {
        bail!("it is cut short: {name} is missing");
    }
    // The checksum of the compressed stream is at its end.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(unreadable)?;
    Ok(manifest)
}

/// The error of a stream that can't be read, in the words of users.
fn unreadable(error: io::Error) -> anyhow::Error {
    anyhow::anyhow!("it is damaged, cut short, or no backup of Cairn ({error})")
}

/// The name of the plain file `entry`. `Err` if it is something else.
fn name_of(entry: &Entry<impl Read>) -> anyhow::Result<String> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    match entry.header().entry_type() {
        EntryType::Regular => Ok(name),
        kind => bail!("it is hostile: {name:?} is no plain file ({kind:?})"),
    }
}

fn manifest(entry: &mut Entry<impl Read>) -> anyhow::Result<BackupManifest> {
    let name = name_of(entry)?;
    if name != MANIFEST {
        bail!("it is no backup of Cairn: it begins with {name:?}");
    }
    let bytes = entry.size();
    if bytes > MOST_MANIFEST_BYTES {
        bail!("it is damaged or hostile: its list of files has {bytes} bytes");
    }
    let mut json = Vec::new();
    entry.take(MOST_MANIFEST_BYTES).read_to_end(&mut json).map_err(unreadable)?;
    BackupManifest::parse(&json)
}

/// Writes the file `name` to `target`, and compares it with `mark`.
fn take(entry: &mut impl Read, name: &str, mark: &FileMark, target: &Path) -> anyhow::Result<()> {
    if let Some(folder) = target.parent() {
        disk::create_folder(folder)?;
    }
    let failed = |cause| DiskError::new(DiskOperation::Write, target, cause);
    let mut file = File::create_new(target).map_err(failed)?;
    let (mut hash, mut found) = (blake3::Hasher::new(), 0);
    let mut block = vec![0; BLOCK];
    loop {
        let read = entry.read(&mut block).map_err(unreadable)?;
        found += read as u64;
        if read == 0 || found > mark.bytes {
            break;
        }
        hash.update(&block[..read]);
        file.write_all(&block[..read]).map_err(failed)?;
    }
    if found != mark.bytes || hash.finalize().to_hex().as_str() != mark.blake3 {
        bail!("it is damaged: {name} does not have its length and checksum");
    }
    Ok(())
}
