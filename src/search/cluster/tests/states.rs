//! What a cluster says about itself.

use super::server::{Reply, Server, dead_node, recorded};
use super::{VERSIONS, cluster};
use crate::search::cluster::ClusterFault;
use crate::search::cluster::state::{HealthColour, IndexState, MissingShard};

/// A node that answers questions about itself with the recorded answers of `version`.
fn node(version: &'static str, health: &'static str) -> Server {
    Server::start(move |request, _| {
        let path = request.line.trim_start_matches("GET ");
        let name = match path {
            "/" => "root",
            path if path.starts_with("/_cluster/health") => health,
            path if path.starts_with("/_cat/allocation") => "allocation",
            path if path.starts_with("/nowhere/") => "stats-unknown-index",
            path if path.contains("/_stats") => "stats",
            path if path.contains("/_settings") => "blocks",
            path => panic!("{path}"),
        };
        recorded(version, name)
    })
}

#[test]
fn the_state_of_a_healthy_cluster_is_known() {
    for version in VERSIONS {
        let server = node(version, "health-shards");
        let dead = dead_node();
        let state = cluster(&[&dead, &server.url]).state(Some("small"));
        assert_eq!(state.name.as_deref(), Some("cairn"));
        assert!(matches!(state.nodes[0].version, Err(ClusterFault::Unreachable { .. })));
        assert!(state.nodes[1].version.as_ref().unwrap().text.starts_with(version));
        let health = state.health.unwrap();
        assert_eq!((health.colour, health.nodes), (HealthColour::Green, 3));
        assert!(health.missing.is_empty());
        let disks = state.disks.unwrap();
        assert!(disks.len() == 3 && disks.iter().all(|disk| disk.free_bytes > 0), "{disks:?}");
        let IndexState { documents, bytes, blocks } = state.index.unwrap().unwrap();
        assert!(documents > 0 && bytes > 0);
        assert_eq!(blocks, ["index.blocks.read_only_allow_delete"]);
        assert_eq!(server.seen().len(), 5);
    }
}

#[test]
fn a_lost_shard_is_red_and_listed() {
    for version in VERSIONS {
        let server = node(version, "health-lost-shard");
        let health = cluster(&[&server.url]).state(None).health.unwrap();
        assert_eq!(health.colour, HealthColour::Red);
        let [MissingShard { index, is_lost, .. }] = &health.missing[..] else {
            panic!("{health:?}")
        };
        assert!(index == "single" && *is_lost);
    }
}

#[test]
fn an_unknown_index_is_a_fault_and_the_health_is_that_of_the_cluster() {
    let server = node("3.9", "health-shards");
    let state = cluster(&[&server.url]).state(Some("nowhere"));
    assert!(matches!(state.index, Some(Err(ClusterFault::NoIndex { .. }))), "{state:?}");
    assert!(state.health.is_ok());
    assert!(server.seen().iter().any(|seen| seen.line.contains("/_cluster/health?")));
}

#[test]
fn a_cluster_without_a_manager_says_so() {
    for version in VERSIONS {
        let server = node(version, "lost-majority-health");
        let fault = cluster(&[&server.url]).state(None).health.unwrap_err();
        assert!(matches!(fault, ClusterFault::NoManager { .. }), "{fault:?}");
    }
}

#[test]
fn an_unreachable_cluster_is_asked_nothing_more() {
    let server = Server::with(vec![Reply::Answer(200, "<html>".to_owned())]);
    let state = cluster(&[&server.url]).state(Some("small"));
    let fault = state.nodes[0].version.clone().unwrap_err();
    assert!(matches!(fault, ClusterFault::NotOpenSearch { .. }), "{fault:?}");
    assert_eq!((state.health.unwrap_err(), state.disks.unwrap_err()), (fault.clone(), fault));
    assert_eq!(server.seen().len(), 1);
}
