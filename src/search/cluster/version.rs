//! Which program a node runs, and whether its version is supported.

use std::time::Duration;

use serde::Deserialize;

use super::client::{Cluster, parsed};
use super::fault::{ClusterFault, quoted};
use super::node::{Answer, Node};
use super::request::ClusterRequest;

/// The oldest supported version.
const OLDEST: (u32, u32) = (2, 19);
/// The newest major version that is known to work.
const NEWEST_MAJOR: u32 = 3;
/// The time limit of the question for the version. Every healthy node answers it within milliseconds, so a node that does
/// not is down or hangs.
const LIMIT: Duration = Duration::from_secs(10);
/// The name that OpenSearch gives itself.
const DISTRIBUTION: &str = "opensearch";

/// A supported version of OpenSearch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterVersion {
    pub major: u32,
    pub minor: u32,
    /// The version as the node writes it, such as `2.19.6`.
    pub text: String,
}

/// The answer to `GET /`. Other programs have other fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RootAnswer {
    pub cluster_name: String,
    version: VersionFields,
    tagline: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VersionFields {
    distribution: String,
    number: String,
}

impl RootAnswer {
    /// The content of `answer`. `Err` if it has an error status, or is not JSON as other programs answer.
    pub fn read(node: &Node, answer: &Answer) -> Result<RootAnswer, ClusterFault> {
        let fault = match parsed(node, answer) {
            Err(ClusterFault::Unreadable { node, .. }) => {
                ClusterFault::NotOpenSearch { node, found: "its answer is not JSON".to_owned() }
            }
            Err(ClusterFault::Refused { node, status, .. }) => ClusterFault::NotOpenSearch {
                node,
                found: format!("it answers with status {status}"),
            },
            answer => return answer,
        };
        Err(fault)
    }

    /// The version of the node `node` that answered. `Err` if it is another program, or a version that is not
    /// supported.
    pub fn version(&self, node: &str) -> Result<ClusterVersion, ClusterFault> {
        let VersionFields { distribution, number } = &self.version;
        if distribution != DISTRIBUTION {
            let found = match (number.as_str(), self.tagline.as_str()) {
                ("", _) => "it says nothing about its version".to_owned(),
                (number, "You Know, for Search") => format!("Elasticsearch {}", quoted(number)),
                (number, tagline) => format!("{} {}", quoted(tagline), quoted(number)),
            };
            return Err(ClusterFault::NotOpenSearch { node: node.to_owned(), found });
        }
        let unsupported = || ClusterFault::Version { node: node.to_owned(), found: quoted(number) };
        let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
        let (Some(Some(major)), Some(Some(minor))) = (parts.next(), parts.next()) else {
            return Err(unsupported());
        };
        if (major, minor) < OLDEST || major > NEWEST_MAJOR {
            return Err(unsupported());
        }
        Ok(ClusterVersion { major, minor, text: quoted(number) })
    }
}

impl Cluster {
    /// The version of one node. Sends one request. `Err` if the node runs another program or a version that is not
    /// supported, or can't be asked.
    pub fn version(&self) -> Result<ClusterVersion, ClusterFault> {
        let request = ClusterRequest::get("/").limit(LIMIT);
        self.exchange(&request, |node, answer| RootAnswer::read(node, answer)?.version(&node.name))
    }
}
