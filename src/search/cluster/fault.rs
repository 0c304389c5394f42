//! What can go wrong between Cairn and a cluster, and what the user can do about it.

use std::time::Duration;

use crate::printable::escape;

/// The maximum length of a text from outside in a message, in characters.
const MOST_CHARS: usize = 300;

/// What messages call the node if no single node is meant: parts of a search or a bulk write are done by other nodes
/// than the one that was asked.
pub const WHOLE: &str = "the cluster";

/// Why a cluster did not do what it was asked to do.
///
/// `node` is the URL of the node that was asked, without credentials, or [`WHOLE`]. Texts from outside are escaped and
/// cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterFault {
    /// The client can't be made, for example because a certificate is not valid.
    #[error("the client for the cluster can't be made: {cause}")]
    Client { cause: String },
    #[error("{node} can't be reached: {cause}")]
    Unreachable { node: String, cause: String },
    #[error("no encrypted connection to {node}: {cause}")]
    Tls { node: String, cause: String },
    #[error("{node} gave no answer within {} ms", limit.as_millis())]
    TimedOut { node: String, limit: Duration },
    /// The cluster ended a search at the search's own time limit.
    #[error("the cluster did not finish the search in time")]
    Unfinished,
    #[error("the answer of {node} broke off: {cause}")]
    BrokenOff { node: String, cause: String },
    /// The node has lost the connection to another node that has the data.
    #[error("{node} has lost another node of the cluster: {cause}")]
    Disconnected { node: String, cause: String },
    /// Shards have no copy that can be searched or written.
    #[error("{node} misses shards of the index: {cause}")]
    MissingShards { node: String, cause: String },
    /// No majority of the nodes that can be elected is connected.
    #[error("{node} knows no cluster manager: {cause}")]
    NoManager { node: String, cause: String },
    /// A proxy or a node that starts or stops.
    #[error("{node} is not available (status {status}): {cause}")]
    Unavailable { node: String, status: u16, cause: String },
    #[error("{node} is overloaded: {cause}")]
    Overloaded { node: String, cause: String },
    /// The cluster has made the index read-only because a disk is full.
    #[error("{node} refuses writes because a disk is nearly full: {cause}")]
    DiskFull { node: String, cause: String },
    /// A block makes the index or the cluster read-only, or forbids new indexes.
    #[error("{node} refuses writes because of a block: {cause}")]
    ReadOnly { node: String, cause: String },
    #[error("{node} has no index {index}")]
    NoIndex { node: String, index: String },
    /// The mapping of an index is not the one that Cairn needs.
    #[error("{node} has an index whose mapping does not fit: {cause}")]
    Mapping { node: String, cause: String },
    #[error("{node} refuses the credentials, or needs some")]
    Unauthorized { node: String },
    #[error("{node} forbids this: {cause}")]
    Forbidden { node: String, cause: String },
    #[error("{node} is not a node of OpenSearch: {found}")]
    NotOpenSearch { node: String, found: String },
    #[error("{node} has OpenSearch {found}, which is not supported")]
    Version { node: String, found: String },
    #[error("the answer of {node} can't be read: {cause}")]
    Unreadable { node: String, cause: String },
    #[error("the answer of {node} is larger than {limit} bytes")]
    TooLarge { node: String, limit: usize },
    /// The cluster refused one document of a bulk write.
    #[error("the cluster refused to write {id}: {status} {kind}: {reason}")]
    Item { id: String, status: u16, kind: String, reason: String },
    /// Any other error.
    #[error("{node} answered with an error: {status} {kind}: {reason}")]
    Refused { node: String, status: u16, kind: String, reason: String },
}

impl ClusterFault {
    /// What the user can do about it; `None` if nothing general can be said.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            ClusterFault::Client { .. } => "check `ca_file` under [search]",
            ClusterFault::Unreachable { .. } => {
                "check that the node runs and that [search] urls has its address; NO_PROXY lists hosts that are reached \
                 without a proxy"
            }
            ClusterFault::Tls { .. } => {
                "if the certificate comes from your own authority, set `ca_file` under [search]; if the node has no \
                 TLS, begin its address with http://"
            }
            ClusterFault::BrokenOff { .. } => {
                "if this stays, the node may have TLS; then begin its address with https://"
            }
            ClusterFault::TimedOut { .. } | ClusterFault::Unfinished => {
                "if the cluster is only slow, raise `timeout` under [search]; else look for a node that hangs"
            }
            ClusterFault::Unauthorized { .. } => {
                "set `user` and `password_file`, or `token_file`, under [search]"
            }
            ClusterFault::Forbidden { .. } => {
                "give the user all rights to indexes that begin with `prefix`, and for the cluster `cluster_monitor` and \
                 `cluster_composite_ops`"
            }
            ClusterFault::NotOpenSearch { .. } => "correct `urls` under [search]",
            ClusterFault::Version { .. } => "versions 2.19 and 3.x are known to work",
            ClusterFault::Unreadable { .. } => {
                "a proxy may have answered; check `urls` under [search]"
            }
            ClusterFault::Refused { status: 413, .. } => {
                "a proxy limits the size of requests; allow 4 MB there"
            }
            _ => return self.hint_of_data(),
        })
    }

    /// The hint of a fault about the cluster's data or its load.
    fn hint_of_data(&self) -> Option<&'static str> {
        Some(match self {
            ClusterFault::MissingShards { .. } => {
                "start the missing nodes again; if their data is lost, `cairn engine rebuild` writes a new index"
            }
            ClusterFault::NoManager { .. } => "start more of the cluster's nodes",
            ClusterFault::Overloaded { .. } => {
                "try again later; if this stays, the cluster needs more nodes or memory"
            }
            ClusterFault::DiskFull { .. } => {
                "free space on the disks of the cluster's data nodes; OpenSearch then allows writes by itself"
            }
            ClusterFault::ReadOnly { .. } => {
                "free space on the disks of its data nodes if these are nearly full; if the block stays, remove it with \
                 OpenSearch's settings API (index.blocks.*, cluster.blocks.*)"
            }
            ClusterFault::NoIndex { .. } => "`cairn refresh` creates the index",
            ClusterFault::Mapping { .. } => {
                "another program or version may have made the index; delete it, or set another `prefix` under [search]; \
                 `cairn refresh` then creates it again"
            }
            _ => return None,
        })
    }

    /// Whether the same request may succeed on another node, or a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            ClusterFault::Unreachable { .. }
                | ClusterFault::TimedOut { .. }
                | ClusterFault::Unfinished
                | ClusterFault::BrokenOff { .. }
                | ClusterFault::Disconnected { .. }
                | ClusterFault::MissingShards { .. }
                | ClusterFault::NoManager { .. }
                | ClusterFault::Unavailable { .. }
                | ClusterFault::Overloaded { .. }
        )
    }

    /// OpenSearch's name of the error, such as `resource_already_exists_exception`, if no other variant of this enum
    /// stands for it.
    pub fn kind(&self) -> Option<&str> {
        match self {
            ClusterFault::Refused { kind, .. } | ClusterFault::Item { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// Whether the node itself is the problem, so that other requests should avoid it for a while.
    pub(super) fn is_of_node(&self) -> bool {
        matches!(
            self,
            ClusterFault::Unreachable { .. }
                | ClusterFault::Tls { .. }
                | ClusterFault::TimedOut { .. }
                | ClusterFault::BrokenOff { .. }
        )
    }
}

/// `text` from outside, for a message: escaped, and cut after [`MOST_CHARS`].
pub(in crate::search) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", escape(&text[..at])),
        None => escape(text).into_owned(),
    }
}
