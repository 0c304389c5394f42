//! Replaces the content of an index by that of a backup.
//!
//! Everything is prepared beside the index ([`restored`]). An offline refresh of what was unpacked applies today's
//! catalogue, policy and vocabulary: if they differ from those of the backup, it builds a new generation, and what has left
//! is in none. Only then is the index replaced.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::archive::{BackupManifest, STORE};
use super::read;
use crate::config::{Config, SearchEngine};
use crate::disk;
use crate::generation::checksums::SEARCH;
use crate::generation::damage::{IndexDamage, shown};
use crate::generation::format::FORMAT;
use crate::generation::manifest::Manifest;
use crate::generation::open::Generation;
use crate::generation::replica::ReplicaMark;
use crate::generation::{folders, lock, restored};
use crate::refresh::{
    self, EngineRebuild, FetchMode, RefreshEvent, RefreshOptions, RefreshStop, keep_withdrawn,
};
use crate::replicate::manifest_fault;
use crate::search::write::SearchIndexWriter;
use crate::store::{Store, StoreError};

/// Whether a restore may replace an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only a folder without an index is filled.
    Refused,
    /// `--force`
    Allowed,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// When the backup was written, in RFC 3339 format, and by which version of the program.
    pub created_at: String,
    pub program: String,
    /// The number of the generation in the backup, and of the one that readers get. They differ if today's rules made a new
    /// one.
    pub backed_up: u64,
    pub generation: u64,
    /// The number of documents in the backup; `None` if this program can't read its generation.
    pub had: Option<usize>,
    pub documents: usize,
    pub sections: usize,
    /// The sources that have fewer documents than in the backup, because of today's rules.
    pub reduced: Vec<String>,
}

/// Replaces the index of `config` by the backup `reader`, and passes the progress to `on_event`.
///
/// Creates the index folder if necessary, takes its lock, and writes below it only. A running server opens the restored
/// generation when `current` is replaced, which is the last step. If the process is killed, the index is the old one or the
/// new one. `Err` leaves the index as it was: if a refresh holds the lock, the index has content and `replace` refuses that, the
/// backup can't be used, or today's data files have faults.
///
/// Needs as much disk as the backup unpacked. Reads every file twice; if a new generation must be built, it costs as much as
/// `cairn refresh --offline`.
pub fn restore(
    config: &Config,
    reader: impl Read,
    replace: Replace,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<RestoreReport> {
    let index = &config.index;
    if let Some(ReplicaMark { source, .. }) = ReplicaMark::read(index)? {
        bail!("{} is a replica of {source}; name another folder with --index", shown(index));
    }
    disk::create_folder(index)?;
    let _lock = lock::take(index)?;
    let has_content = disk::is_there(&index.join(STORE))? || !folders::numbers(index).is_empty();
    if has_content && replace == Replace::Refused {
        bail!(
            "{} has content; add --force to replace it, or name another folder with --index",
            shown(index)
        );
    }
    let preparing = restored::preparing(index);
    disk::create_folder(&preparing)?;
    let prepared = prepare(config, reader, &preparing, on_event);
    match prepared.and_then(|report| restored::commit(index).map(|()| report)) {
        Ok(report) => Ok(report),
        Err(error) => {
            // If this fails too, the next process that takes the lock removes it.
            let _ = disk::remove_folder(&preparing);
            Err(error)
        }
    }
}

/// Makes the folder `preparing` an index with the content of the backup `reader`, under today's rules.
fn prepare(
    config: &Config,
    reader: impl Read,
    preparing: &Path,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<RestoreReport> {
    let backup = read::unpack(reader, preparing)?;
    let before = check_generation(preparing, &backup)?;
    Store::examine(&preparing.join(STORE)).map_err(|error| match error {
        StoreError::Newer(_) => anyhow!(
            "it was written by a newer version of Cairn ({}); restore it with that version",
            backup.program
        ),
        error => anyhow!("its library.db is damaged ({error})"),
    })?;
    let known = config.index.join(STORE);
    if disk::is_there(&known)?
        && let Err(error) = keep_withdrawn(config, &known, &preparing.join(STORE))
    {
        tracing::warn!(
            "{error:#}; what the present store knows about blocked and gone sources is not applied, and the next refresh asks again"
        );
    }
    disk::replace(&preparing.join("current"), format!("{}\n", backup.generation).as_bytes())?;
    if before.is_some() {
        let search = folders::folder(preparing, backup.generation).join(SEARCH);
        SearchIndexWriter::seed(&search, &preparing.join("building"))?;
    }
    let after = apply_rules(config, preparing, on_event)?;
    let fewer = |now: &Manifest, id: &str, documents: usize| {
        now.source(id).map_or(0, |source| source.documents) < documents
    };
    let reduced = before.iter().flat_map(|before| &before.sources);
    let reduced = reduced.filter(|source| fewer(&after, &source.id, source.documents));
    Ok(RestoreReport {
        reduced: reduced.map(|source| source.id.clone()).collect(),
        created_at: backup.created_at,
        program: backup.program,
        backed_up: backup.generation,
        generation: after.generation,
        had: before.map(|before| before.counts.documents),
        documents: after.counts.documents,
        sections: after.counts.sections,
    })
}

/// The manifest of the generation that was unpacked to `preparing`; `None` if its format is too old for this program, so
/// that it must be built again. `Err` if it is of a newer format, or not the one that `backup` lists.
fn check_generation(preparing: &Path, backup: &BackupManifest) -> anyhow::Result<Option<Manifest>> {
    let manifest = match folders::manifest(preparing, backup.generation) {
        Ok(manifest) => manifest,
        Err(IndexDamage::Format { format, .. }) if format < FORMAT => return Ok(None),
        Err(damage @ IndexDamage::Format { .. }) => {
            let program = &backup.program;
            bail!(
                "it was written by a newer version of Cairn ({program}): {damage}; restore it with that version"
            );
        }
        Err(damage) => bail!("its generation is damaged: {damage}"),
    };
    let folder = backup.folder();
    let is_listed = |(name, mark)| backup.files.get(&format!("{folder}{name}")) == Some(mark);
    if !manifest.files.iter().all(is_listed) {
        bail!("files of its generation are missing");
    }
    match manifest_fault(&manifest, backup.generation) {
        Some(fault) => {
            bail!("its generation is damaged or hostile: {fault}")
        }
        None => Ok(Some(manifest)),
    }
}

/// Applies today's rules to the index in `preparing`. Returns the manifest of its current generation, which can be opened.
fn apply_rules(
    config: &Config,
    preparing: &Path,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<Manifest> {
    // A number that the present index has used must not come again for other content.
    let present = folders::numbers(&config.index).last().copied();
    let options = RefreshOptions {
        network: FetchMode::Offline,
        above: present.unwrap_or(0),
        rebuild: match config.search.engine {
            SearchEngine::Embedded => EngineRebuild::IfNeeded,
            // The sections in the cluster belong to the generations that are replaced.
            SearchEngine::OpenSearch(_) => EngineRebuild::Always,
        },
        ..RefreshOptions::default()
    };
    let staged = Config { index: preparing.to_owned(), ..config.clone() };
    let summary = refresh::run(&staged, &options, &RefreshStop::new(), on_event)?;
    if let Some(loss) = summary.run.refused {
        bail!("{}", loss.refused());
    }
    let number = folders::current(preparing)?.context("it has no generation")?;
    Ok(Generation::open(preparing, number)?.manifest)
}
