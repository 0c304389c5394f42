//! Tests of the client against servers that replay recorded answers, or misbehave.

mod bulk;
mod connections;
mod faults;
mod live;
pub(in crate::search) mod server;
mod states;
mod tls;

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::config::{ClusterCredentials, ClusterSettings};
use crate::search::cluster::{Cluster, ClusterFault, ClusterRequest};

/// The versions of the recorded answers.
const VERSIONS: [&str; 2] = ["2.19", "3.9"];

/// Settings with the nodes `urls`.
pub(in crate::search) fn settings(urls: &[&Url]) -> ClusterSettings {
    ClusterSettings {
        urls: urls.iter().map(|url| (*url).clone()).collect(),
        prefix: "cairn".to_owned(),
        credentials: ClusterCredentials::Anonymous,
        authorities: None,
        shards: 1,
        replicas: 1,
        timeout: Duration::from_secs(2),
        fallback: false,
    }
}

/// A client of the nodes `urls`.
fn cluster(urls: &[&Url]) -> Cluster {
    Cluster::new(&settings(urls)).unwrap()
}

/// The answer to a search.
fn search(cluster: &Cluster) -> Result<Value, ClusterFault> {
    cluster.send(&ClusterRequest::post("/small/_search", "{\"size\":1}"))
}
