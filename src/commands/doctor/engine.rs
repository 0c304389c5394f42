//! Checks of the search engine: the nodes of an OpenSearch cluster, its health and disks, and what it has of the current
//! generation.

use std::sync::Arc;

use super::check::{CheckState, DoctorCheck};
use super::shards;
use crate::commands::output;
use crate::config::{ClusterSettings, Config, SearchEngine};
use crate::generation::checksums::SEARCH;
use crate::generation::folders;
use crate::generation::manifest::{ClusterCopy, Manifest};
use crate::library::Library;
use crate::search::ClusterSections;
use crate::search::cluster::state::{IndexState, NodeState};
use crate::search::cluster::{Cluster, ClusterFault, ClusterState};
use crate::search::opensearch::check::EngineCheck;

/// What these checks may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only this machine.
    Local,
    /// The nodes of the cluster, too.
    Cluster,
}

/// The checks of the engine; none for an index that needs no cluster. Sends requests to the cluster if `reach` allows it
/// and the settings name one. O(sections), if the cluster can be compared with the generation.
pub(super) fn checks(config: &Config, reach: Reach) -> Vec<DoctorCheck> {
    // Damage is reported by the check of the generation.
    let number = folders::current(&config.index).ok().flatten();
    let manifest = number.and_then(|number| folders::manifest(&config.index, number).ok());
    match &config.search.engine {
        SearchEngine::Embedded => {
            manifest.and_then(|manifest| without_cluster(config, &manifest)).into_iter().collect()
        }
        SearchEngine::OpenSearch(_) if reach == Reach::Local => Vec::new(),
        SearchEngine::OpenSearch(settings) => match Cluster::new(settings) {
            Ok(cluster) => of_cluster(config, settings, Arc::new(cluster), manifest),
            Err(fault) => vec![DoctorCheck::of_fault("cluster", CheckState::Ill, &fault)],
        },
    }
}

/// The check of a generation of which a cluster has a part, if no cluster is set.
fn without_cluster(config: &Config, manifest: &Manifest) -> Option<DoctorCheck> {
    let ClusterCopy { index, .. } = manifest.cluster.as_ref()?;
    let (number, is_outline) = (manifest.generation, is_outline(config)?);
    Some(if is_outline {
        let says = format!(
            "the texts of generation {number} are in the index {index} of an OpenSearch cluster, and none is set: \
             nothing can be searched"
        );
        DoctorCheck::new("engine", CheckState::Ill, says).hint(
            "set engine = \"opensearch\" and urls under [search], or let `cairn refresh` build the whole index here",
        )
    } else {
        let says = format!("embedded; an OpenSearch cluster still has the index {index}");
        DoctorCheck::new("engine", CheckState::Well, says)
    })
}

/// Whether the current generation is an outline; `None` if it can't be opened.
fn is_outline(config: &Config) -> Option<bool> {
    let library = Library::open(config).ok()??;
    Some(library.is_outline())
}

fn of_cluster(
    config: &Config,
    settings: &ClusterSettings,
    cluster: Arc<Cluster>,
    manifest: Option<Manifest>,
) -> Vec<DoctorCheck> {
    let copy = manifest.as_ref().and_then(|manifest| manifest.cluster.clone());
    let state = cluster.state(copy.as_ref().map(|copy| copy.index.as_str()));
    let is_reachable = state.nodes.iter().any(|node| node.version.is_ok());
    let mut checks: Vec<DoctorCheck> =
        state.nodes.iter().map(|node| of_node(node, is_reachable)).collect();
    if is_reachable {
        let ClusterState { name, health, disks, .. } = &state;
        checks.push(shards::health(name.as_deref(), health));
        checks.extend(shards::disks(disks));
    }
    let Some((manifest, ClusterCopy { index, .. })) = manifest.zip(copy) else {
        let says =
            "the cluster has nothing of the current generation, so the local index is searched";
        let check = DoctorCheck::new("cluster", CheckState::Weak, says);
        checks.push(check.hint("`cairn refresh` writes the sections into the cluster"));
        return checks;
    };
    if let (true, Some(found)) = (is_reachable, state.index) {
        checks.extend(of_index(&index, &found));
        if found.is_ok() {
            checks.push(of_sections(config, cluster, index, &manifest));
        }
    }
    checks.extend(fallback(config, settings));
    checks
}

/// A node. If another one answers, searches go on without one that is down.
fn of_node(node: &NodeState, is_reachable: bool) -> DoctorCheck {
    match &node.version {
        Ok(version) => {
            let says = format!("{} has OpenSearch {}", node.url, version.text);
            DoctorCheck::new("node", CheckState::Well, says)
        }
        Err(fault) if is_reachable && fault.is_passing() => {
            DoctorCheck::of_fault("node", CheckState::Weak, fault)
        }
        Err(fault) => DoctorCheck::of_fault("node", CheckState::Ill, fault),
    }
}

/// The index and its blocks.
fn of_index(index: &str, found: &Result<IndexState, ClusterFault>) -> Vec<DoctorCheck> {
    let IndexState { documents, bytes, blocks } = match found {
        Ok(state) => state,
        Err(fault) => return vec![DoctorCheck::of_fault("cluster", CheckState::Ill, fault)],
    };
    // Sections of earlier generations are documents too, until they are deleted.
    let megabytes = *bytes as f64 / 1e6;
    let documents = output::count(usize::try_from(*documents).unwrap_or(usize::MAX), "document");
    let says = format!("the index {index} has {documents} in {megabytes:.1} MB with all copies");
    let mut checks = vec![DoctorCheck::new("cluster", CheckState::Well, says)];
    if !blocks.is_empty() {
        let cause = blocks.join(", ");
        let node = format!("the index {index}");
        let fault = match blocks.iter().any(|block| block.ends_with("read_only_allow_delete")) {
            true => ClusterFault::DiskFull { node, cause },
            false => ClusterFault::ReadOnly { node, cause },
        };
        checks.push(DoctorCheck::of_fault("cluster", CheckState::Ill, &fault));
    }
    checks
}

/// Whether the cluster has exactly the sections of the generation with `manifest`.
fn of_sections(
    config: &Config,
    cluster: Arc<Cluster>,
    index: String,
    manifest: &Manifest,
) -> DoctorCheck {
    let number = manifest.generation;
    let folder = folders::folder(&config.index, number).join(SEARCH);
    match ClusterSections::new(cluster, index, number).compare(&folder) {
        Ok(EngineCheck { sections, differences, .. }) if differences.is_empty() => {
            let says = format!("the cluster has all {sections} sections of generation {number}");
            DoctorCheck::new("sections", CheckState::Well, says)
        }
        Ok(EngineCheck { sources, differences, .. }) => {
            let says = format!(
                "the cluster has other sections than generation {number} in {} of {sources} sources",
                differences.len()
            );
            DoctorCheck::new("sections", CheckState::Ill, says)
                .hint("`cairn engine check` lists them; `cairn refresh` writes a new index")
        }
        Err(error) => {
            let check = DoctorCheck::new("sections", CheckState::Ill, error.to_string());
            error.hint().map_or(check.clone(), |hint| check.hint(hint))
        }
    }
}

/// Whether the local index can answer while the cluster can't, if the settings ask for that.
fn fallback(config: &Config, settings: &ClusterSettings) -> Option<DoctorCheck> {
    let is_outline = is_outline(config).filter(|_| settings.fallback)?;
    Some(if is_outline {
        let says = "the local index has no texts yet, so it can't answer while the cluster is away";
        DoctorCheck::new("fallback", CheckState::Weak, says)
            .hint("`cairn refresh` builds the whole index; on a replica, after the next pull")
    } else {
        let says = "the local index answers while the cluster is away";
        DoctorCheck::new("fallback", CheckState::Well, says)
    })
}
