//! Puts the current generation of an index to a place.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt};

use super::error::ReplicateError;
use super::place::Place;
use super::records::{self, Publisher, RUNS};
use super::target::{Target, file_path};
use crate::disk;
use crate::generation::checksums::FileMark;
use crate::generation::damage::shown;
use crate::generation::manifest::Manifest;
use crate::generation::withdrawal::withdraws;
use crate::generation::{folders, lock};

/// The number of files that are sent concurrently.
const FILES_AT_ONCE: usize = 4;

/// Whether an index with private sources may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateSources {
    /// It is refused: the published copy would hold their text.
    Refused,
    Published,
}

/// What happens if another index publishes to the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    Refused,
    /// From now on, only this index publishes there.
    Allowed,
}

/// How a generation is published.
#[derive(Clone, Copy, Debug)]
pub struct PublishOptions {
    /// How long the place may send nothing.
    pub timeout: Duration,
    pub private: PrivateSources,
    pub takeover: Takeover,
}

/// The result of publishing.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishReport {
    pub generation: u64,
    /// Whether the place got this generation just now.
    pub is_new: bool,
    /// The number of files that were sent, and of those that the place had.
    pub sent: usize,
    pub copied: usize,
    /// The number of bytes that were sent.
    pub bytes: u64,
    /// The number of bytes of the whole generation.
    pub whole: u64,
    pub seconds: f64,
}

/// Puts the current generation of `index` to `place`, unless it is there. Then removes older generations there: the previous
/// one stays, unless material was withdrawn from it.
///
/// Takes the lock of `index`, and gives the index an id (`publisher.json`) if it has none. Files that the place has in its
/// current generation are copied there. Everything is sent before `current` is replaced, so readers never see an incomplete
/// generation, and a run that is killed is repeated by the next one. Holds a few parts of files in memory. Needs a tokio
/// runtime.
///
/// `Err` if another index publishes to the place, if the index has private sources and `options` refuse these, or if a file
/// of the index is damaged. The index itself stays as it is.
pub async fn publish(
    index: &Path,
    place: &Place,
    options: &PublishOptions,
) -> Result<PublishReport, ReplicateError> {
    let started = Instant::now();
    let index_error = |error| ReplicateError::Index(crate::problem::chain(&error));
    let _lock = lock::take(index).map_err(index_error)?;
    refuse_inside(index, place)?;
    let number = folders::current(index)?;
    let number = number.ok_or_else(|| ReplicateError::NoGeneration { index: shown(index) })?;
    let manifest = folders::manifest(index, number)?;
    refuse_private(&manifest, place, options.private)?;
    let publisher = Publisher::of(index)?;
    let target = Target::open(place, options.timeout)?;
    target.claim(&publisher, options.takeover == Takeover::Allowed).await?;
    let known = target.current().await?;
    let is_new = known.as_ref().is_none_or(|known| known.checksum() != manifest.checksum());
    let publication = Publication { index, target, manifest };
    let sent = match is_new {
        true => publication.send(known.as_ref()).await?,
        false => Sent::default(),
    };
    publication.runs().await?;
    if is_new {
        publication.target.put("current", format!("{number}\n").into_bytes()).await?;
    }
    publication.remove_old().await?;
    Ok(PublishReport {
        generation: number,
        is_new,
        sent: sent.files,
        copied: sent.copied,
        bytes: sent.bytes,
        whole: publication.manifest.files.values().map(|mark| mark.bytes).sum(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// `Err` if `place` is the folder `index` or inside it.
fn refuse_inside(index: &Path, place: &Place) -> Result<(), ReplicateError> {
    let Place::Folder(folder) = place else { return Ok(()) };
    let inside = std::path::absolute(folder).ok().zip(std::path::absolute(index).ok());
    let inside = inside.is_some_and(|(folder, index)| folder.starts_with(index));
    let canonical = |path: &Path| fs::canonicalize(path).ok();
    let is_link = canonical(folder).zip(canonical(index));
    match inside || is_link.is_some_and(|(folder, index)| folder.starts_with(index)) {
        true => Err(ReplicateError::Itself { index: shown(index) }),
        false => Ok(()),
    }
}

fn refuse_private(
    manifest: &Manifest,
    place: &Place,
    private: PrivateSources,
) -> Result<(), ReplicateError> {
    let count = manifest.held().filter(|source| source.private).count();
    if count == 0 || private == PrivateSources::Published {
        return Ok(());
    }
    let sources = if count == 1 { "1 source".to_owned() } else { format!("{count} sources") };
    Err(ReplicateError::Private { place: place.to_string(), sources })
}

/// A generation that is being published.
struct Publication<'a> {
    index: &'a Path,
    target: Target,
    manifest: Manifest,
}

/// What the place got.
#[derive(Clone, Copy, Default)]
struct Sent {
    files: usize,
    copied: usize,
    bytes: u64,
}

impl Publication<'_> {
    /// Gives the place all files of the generation. `known` is the current generation there, whose files are copied.
    async fn send(&self, known: Option<&Manifest>) -> Result<Sent, ReplicateError> {
        let number = self.manifest.generation;
        if known.is_none_or(|known| known.generation != number) {
            // What a killed run has left is not trusted.
            self.target.remove(number).await?;
        }
        tracing::info!("copying generation {number}");
        let folder = folders::folder(self.index, number);
        let files = futures_util::stream::iter(&self.manifest.files);
        let sent = files
            .map(|(name, mark)| self.send_file(name, mark, &folder, known))
            .buffer_unordered(FILES_AT_ONCE)
            .try_fold(Sent::default(), |sum, one| {
                std::future::ready(Ok(Sent {
                    files: sum.files + one.files,
                    copied: sum.copied + one.copied,
                    bytes: sum.bytes + one.bytes,
                }))
            })
            .await?;
        let manifest = disk::read(&folder.join("manifest.json"))?;
        let bytes = sent.bytes + manifest.len() as u64;
        self.target.put(&file_path(number, "manifest.json"), manifest).await?;
        Ok(Sent { bytes, ..sent })
    }

    /// Gives the place the file `name`, which is in `folder`: copies it from the generation `known` there, or sends it.
    async fn send_file(
        &self,
        name: &str,
        mark: &FileMark,
        folder: &Path,
        known: Option<&Manifest>,
    ) -> Result<Sent, ReplicateError> {
        let number = self.manifest.generation;
        let same = known.filter(|known| known.files.get(name) == Some(mark));
        if let Some(known) = same {
            let is_there = known.generation == number
                || self.target.copy(known.generation, number, name).await?;
            if is_there {
                return Ok(Sent { copied: 1, ..Sent::default() });
            }
        }
        self.target.send(number, name, folder, mark).await?;
        Ok(Sent { files: 1, copied: 0, bytes: mark.bytes })
    }

    /// Gives the place the record of runs, as far as it belongs to the generation.
    async fn runs(&self) -> Result<(), ReplicateError> {
        let path = self.index.join(RUNS);
        if !disk::is_there(&path)? {
            return Ok(());
        }
        match records::runs_of(&disk::read(&path)?, &self.manifest) {
            Some(runs) => self.target.put(RUNS, runs).await,
            None => Ok(()),
        }
    }

    /// Removes all generations of the place but the current one and the previous one, which readers may be taking. Also
    /// removes the previous one if material was withdrawn from it, or if it is incomplete.
    async fn remove_old(&self) -> Result<(), ReplicateError> {
        let own = self.manifest.generation;
        let mut others = self.target.numbers().await?;
        others.retain(|number| *number != own);
        let previous = match others.iter().rev().find(|number| **number < own) {
            Some(number) => self.target.manifest(*number).await?,
            None => None,
        };
        let kept = previous.filter(|previous| !withdraws(previous, &self.manifest));
        for number in others {
            if kept.as_ref().is_none_or(|kept| kept.generation != number) {
                self.target.remove(number).await?;
            }
        }
        Ok(())
    }
}
