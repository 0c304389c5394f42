//! Makes a backup.
//!
//! The files are collected in a private folder first: those of the generation as hard links, or copies, so that a refresh
//! that removes the generation meanwhile does no harm; the store as a copy of one moment. The store is copied after the
//! generation, so that it has everything that the generation has.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use tar::{Builder, EntryType, Header};

use super::archive::{BackupManifest, FORMAT, MANIFEST, STORE};
use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::checksums::{FileMark, FileMarks};
use crate::generation::damage::{IndexDamage, rebuild, shown};
use crate::generation::folders;
use crate::generation::manifest::Manifest;
use crate::generation::replica::ReplicaMark;
use crate::generation::restored::BESIDE;
use crate::printable::time;
use crate::store::Store;

/// How often the files are collected again because a refresh removed the generation meanwhile.
const TRIES: usize = 5;
/// The compression level. Most of the content is compressed already, so higher ones gain little.
const LEVEL: i32 = 3;

/// What a backup has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    pub generation: u64,
    /// When the generation was built, in RFC 3339 format.
    pub built_at: String,
    pub documents: usize,
    pub sections: usize,
    pub files: usize,
    /// The number of bytes of all files, before compression.
    pub bytes: u64,
}

/// Writes a backup of `index` to `out`. Uses the folder `scratch`, which must be empty and private, and leaves files there.
///
/// A refresh may run meanwhile, and readers are not disturbed. Writes nothing in the index, except that SQLite may create
/// its files beside the store. `Err` if the index is a replica, has no generation, or is damaged: a backup never contains
/// damaged files. Holds one block of a file in memory. O(bytes).
pub fn write(index: &Path, scratch: &Path, out: impl Write) -> anyhow::Result<BackupReport> {
    if let Some(ReplicaMark { source, .. }) = ReplicaMark::read(index)? {
        bail!(
            "{} is a replica of {source}; back up the index there, where it is refreshed",
            shown(index)
        );
    }
    let manifest = collect_generation(index, scratch)?;
    let mut files = own_marks(&manifest);
    let store = index.join(STORE);
    if !disk::is_there(&store)? {
        bail!(
            "{} has no library.db, so there is nothing to back up that `cairn refresh` would not build again",
            shown(index)
        );
    }
    Store::copy(&store, &scratch.join(STORE)).context("nothing is backed up")?;
    for name in BESIDE {
        match fs::copy(index.join(name), scratch.join(name)) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            copied => copied
                .map_err(|cause| DiskError::new(DiskOperation::Read, &index.join(name), cause))?,
        };
        files.insert(name.to_owned(), mark_of(&scratch.join(name))?);
    }
    files.insert(STORE.to_owned(), mark_of(&scratch.join(STORE))?);
    let name = format!("{}manifest.json", folder(&manifest));
    files.insert(name.clone(), mark_of(&scratch.join(name))?);
    let report = BackupReport {
        generation: manifest.generation,
        built_at: manifest.built_at.clone(),
        documents: manifest.counts.documents,
        sections: manifest.counts.sections,
        files: files.len(),
        bytes: files.values().map(|mark| mark.bytes).sum(),
    };
    let backup = BackupManifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: time::rfc3339(chrono::Utc::now()),
        generation: manifest.generation,
        files,
    };
    pack(&backup, scratch, out).map_err(|error| damaged(error, index))?;
    Ok(report)
}

/// `error`, with the remedy if a file of `index` is damaged.
fn damaged(error: anyhow::Error, index: &Path) -> anyhow::Error {
    match error.is::<IndexDamage>() {
        true => error.context(format!(
            "nothing is backed up: {} is damaged; {}",
            shown(index),
            rebuild(index)
        )),
        false => error,
    }
}

/// The path of the folder of the generation in an index, with `/` at its end.
fn folder(manifest: &Manifest) -> String {
    format!("generations/{:04}/", manifest.generation)
}

/// The files that `manifest` lists, by their paths in an index.
fn own_marks(manifest: &Manifest) -> FileMarks {
    let folder = folder(manifest);
    let own = manifest.files.iter();
    own.map(|(name, mark)| (format!("{folder}{name}"), mark.clone())).collect()
}

/// Collects the files of the current generation of `index` in `scratch`.
fn collect_generation(index: &Path, scratch: &Path) -> anyhow::Result<Manifest> {
    for _ in 0..TRIES {
        let explain = |damage: IndexDamage| damaged(damage.into(), index);
        let number = folders::current(index).map_err(explain)?;
        let number = number.with_context(|| {
            format!("{} has no generation yet; `cairn refresh` builds the first", shown(index))
        })?;
        match link_generation(index, number, scratch) {
            Ok(manifest) => return Ok(manifest),
            // A refresh has replaced and removed it.
            Err(_) if folders::current(index).ok().flatten() != Some(number) => {
                disk::remove_folder(&scratch.join("generations"))?;
            }
            Err(damage) => return Err(explain(damage)),
        }
    }
    bail!("{} changes faster than it can be backed up", shown(index))
}

/// Links or copies the files of the generation `number` into `scratch`.
fn link_generation(index: &Path, number: u64, scratch: &Path) -> Result<Manifest, IndexDamage> {
    let (from, to) = (folders::folder(index, number), folders::folder(scratch, number));
    let manifest = folders::manifest(index, number)?;
    let own = std::iter::once("manifest.json");
    for name in manifest.files.keys().map(String::as_str).chain(own) {
        let (from, to) = (from.join(name), to.join(name));
        if let Some(folder) = to.parent() {
            disk::create_folder(folder)?;
        }
        fs::hard_link(&from, &to)
            .or_else(|_| fs::copy(&from, &to).map(drop))
            .map_err(|cause| DiskError::new(DiskOperation::Read, &from, cause))?;
    }
    Ok(manifest)
}

/// The length and checksum of the file `path`. Reads all of it.
fn mark_of(path: &Path) -> anyhow::Result<FileMark> {
    let unreadable = |cause| DiskError::new(DiskOperation::Read, path, cause);
    let mut hash = blake3::Hasher::new();
    let file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    hash.update_reader(BufReader::new(file)).map_err(unreadable)?;
    Ok(FileMark { bytes, blake3: hash.finalize().to_hex().to_string() })
}

/// Writes the archive with the files of `backup`, which are in `scratch`. `Err` if one of them is not as `backup` says.
fn pack(backup: &BackupManifest, scratch: &Path, out: impl Write) -> anyhow::Result<()> {
    let mut packer = zstd::Encoder::new(out, LEVEL)?;
    packer.include_checksum(true)?;
    let mut tar = Builder::new(packer);
    let json = serde_json::to_vec(backup)?;
    tar.append(&header(MANIFEST, json.len() as u64)?, &json[..])?;
    for (name, mark) in &backup.files {
        let path = scratch.join(name);
        let file =
            File::open(&path).map_err(|cause| DiskError::new(DiskOperation::Read, &path, cause))?;
        let found = file.metadata()?.len();
        if found != mark.bytes {
            return Err(
                IndexDamage::Length { path: name.into(), found, expected: mark.bytes }.into()
            );
        }
        let mut reader = HashingReader { inner: BufReader::new(file), hash: blake3::Hasher::new() };
        tar.append(&header(name, mark.bytes)?, &mut reader)?;
        if reader.hash.finalize().to_hex().as_str() != mark.blake3 {
            return Err(IndexDamage::Checksum { path: name.into() }.into());
        }
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// The header of the file `name` with `bytes` bytes.
fn header(name: &str, bytes: u64) -> anyhow::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(bytes);
    header.set_cksum();
    Ok(header)
}

/// Hashes what is read through it.
struct HashingReader<R> {
    inner: R,
    hash: blake3::Hasher,
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
