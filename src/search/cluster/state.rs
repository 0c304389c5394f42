//! What a cluster says about itself, for diagnosis and metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::client::Cluster;
use super::fault::{ClusterFault, quoted};
use super::request::{ClusterRequest, path_part};
use super::version::{ClusterVersion, RootAnswer};

/// The time limit of each request. Nothing here searches, so a healthy cluster needs milliseconds.
const LIMIT: Duration = Duration::from_secs(3);
/// The maximum number of shards that are listed as missing.
const MOST_MISSING: usize = 20;

/// The state of a cluster. What could not be found out is a fault.
#[derive(Clone, Debug)]
pub struct ClusterState {
    /// The nodes of the settings, in their order.
    pub nodes: Vec<NodeState>,
    /// The cluster's name, if a node answered.
    pub name: Option<String>,
    /// The health of the index, or of the whole cluster if no index was named or it does not exist.
    pub health: Result<ClusterHealth, ClusterFault>,
    /// The disks of the data nodes.
    pub disks: Result<Vec<DiskState>, ClusterFault>,
    /// The index, if one was named.
    pub index: Option<Result<IndexState, ClusterFault>>,
}

/// One node of the settings.
#[derive(Clone, Debug)]
pub struct NodeState {
    /// The node's URL, without credentials.
    pub url: String,
    /// The version, or why the node can't be used.
    pub version: Result<ClusterVersion, ClusterFault>,
}

/// OpenSearch's summary of the copies of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthColour {
    /// All copies of all shards can be used.
    Green,
    /// Every shard can be used, but some copies are missing.
    Yellow,
    /// Some shards can't be used.
    Red,
}

/// The health of an index or a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterHealth {
    pub colour: HealthColour,
    /// The number of nodes that are connected, whether the settings name them or not.
    pub nodes: u32,
    /// The shards with missing copies, worst first; at most 20.
    pub missing: Vec<MissingShard>,
}

/// A shard that lacks copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingShard {
    pub index: String,
    pub shard: u32,
    /// Whether no copy can be used, so a part of the index is missing.
    pub is_lost: bool,
}

/// The disk of a data node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskState {
    pub node: String,
    pub free_bytes: u64,
    /// How full the disk is. With OpenSearch's defaults, a node gets no new shards from 85 % on, and its indexes become
    /// read-only at 95 %.
    pub used_percent: u8,
}

/// An index, or all indexes that a pattern or alias names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexState {
    pub documents: u64,
    /// Bytes on disk, with all copies.
    pub bytes: u64,
    /// The blocks that are set, such as `index.blocks.write`, in alphabetical order.
    pub blocks: Vec<String>,
}

impl Cluster {
    /// The state of the cluster, and of the index, alias or pattern `index`. Asks each node of the settings for its
    /// version, all at the same time. If one answers, sends up to four more requests. Takes a few seconds per request
    /// at most, and milliseconds if the cluster is healthy.
    pub fn state(&self, index: Option<&str>) -> ClusterState {
        let (nodes, name) = self.node_states();
        let is_reachable = nodes.iter().any(|node| node.version.is_ok());
        if let (false, Some(NodeState { version: Err(fault), .. })) = (is_reachable, nodes.first())
        {
            let fault = fault.clone();
            let index = index.map(|_| Err(fault.clone()));
            return ClusterState {
                nodes,
                name,
                health: Err(fault.clone()),
                disks: Err(fault),
                index,
            };
        }
        let state = index.map(|index| self.index_state(index));
        // OpenSearch waits for an unknown index until the time is over.
        let is_unknown = matches!(state, Some(Err(ClusterFault::NoIndex { .. })));
        let health = self.health(index.filter(|_| !is_unknown));
        ClusterState { nodes, name, health, disks: self.disks(), index: state }
    }

    /// The nodes of the settings, and the name of the cluster.
    fn node_states(&self) -> (Vec<NodeState>, Option<String>) {
        let request = ClusterRequest::get("/");
        let begun: Vec<_> =
            self.nodes().all().map(|node| (node, self.begin(node, &request, LIMIT))).collect();
        let mut name = None;
        let states = begun.into_iter().map(|(node, receiver)| {
            let root = self
                .wait(&receiver, node, LIMIT)
                .and_then(|answer| RootAnswer::read(node, &answer));
            let version = root.and_then(|root| {
                let version = root.version(&node.name)?;
                name.get_or_insert_with(|| quoted(&root.cluster_name));
                Ok(version)
            });
            NodeState { url: node.name.clone(), version }
        });
        (states.collect(), name)
    }

    fn health(&self, index: Option<&str>) -> Result<ClusterHealth, ClusterFault> {
        let of = index.map(|index| format!("/{}", path_part(index))).unwrap_or_default();
        // By default, a node that knows no cluster manager answers after 30 s.
        let path =
            format!("/_cluster/health{of}?level=shards&timeout=1s&cluster_manager_timeout=1s");
        let answer: HealthAnswer = self.send(&ClusterRequest::get(path).limit(LIMIT))?;
        Ok(answer.into_health())
    }

    fn disks(&self) -> Result<Vec<DiskState>, ClusterFault> {
        let path = "/_cat/allocation?format=json&bytes=b&h=node,disk.avail,disk.percent";
        let answer: Vec<DiskAnswer> = self.send(&ClusterRequest::get(path).limit(LIMIT))?;
        Ok(answer.into_iter().filter_map(DiskAnswer::into_disk).collect())
    }

    fn index_state(&self, index: &str) -> Result<IndexState, ClusterFault> {
        let index = path_part(index);
        let stats = ClusterRequest::get(format!("/{index}/_stats/docs,store")).limit(LIMIT);
        let stats: StatsAnswer = self.send(&stats)?;
        let path = format!("/{index}/_settings/index.blocks.*?flat_settings=true");
        let settings: BTreeMap<String, SettingsAnswer> =
            self.send(&ClusterRequest::get(path).limit(LIMIT))?;
        let set = settings.into_values().flat_map(|answer| answer.settings);
        let mut blocks: Vec<String> =
            set.filter(|(_, value)| value == "true").map(|(name, _)| quoted(&name)).collect();
        blocks.sort();
        blocks.dedup();
        let StatsAnswer { all } = stats;
        Ok(IndexState {
            documents: all.primaries.docs.count,
            bytes: all.total.store.size_in_bytes,
            blocks,
        })
    }
}

#[derive(Deserialize)]
struct HealthAnswer {
    status: HealthColour,
    number_of_nodes: u32,
    #[serde(default)]
    indices: BTreeMap<String, IndexHealth>,
}

#[derive(Deserialize)]
struct IndexHealth {
    #[serde(default)]
    shards: BTreeMap<u32, ShardHealth>,
}

#[derive(Deserialize)]
struct ShardHealth {
    status: HealthColour,
}

impl HealthAnswer {
    fn into_health(self) -> ClusterHealth {
        let mut missing: Vec<MissingShard> = Vec::new();
        for (index, health) in self.indices {
            let shards = health.shards.into_iter();
            for (shard, health) in shards.filter(|(_, it)| it.status != HealthColour::Green) {
                let is_lost = health.status == HealthColour::Red;
                missing.push(MissingShard { index: quoted(&index), shard, is_lost });
            }
        }
        missing.sort_by_key(|shard| !shard.is_lost);
        missing.truncate(MOST_MISSING);
        ClusterHealth { colour: self.status, nodes: self.number_of_nodes, missing }
    }
}

/// A line of `_cat/allocation`, whose values are texts. The line of shards without a node has none.
#[derive(Deserialize)]
struct DiskAnswer {
    node: Option<String>,
    #[serde(rename = "disk.avail")]
    available: Option<String>,
    #[serde(rename = "disk.percent")]
    percent: Option<String>,
}

impl DiskAnswer {
    fn into_disk(self) -> Option<DiskState> {
        Some(DiskState {
            node: quoted(&self.node?),
            free_bytes: self.available?.parse().ok()?,
            used_percent: self.percent?.parse().ok()?,
        })
    }
}

#[derive(Deserialize)]
struct StatsAnswer {
    #[serde(rename = "_all")]
    all: AllStats,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AllStats {
    primaries: Stats,
    total: Stats,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stats {
    docs: DocumentStats,
    store: StoreStats,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DocumentStats {
    count: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoreStats {
    size_in_bytes: u64,
}

#[derive(Deserialize)]
struct SettingsAnswer {
    #[serde(default)]
    settings: BTreeMap<String, String>,
}
