//! The client with a real cluster, which the environment variable `CAIRN_CLUSTER` names: `.ci/cluster` sets it.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use url::Url;

use super::cluster;
use crate::search::cluster::bulk::{BulkAction, BulkKind, BulkReport};
use crate::search::cluster::{Cluster, ClusterFault, ClusterRequest, Shards};

const INDEX: &str = "cairn-live-test";
/// The time limit of requests: what is tested is the answer, not the speed of a cluster that has just started.
const LIMIT: Duration = Duration::from_secs(60);
/// How long a cluster may take to start: a few seconds, or more than a minute on a busy machine.
const START: Duration = Duration::from_secs(180);

#[derive(Deserialize)]
struct Found {
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<IgnoredAny>,
}

/// The cluster of the environment, when all its nodes have joined.
fn live() -> Option<Cluster> {
    let Ok(addresses) = std::env::var("CAIRN_CLUSTER") else {
        // Not through the test runner, which hides the output of tests that pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: a real cluster: CAIRN_CLUSTER is not set");
        return None;
    };
    let urls: Vec<Url> = addresses.split(',').map(|address| address.parse().unwrap()).collect();
    let cluster = cluster(&urls.iter().collect::<Vec<_>>());
    let began = Instant::now();
    let is_ready = || cluster.state(None).health.is_ok_and(|it| it.nodes as usize == urls.len());
    while !is_ready() {
        assert!(began.elapsed() < START, "{:?}", cluster.state(None));
        thread::sleep(Duration::from_millis(500));
    }
    Some(cluster)
}

fn index(id: usize) -> BulkAction {
    let json = json!({ "body": "lamp", "valid_to": 9 }).to_string().into_bytes();
    BulkAction { id: format!("s{id}"), kind: BulkKind::Index(json) }
}

fn update(id: &str) -> BulkAction {
    let json = json!({ "valid_to": 3 }).to_string().into_bytes();
    BulkAction { id: id.to_owned(), kind: BulkKind::Update(json) }
}

#[test]
fn a_real_cluster_does_what_the_client_expects() {
    let Some(cluster) = live() else { return };
    let delete = ClusterRequest::new(http::Method::DELETE, format!("/{INDEX}")).limit(LIMIT);
    let _ = cluster.send::<IgnoredAny>(&delete);
    let version = cluster.version().unwrap();
    assert!(version.major >= 2, "{version:?}");

    let missing = cluster.bulk(INDEX, [index(0)]).unwrap_err();
    assert!(matches!(missing, ClusterFault::NoIndex { .. }), "{missing:?}");
    let settings = json!({
        "settings": { "number_of_shards": 2, "number_of_replicas": 1, "refresh_interval": -1 },
        "mappings": { "dynamic": false, "properties": {
            "body": { "type": "text" }, "valid_to": { "type": "integer" } } },
    });
    let create = ClusterRequest::put(format!("/{INDEX}"), settings.to_string()).limit(LIMIT);
    cluster.send::<IgnoredAny>(&create).unwrap();
    let again = cluster.send::<IgnoredAny>(&create).unwrap_err();
    assert_eq!(again.kind(), Some("resource_already_exists_exception"));

    let written = cluster.bulk(INDEX, (0..2_500).map(index)).unwrap();
    assert_eq!(written.written, 2_500);
    let gone = BulkAction { id: "s1".to_owned(), kind: BulkKind::Delete };
    let changed = cluster.bulk(INDEX, [update("s0"), gone.clone(), gone]).unwrap();
    assert_eq!(
        BulkReport { bytes: 0, ..changed },
        BulkReport { written: 1, deleted: 1, bytes: 0, retried: 0 }
    );
    let lost = cluster.bulk(INDEX, [update("s1")]).unwrap_err();
    assert!(lost.to_string().contains("s1: 404 document_missing_exception"), "{lost}");

    let refresh = ClusterRequest::post(format!("/{INDEX}/_refresh"), "{}").limit(LIMIT);
    cluster.send::<IgnoredAny>(&refresh).unwrap();
    let query = json!({ "size": 10_000, "query": { "range": { "valid_to": { "gte": 4 } } } });
    let path = format!("/{INDEX}/_search?allow_partial_search_results=false");
    let request = ClusterRequest::post(path, query.to_string()).limit(LIMIT);
    let found: Found = cluster.send(&request).unwrap();
    found.shards.check(found.timed_out).unwrap();
    assert_eq!(found.hits.hits.len(), 2_498);

    let state = cluster.state(Some(INDEX));
    assert!(state.nodes.iter().all(|node| node.version.is_ok()), "{state:?}");
    assert!(state.disks.is_ok_and(|disks| !disks.is_empty()) && state.health.is_ok());
    let index = state.index.unwrap().unwrap();
    assert!(index.documents == 2_499 && index.bytes > 0 && index.blocks.is_empty(), "{index:?}");
    cluster.send::<IgnoredAny>(&delete).unwrap();
}
