//! Takes the current generation of a place into an index.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use futures_util::{StreamExt, TryStreamExt};

use super::error::ReplicateError;
use super::place::Place;
use super::plan::{self, MOST_MANIFEST_BYTES, PullPlan};
use super::records::{self, MOST_RUNS_BYTES, RUNS};
use super::remote::Remote;
use super::staging::Staging;
use super::take::{self, Patience};
use crate::disk;
use crate::generation::checksums::{self, CheckDepth};
use crate::generation::damage::{IndexDamage, shown};
use crate::generation::manifest::Manifest;
use crate::generation::open::Generation;
use crate::generation::replica::ReplicaMark;
use crate::generation::{folders, lock, open};
use crate::printable::time;

/// The maximum number of bytes of the file `current`.
const MOST_CURRENT_BYTES: u64 = 32;
/// The maximum number of times that a pull begins again because the place has published another generation.
const MOST_RESTARTS: usize = 4;
/// The number of files that are taken concurrently.
const FILES_AT_ONCE: usize = 6;

/// How a generation is pulled.
#[derive(Clone, Copy, Debug)]
pub struct PullOptions {
    /// How long the place may send nothing.
    pub timeout: Duration,
    /// How thoroughly the files that the index has are checked before they are used. At [`CheckDepth::Deep`], all of them
    /// are read, and damaged ones are taken again.
    pub depth: CheckDepth,
    /// The number of the generation that an earlier pull has already compared with the place. If the place still has this
    /// one, only `current` is read.
    pub compared: Option<u64>,
}

/// The result of a pull.
#[derive(Clone, Debug, PartialEq)]
pub struct PullReport {
    pub generation: u64,
    /// Whether the index got this generation, or files of it, just now.
    pub is_new: bool,
    /// The number of files that were taken, and of those that the index had.
    pub taken: usize,
    pub linked: usize,
    /// The number of bytes that came from the place.
    pub bytes: u64,
    /// The number of bytes of the whole generation.
    pub whole: u64,
    pub seconds: f64,
}

/// Takes the current generation of `place` into `index`, unless it is there, and makes `index` a replica. Then removes old
/// generations; if material was withdrawn, all but the new one.
///
/// Creates the folder `index` if necessary, takes its lock, and writes below it only. Reads `current` and the manifest, and
/// then the files that no generation of the index has. Holds one chunk of each of a few files in memory, and the manifest;
/// opens the generation once before it becomes the current one. May be killed at any instruction, or dropped: the index
/// then has its previous generation, and the next call removes what is left over. Needs a tokio runtime.
///
/// `Err` leaves the current generation as it was. If the place publishes another generation in the meantime, begins again
/// with that one, at most [`MOST_RESTARTS`] times.
pub async fn pull(
    index: &Path,
    place: &Place,
    options: &PullOptions,
) -> Result<PullReport, ReplicateError> {
    refuse_own(index, place)?;
    disk::create_folder(index)?;
    let _lock = lock::take(index).map_err(index_error)?;
    open::restore_current(index)?;
    folders::clean(index).map_err(index_error)?;
    let remote = Remote::open(place, options.timeout)?;
    let patience = Patience { timeout: options.timeout };
    let pull = Pull { index, remote, options, patience, started: Instant::now() };
    let mut number = pull.number().await?;
    for _ in 0..MOST_RESTARTS {
        match pull.generation(number).await {
            Err(error) if error.may_have_moved() => {
                let now = pull.number().await?;
                if now == number {
                    return Err(error);
                }
                tracing::info!("{place} has published generation {now} in the meantime");
                number = now;
            }
            result => return result,
        }
    }
    Err(ReplicateError::Moving { place: place.to_string() })
}

/// `Err` if `index` is refreshed on this machine, or is the place itself.
fn refuse_own(index: &Path, place: &Place) -> Result<(), ReplicateError> {
    let canonical = |path: &Path| fs::canonicalize(path).ok();
    if let Place::Folder(folder) = place
        && canonical(folder).is_some_and(|folder| canonical(index) == Some(folder))
    {
        return Err(ReplicateError::Itself { index: shown(index) });
    }
    match disk::is_there(&index.join("library.db"))? {
        true => Err(ReplicateError::OwnIndex { index: shown(index) }),
        false => Ok(()),
    }
}

fn index_error(error: anyhow::Error) -> ReplicateError {
    ReplicateError::Index(crate::problem::chain(&error))
}

/// A pull in progress.
struct Pull<'a> {
    index: &'a Path,
    remote: Remote,
    options: &'a PullOptions,
    patience: Patience,
    started: Instant,
}

/// The manifest of the place's generation, as it came and decoded.
struct TakenManifest {
    bytes: Vec<u8>,
    manifest: Manifest,
}

impl Pull<'_> {
    /// The number in `current` of the place.
    async fn number(&self) -> Result<u64, ReplicateError> {
        let path = "current";
        let bytes = take::content(&self.remote, path, MOST_CURRENT_BYTES, self.patience).await?;
        let number = String::from_utf8_lossy(&bytes).trim().parse();
        number.map_err(|_| self.hostile(path, "it is no number".to_owned()))
    }

    /// Takes the generation `number`, unless the index has it.
    async fn generation(&self, number: u64) -> Result<PullReport, ReplicateError> {
        let named = folders::current(self.index).ok().flatten();
        if named == Some(number) && self.options.compared == Some(number) {
            return Ok(self.report(number, None));
        }
        let taken = self.manifest(number).await?;
        let manifest = &taken.manifest;
        if let Some(own) = named.and_then(|own| folders::manifest(self.index, own).ok()) {
            if is_before(&manifest.built_at, &own.built_at) {
                let (place, built_at) = (self.remote.place.clone(), manifest.built_at.clone());
                let own = own.generation;
                return Err(ReplicateError::Older { place, number, built_at, own });
            }
            if own.checksum() == manifest.checksum() && self.is_intact(&own) {
                self.mark(manifest)?;
                self.runs(manifest).await;
                return Ok(self.report(number, None));
            }
        }
        self.mark(manifest)?;
        let plan = PullPlan::new(self.index, &manifest.files, self.options.depth);
        let bytes = self.stage(&plan, &taken).await?;
        self.mark(manifest)?;
        self.runs(manifest).await;
        let whole = manifest.files.values().map(|mark| mark.bytes).sum();
        Ok(self.report(number, Some(Taken { plan: &plan, bytes, whole })))
    }

    /// The manifest of the generation `number` of the place.
    async fn manifest(&self, number: u64) -> Result<TakenManifest, ReplicateError> {
        let path = format!("generations/{number:04}/manifest.json");
        let bytes = take::content(&self.remote, &path, MOST_MANIFEST_BYTES, self.patience).await?;
        let manifest = match Manifest::parse(&bytes, Path::new(&path)) {
            Ok(manifest) => manifest,
            Err(damage @ IndexDamage::Format { .. }) => return Err(damage.into()),
            Err(damage) => return Err(self.hostile(&path, damage.to_string())),
        };
        match plan::fault(&manifest, number) {
            Some(fault) => Err(self.hostile(&path, fault)),
            None => Ok(TakenManifest { bytes, manifest }),
        }
    }

    /// Prepares the generation of `taken` beside the others, and makes it the current one. Returns the number of bytes that
    /// came from the place.
    async fn stage(&self, plan: &PullPlan, taken: &TakenManifest) -> Result<u64, ReplicateError> {
        let number = taken.manifest.generation;
        let needed = plan.bytes();
        if let Some(free) = disk::free_bytes(self.index).filter(|free| *free < needed) {
            return Err(ReplicateError::Full { needed, free });
        }
        let (files, place) = (plan.taken.len(), &self.remote.place);
        tracing::debug!(
            "taking {files} files with {needed} bytes of generation {number} from {place}"
        );
        let staging = Staging::begin(self.index, number)?;
        for file in &plan.linked {
            staging.link(&file.from, &file.name)?;
        }
        let files = futures_util::stream::iter(&plan.taken).map(|file| {
            let path = format!("generations/{number:04}/{}", file.name);
            let target = staging.folder().join(&file.name);
            async move { take::file(&self.remote, &path, &file.mark, &target, self.patience).await }
        });
        let bytes = files
            .buffer_unordered(FILES_AT_ONCE)
            .try_fold(0, |sum, bytes| std::future::ready(Ok(sum + bytes)))
            .await?;
        disk::write(&staging.folder().join("manifest.json"), &taken.bytes)?;
        let folder = format!("generations/{number:04}");
        Generation::open_folder(staging.folder().to_owned())
            .map_err(|damage| self.hostile(&folder, damage.to_string()))?;
        folders::make_room(self.index, number)?;
        folders::publish(self.index, staging.folder(), number).map_err(index_error)?;
        Ok(bytes)
    }

    /// Whether the files of `own`, the current generation, have no damage that this pull looks for.
    fn is_intact(&self, own: &Manifest) -> bool {
        let folder = folders::folder(self.index, own.generation);
        let damage = checksums::damage(&folder, &own.files, self.options.depth);
        if let Some(damage) = damage.first() {
            tracing::warn!("{damage}; it is taken again");
        }
        damage.is_empty()
    }

    /// Marks the index as a replica. Its current generation is that of `manifest` if it has the same number.
    fn mark(&self, manifest: &Manifest) -> Result<(), ReplicateError> {
        let known = ReplicaMark::read(self.index).ok().flatten().unwrap_or_default();
        let source = self.remote.place.clone();
        let is_current = folders::current(self.index).ok().flatten() == Some(manifest.generation);
        let mark = match is_current {
            true if known.generation == Some(manifest.generation) => {
                ReplicaMark { source, ..known }
            }
            true => ReplicaMark {
                source,
                generation: Some(manifest.generation),
                built_at: Some(manifest.built_at.clone()),
                pulled_at: Some(time::rfc3339(chrono::Utc::now())),
            },
            false => ReplicaMark { source, ..known },
        };
        mark.write(self.index).map_err(index_error)
    }

    /// Takes the record of runs. Readers can do without it, so a failure is only logged.
    async fn runs(&self, manifest: &Manifest) {
        let path = self.index.join(RUNS);
        match take::content(&self.remote, RUNS, MOST_RUNS_BYTES, self.patience).await {
            Err(ReplicateError::Missing { .. }) => {}
            Err(error) => tracing::warn!("{error}; the record of runs stays as it is"),
            Ok(json) => match records::runs_of(&json, manifest) {
                None => tracing::warn!("{RUNS} of {} can't be decoded", self.remote.place),
                Some(runs) => {
                    if let Err(error) = disk::replace(&path, &runs) {
                        tracing::warn!("{error}; the record of runs stays as it is");
                    }
                }
            },
        }
    }

    fn hostile(&self, path: &str, cause: String) -> ReplicateError {
        let (place, path) = (self.remote.place.clone(), path.to_owned());
        ReplicateError::Hostile { place, path, cause }
    }

    /// The report for the generation `generation`, of which `taken` was taken.
    fn report(&self, generation: u64, taken: Option<Taken>) -> PullReport {
        PullReport {
            generation,
            is_new: taken.is_some(),
            taken: taken.as_ref().map_or(0, |taken| taken.plan.taken.len()),
            linked: taken.as_ref().map_or(0, |taken| taken.plan.linked.len()),
            bytes: taken.as_ref().map_or(0, |taken| taken.bytes),
            whole: taken.as_ref().map_or(0, |taken| taken.whole),
            seconds: self.started.elapsed().as_secs_f64(),
        }
    }
}

/// What was taken of a generation.
struct Taken<'a> {
    plan: &'a PullPlan,
    bytes: u64,
    whole: u64,
}

/// Whether the time `one` is before `other`. False if one of them is no time.
fn is_before(one: &str, other: &str) -> bool {
    let parse = |text: &str| DateTime::<FixedOffset>::parse_from_rfc3339(text).ok();
    parse(one).zip(parse(other)).is_some_and(|(one, other)| one < other)
}
