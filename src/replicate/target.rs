//! A place that an index publishes to.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use object_store::MultipartUpload;

use super::error::ReplicateError;
use super::objects::ObjectFolder;
use super::place::Place;
use super::plan::{self, MOST_MANIFEST_BYTES};
use super::records::{PUBLISHER, Publisher};
use super::remote::{Remote, objects};
use super::take::{self, Patience};
use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::checksums::FileMark;
use crate::generation::damage::IndexDamage;
use crate::generation::manifest::Manifest;

/// The folder of the generations.
const GENERATIONS: &str = "generations";
/// Larger files are sent in parts of this many bytes. S3 takes parts of at least 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// The maximum number of bytes of `current` and of [`PUBLISHER`].
const MOST_SMALL_BYTES: u64 = 4_096;

/// A place that an index publishes to.
pub(super) struct Target {
    objects: ObjectFolder,
    /// The same place, for reading.
    remote: Remote,
    patience: Patience,
    /// The folder, if the place is one.
    folder: Option<PathBuf>,
}

impl Target {
    /// Opens `place`, and creates it if it is a folder that does not exist. A server may send nothing for `timeout`.
    pub fn open(place: &Place, timeout: Duration) -> Result<Target, ReplicateError> {
        let folder = match place {
            Place::Folder(folder) => Some(folder.clone()),
            Place::Web { .. } | Place::Bucket { .. } => None,
        };
        if let Some(folder) = &folder {
            disk::create_folder(folder)?;
        }
        Ok(Target {
            objects: objects(place, timeout)?,
            remote: Remote::open(place, timeout)?,
            patience: Patience { timeout },
            folder,
        })
    }

    /// Makes `publisher` the only index that may publish here. `Err` if another one is, unless `is_taken_over`.
    pub async fn claim(
        &self,
        publisher: &Publisher,
        is_taken_over: bool,
    ) -> Result<(), ReplicateError> {
        let json = Bytes::from(publisher.to_json());
        // Of two indexes that publish here for the first time, one succeeds.
        if self.objects.create(PUBLISHER, json.clone()).await? {
            return Ok(());
        }
        let known = self.small(PUBLISHER).await?.unwrap_or_default();
        match serde_json::from_slice::<Publisher>(&known) {
            Ok(known) if known.id == publisher.id => Ok(()),
            _ if is_taken_over => self.objects.put(PUBLISHER, json).await,
            other => {
                let owner = other.map_or_else(|_| "unknown".to_owned(), |known| known.name());
                Err(ReplicateError::OtherPublisher { place: self.remote.place.clone(), owner })
            }
        }
    }

    /// The manifest of the current generation; `None` if there is no intact one.
    pub async fn current(&self) -> Result<Option<Manifest>, ReplicateError> {
        let current = self.small("current").await?.unwrap_or_default();
        match String::from_utf8_lossy(&current).trim().parse() {
            Ok(number) => self.manifest(number).await,
            Err(_) => Ok(None),
        }
    }

    /// The manifest of the generation `number`; `None` if it is missing or damaged.
    pub async fn manifest(&self, number: u64) -> Result<Option<Manifest>, ReplicateError> {
        let path = file_path(number, "manifest.json");
        match take::content(&self.remote, &path, MOST_MANIFEST_BYTES, self.patience).await {
            Ok(bytes) => {
                let manifest = Manifest::parse(&bytes, Path::new(&path)).ok();
                Ok(manifest.filter(|manifest| plan::fault(manifest, number).is_none()))
            }
            Err(ReplicateError::Missing { .. } | ReplicateError::TooLong { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The content of the small file `path`; `None` if it is missing or not small.
    async fn small(&self, path: &str) -> Result<Option<Vec<u8>>, ReplicateError> {
        match take::content(&self.remote, path, MOST_SMALL_BYTES, self.patience).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReplicateError::Missing { .. } | ReplicateError::TooLong { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the file `path` beside the generations, or the manifest of one.
    pub async fn put(&self, path: &str, content: Vec<u8>) -> Result<(), ReplicateError> {
        self.objects.put(path, content.into()).await
    }

    /// Gives the generation `number` the file `name`, which the generation `from` of this place has. False if it does not
    /// have it any more.
    pub async fn copy(&self, from: u64, number: u64, name: &str) -> Result<bool, ReplicateError> {
        match self.objects.copy(&file_path(from, name), &file_path(number, name)).await {
            Ok(()) => Ok(true),
            Err(ReplicateError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends the file `name` of the generation `number`, which is in `folder` and has `mark`. Holds one part in memory. `Err`
    /// if its content does not have the length and the checksum of `mark`: damage is never published.
    pub async fn send(
        &self,
        number: u64,
        name: &str,
        folder: &Path,
        mark: &FileMark,
    ) -> Result<(), ReplicateError> {
        let (path, own) = (file_path(number, name), folder.join(name));
        let unreadable = |cause| DiskError::new(DiskOperation::Read, &own, cause);
        let mut file = File::open(&own).map_err(unreadable)?;
        let found = file.metadata().map_err(unreadable)?.len();
        if found != mark.bytes {
            let expected = mark.bytes;
            return Err(IndexDamage::Length { path: own, found, expected }.into());
        }
        if mark.bytes <= PART_BYTES as u64 {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(unreadable)?;
            if blake3::hash(&content).to_hex().as_str() != mark.blake3 {
                return Err(IndexDamage::Checksum { path: own }.into());
            }
            return self.put(&path, content).await;
        }
        let mut upload = self.objects.begin(&path).await?;
        let sent = self.send_parts(&mut upload, &path, &mut file, &own, mark).await;
        if sent.is_err() {
            // If this fails too, the storage keeps the parts until its own rule for unfinished uploads removes them.
            let _ = upload.abort().await;
        }
        sent
    }

    /// Sends the content of `file`, which is `own`, in parts.
    async fn send_parts(
        &self,
        upload: &mut Box<dyn MultipartUpload>,
        path: &str,
        file: &mut File,
        own: &Path,
        mark: &FileMark,
    ) -> Result<(), ReplicateError> {
        let failed = |error| self.objects.error(path, error);
        let mut hash = blake3::Hasher::new();
        loop {
            let mut part = Vec::with_capacity(PART_BYTES);
            let read = file.by_ref().take(PART_BYTES as u64).read_to_end(&mut part);
            read.map_err(|cause| DiskError::new(DiskOperation::Read, own, cause))?;
            if part.is_empty() {
                break;
            }
            hash.update(&part);
            upload.put_part(part.into()).await.map_err(failed)?;
        }
        if hash.finalize().to_hex().as_str() != mark.blake3 {
            return Err(IndexDamage::Checksum { path: own.to_owned() }.into());
        }
        upload.complete().await.map(drop).map_err(failed)
    }

    /// The numbers of the generations, ascending; complete or not.
    pub async fn numbers(&self) -> Result<Vec<u64>, ReplicateError> {
        let names = self.objects.folders(GENERATIONS).await?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Removes the generation `number`, complete or not.
    pub async fn remove(&self, number: u64) -> Result<(), ReplicateError> {
        let path = format!("{GENERATIONS}/{number:04}");
        match &self.folder {
            // Also removes what a killed run left, which object_store does not list.
            Some(folder) => Ok(disk::remove_folder(&folder.join(path))?),
            None => self.objects.remove(&path).await,
        }
    }
}

/// The path of the file `name` of the generation `number`.
pub(super) fn file_path(number: u64, name: &str) -> String {
    format!("{GENERATIONS}/{number:04}/{name}")
}
