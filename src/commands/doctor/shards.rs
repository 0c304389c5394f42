//! Checks of an OpenSearch cluster as a whole: the copies of shards, and the disks of its nodes.

use super::check::{CheckState, DoctorCheck};
use crate::commands::output;
use crate::search::cluster::ClusterFault;
use crate::search::cluster::state::{ClusterHealth, DiskState, HealthColour, MissingShard};

/// From this percentage on, OpenSearch puts no new shards on a node.
const NEARLY_FULL: u8 = 85;
/// From this percentage on, OpenSearch makes the indexes of a node read-only.
const FULL: u8 = 95;
/// The maximum number of shards that are named.
const NAMED: usize = 5;

/// The copies of shards that can be used. `name` is the name of the cluster.
pub(super) fn health(
    name: Option<&str>,
    health: &Result<ClusterHealth, ClusterFault>,
) -> DoctorCheck {
    let ClusterHealth { colour, nodes, missing } = match health {
        Ok(health) => health,
        Err(fault) => return DoctorCheck::of_fault("health", CheckState::Ill, fault),
    };
    let nodes = output::count(usize::try_from(*nodes).unwrap_or(usize::MAX), "node");
    let named = name.map(|name| format!(" {name}")).unwrap_or_default();
    let of = |colour: &str| format!("the cluster{named} is {colour}, with {nodes}");
    match colour {
        HealthColour::Green => DoctorCheck::new("health", CheckState::Well, of("green")),
        HealthColour::Yellow => {
            let says = format!("{}; copies are missing of {}", of("yellow"), listed(missing));
            DoctorCheck::new("health", CheckState::Weak, says).hint(
                "start the missing nodes again; if there never were so many, lower `replicas` under [search] and in \
                 the index",
            )
        }
        HealthColour::Red => {
            let lost: Vec<MissingShard> =
                missing.iter().filter(|shard| shard.is_lost).cloned().collect();
            let says = format!("{}; nothing is left of {}", of("red"), listed(&lost));
            DoctorCheck::new("health", CheckState::Ill, says).hint(
                "start the missing nodes again; if their data is lost, `cairn engine rebuild` writes a new index",
            )
        }
    }
}

/// The shards `missing` by name; at most [`NAMED`].
fn listed(missing: &[MissingShard]) -> String {
    let name = |shard: &MissingShard| format!("shard {} of {}", shard.shard, shard.index);
    let named: Vec<String> = missing.iter().take(NAMED).map(name).collect();
    match (named.is_empty(), missing.len().saturating_sub(NAMED)) {
        (true, _) => "a shard".to_owned(),
        (_, 0) => named.join(", "),
        (_, more) => format!("{} and {more} more", named.join(", ")),
    }
}

/// The disks that are nearly full, or else one check for all.
pub(super) fn disks(disks: &Result<Vec<DiskState>, ClusterFault>) -> Vec<DoctorCheck> {
    let disks = match disks {
        Ok(disks) => disks,
        // Only the rights to monitor the cluster are missing; searches may work.
        Err(fault) => return vec![DoctorCheck::of_fault("disks", CheckState::Weak, fault)],
    };
    let full = disks.iter().filter(|disk| disk.used_percent >= NEARLY_FULL).map(|disk| {
        let DiskState { node, free_bytes, used_percent } = disk;
        let free = *free_bytes as f64 / 1e9;
        let says = format!("the disk of {node} is {used_percent} % full ({free:.1} GB free)");
        let (state, hint) = match used_percent {
            FULL.. => (CheckState::Ill, "free space there: its indexes become read-only at 95 %"),
            _ => (CheckState::Weak, "free space there: it gets no new shards from 85 % on"),
        };
        DoctorCheck::new("disks", state, says).hint(hint)
    });
    let full: Vec<DoctorCheck> = full.collect();
    match disks.iter().map(|disk| disk.used_percent).max() {
        Some(fullest) if full.is_empty() => {
            let nodes = output::count(disks.len(), "disk");
            let says = format!("{nodes} of the cluster; the fullest is {fullest} % full");
            vec![DoctorCheck::new("disks", CheckState::Well, says)]
        }
        _ => full,
    }
}
