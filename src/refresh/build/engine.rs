//! The OpenSearch cluster as the second place of a generation's sections: which index takes them, and what happens to it
//! around publishing.
//!
//! An index in the cluster serves many generations. A new one is begun if there is none yet, if the old one is lost or of
//! an earlier format, or if the user asks for it. Only names that manifests of this index folder contain are ever deleted.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::config::{ClusterSettings, Config, SearchEngine};
use crate::generation::checksums::SEARCH;
use crate::generation::copies;
use crate::generation::folders;
use crate::generation::manifest::{ClusterCopy, Manifest};
use crate::refresh::wanted::options::EngineRebuild;
use crate::search::cluster::Cluster;
use crate::search::opensearch::publish::{PublishInput, PublishReport};
use crate::search::write::{DeletedTexts, IndexChanges, SearchIndexWriter};
use crate::search::{ClusterSections, FoldedCopies, IndexForm};

/// The time limit of a request that is not a write, such as the comparison before it.
const LONGEST_REQUEST: Duration = Duration::from_secs(60);
/// The sections of so many earlier generations stay in the cluster, for replicas that still have them open.
const SEEN: u64 = 10;

/// The index in the cluster that takes the sections of a generation.
pub(super) struct EngineTarget {
    cluster: Arc<Cluster>,
    settings: ClusterSettings,
    /// The name of the index.
    name: String,
    /// The folder of the previous generation, if the index has its sections.
    previous: Option<PathBuf>,
    /// The oldest generation whose sections the index has.
    oldest: u64,
    copies_before: Option<FoldedCopies>,
}

/// What a change of the engine's settings changes in a generation: part of its fingerprint.
pub(in crate::refresh) fn fingerprint(config: &Config) -> String {
    match &config.search.engine {
        SearchEngine::Embedded => String::new(),
        SearchEngine::OpenSearch(settings) => format!("{} {:?}", settings.prefix, form(settings)),
    }
}

/// The form of the generation's own index.
fn form(settings: &ClusterSettings) -> IndexForm {
    if settings.fallback { IndexForm::Whole } else { IndexForm::Outline }
}

impl EngineTarget {
    /// The target for a generation after that with the manifest `before` in the folder `previous`; `None` for the
    /// embedded engine. Asks the cluster for its version, and whether it still has the index.
    ///
    /// `Err` if the cluster can't be reached or its version is not supported: then nothing can be published.
    pub fn of(
        config: &Config,
        before: Option<(&Manifest, &Path)>,
        rebuild: EngineRebuild,
        number: u64,
    ) -> anyhow::Result<Option<EngineTarget>> {
        let SearchEngine::OpenSearch(settings) = &config.search.engine else { return Ok(None) };
        // Nobody waits for a refresh as for a search.
        let settings = ClusterSettings {
            timeout: settings.timeout.max(LONGEST_REQUEST),
            ..(**settings).clone()
        };
        let cluster = Arc::new(Cluster::new(&settings)?);
        // Also notices at once that the cluster hangs: the requests below may take minutes.
        cluster.version().context(CANNOT_WRITE)?;
        let fresh = || {
            let random: String = std::iter::repeat_with(fastrand::lowercase).take(6).collect();
            let version = crate::search::opensearch::VERSION;
            format!("{}-v{version}-{number}-{random}", settings.prefix)
        };
        let mut target = EngineTarget {
            cluster,
            name: fresh(),
            settings,
            previous: None,
            oldest: number,
            copies_before: None,
        };
        let Some((manifest, folder)) = before.filter(|_| rebuild == EngineRebuild::IfNeeded) else {
            return Ok(Some(target));
        };
        let Some(ClusterCopy { index, oldest }) = &manifest.cluster else {
            return Ok(Some(target));
        };
        let sections =
            ClusterSections::new(target.cluster.clone(), index.clone(), manifest.generation);
        let is_current = index.starts_with(&prefix(&target.settings));
        let check = sections.compare(&folder.join(SEARCH)).context(CANNOT_WRITE)?;
        if is_current && check.differences.is_empty() {
            target.copies_before = copies::read(&folder.join("copies.bin"), manifest.format).ok();
            if target.copies_before.is_some() {
                target.name.clone_from(index);
                target.oldest = *oldest;
                target.previous = Some(folder.to_owned());
            }
        }
        Ok(Some(target))
    }

    /// Lets `writer` also pass on what it adds.
    pub fn attach(
        &self,
        writer: SearchIndexWriter,
        index: &Path,
    ) -> anyhow::Result<SearchIndexWriter> {
        let spool = crate::search::SectionSpool::create(&index.join("engine.spool"))?;
        Ok(writer.with_engine(form(&self.settings), spool))
    }

    /// The form of the generation's own index, as part of the versions of documents.
    pub fn form(&self) -> IndexForm {
        form(&self.settings)
    }

    /// The versions of the documents that the index in the cluster has, by key.
    pub fn written(&self) -> HashMap<u64, u64> {
        let folder = self.previous.as_ref().map(|folder| folder.join(SEARCH));
        folder.map(|folder| SearchIndexWriter::indexed_in(&folder)).unwrap_or_default()
    }

    /// Writes the sections of the generation `number`, whose own search index is in `folder`. `deleted` says whether
    /// material was withdrawn. Returns what the manifest says about it.
    pub fn publish(
        &self,
        number: u64,
        deleted: DeletedTexts,
        changes: &IndexChanges,
        copies: &FoldedCopies,
        folder: &Path,
    ) -> anyhow::Result<ClusterCopy> {
        let input = PublishInput {
            changes,
            copies,
            copies_before: self.copies_before.as_ref(),
            folder,
            shards: self.settings.shards,
            replicas: self.settings.replicas,
        };
        let began = std::time::Instant::now();
        let report = self.sections(number).publish(&input).context(CANNOT_WRITE)?;
        let PublishReport { added, closed, folded, bytes, retried } = report;
        tracing::info!(
            added,
            closed,
            folded,
            bytes,
            retried,
            seconds = began.elapsed().as_secs_f32(),
            "wrote {} in the cluster",
            self.name
        );
        let oldest = match deleted {
            DeletedTexts::Erased => number,
            DeletedTexts::MayStay => self.oldest.max(number.saturating_sub(SEEN)),
        };
        Ok(ClusterCopy { index: self.name.clone(), oldest })
    }

    /// Deletes what no generation needs any more, after the generation with `copy` in its manifest was published.
    /// `before` are the indexes that earlier generations named. A failure is only logged: the next refresh tries again.
    pub fn clean(&self, index: &Path, number: u64, copy: &ClusterCopy, before: &HashSet<String>) {
        let sections = self.sections(number);
        // Withdrawn texts leave the files of the cluster at once; old ones leave them when these are merged.
        let is_withdrawn = copy.oldest > number.saturating_sub(SEEN);
        let expired = match is_withdrawn {
            true => sections.erase(copy.oldest),
            false => sections.expire(copy.oldest),
        };
        if let Err(error) = expired {
            tracing::warn!("old sections stay in the cluster: {error}");
        }
        let needed = named(index);
        for name in before.difference(&needed).filter(|name| **name != self.name) {
            let old = ClusterSections::new(self.cluster.clone(), name.clone(), number);
            if let Err(error) = old.remove() {
                tracing::warn!("the index {name} stays in the cluster: {error}");
            }
        }
    }

    fn sections(&self, number: u64) -> ClusterSections {
        ClusterSections::new(self.cluster.clone(), self.name.clone(), number)
    }
}

/// What a refresh says if the cluster can't be written.
const CANNOT_WRITE: &str = "the OpenSearch cluster can't be written, so no new generation is published; the last one \
                            stays, and the next refresh catches up";

/// The beginning of the names of indexes of the current format.
fn prefix(settings: &ClusterSettings) -> String {
    format!("{}-v{}-", settings.prefix, crate::search::opensearch::VERSION)
}

/// The names of the indexes in the cluster that the generations of `index` need.
pub(super) fn named(index: &Path) -> HashSet<String> {
    let manifests = folders::numbers(index).into_iter();
    let manifests = manifests.filter_map(|number| folders::manifest(index, number).ok());
    manifests.filter_map(|manifest| Some(manifest.cluster?.index)).collect()
}

/// Whether the cluster lacks sections of the generation with the manifest `current`, so that it must be written again
/// although nothing changed. False if the cluster can't be reached: then nothing can be written either.
pub(super) fn is_lacking(config: &Config, current: &Manifest) -> bool {
    let (SearchEngine::OpenSearch(settings), Some(ClusterCopy { index, .. })) =
        (&config.search.engine, &current.cluster)
    else {
        return false;
    };
    let folder = folders::folder(&config.index, current.generation).join(SEARCH);
    let whole = Cluster::new(settings).map_err(Into::into).and_then(|cluster| {
        ClusterSections::new(Arc::new(cluster), index.clone(), current.generation).compare(&folder)
    });
    match whole {
        Ok(check) => !check.differences.is_empty(),
        Err(error) => {
            tracing::warn!("the OpenSearch cluster can't be checked: {error}");
            false
        }
    }
}
