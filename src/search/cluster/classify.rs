//! The fault that an answer of OpenSearch means. `tests/cluster/answers` has recorded answers of each kind.

use super::error_body::{ErrorBody, ErrorCause, ErrorField};
use super::fault::{ClusterFault, quoted};

/// Errors of a node that lost the connection to another node. A replica may have the data, so the request is repeated.
const LOST_NODES: [&str; 4] = [
    "node_disconnected_exception",
    "node_not_connected_exception",
    "node_closed_exception",
    "connect_transport_exception",
];
/// Errors that say that no copy of a shard can be used.
const LOST_SHARDS: [&str; 2] =
    ["no_shard_available_action_exception", "unavailable_shards_exception"];
/// Errors of a node that can't reach an elected cluster manager. The second name is that of older versions.
const NO_MANAGER: [&str; 2] =
    ["cluster_manager_not_discovered_exception", "master_not_discovered_exception"];
/// Errors of blocks: of an index, of the cluster, or of the creation of indexes. A cluster whose disks are all nearly
/// full sets the last one.
const BLOCKS: [&str; 2] = ["cluster_block_exception", "index_create_block_exception"];
/// Errors of documents and mappings that don't fit.
const WRONG_MAPPING: [&str; 2] = ["mapper_parsing_exception", "strict_dynamic_mapping_exception"];

/// The fault that the answer of `node` with the error status `status` means.
pub(super) fn of_answer(node: &str, status: u16, body: &[u8]) -> ClusterFault {
    let node = node.to_owned();
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => of_error(node, status, &body.error.into_cause()),
        // Proxies and the security plugin answer with plain text or HTML.
        Err(_) => {
            let reason = String::from_utf8_lossy(&body[..body.len().min(1_000)]).into_owned();
            of_error(node, status, &ErrorField::Text(reason).into_cause())
        }
    }
}

/// The fault that `error`, one part of an answer to `_msearch`, means.
pub(in crate::search) fn of_part(status: u16, error: serde_json::Value) -> ClusterFault {
    let cause = serde_json::from_value::<ErrorField>(error).unwrap_or_default().into_cause();
    of_error("the cluster".to_owned(), status, &cause)
}

/// The fault that the error `cause` with the status `status` means, be it of a request or of an item of a bulk write.
pub(super) fn of_error(node: String, status: u16, cause: &ErrorCause) -> ClusterFault {
    let text = || quoted(&cause.text());
    match status {
        401 => ClusterFault::Unauthorized { node },
        403 | 429 if cause.has_kind(&BLOCKS) => of_block(node, cause),
        403 => ClusterFault::Forbidden { node, cause: text() },
        404 if cause.has_kind(&["index_not_found_exception"]) => {
            ClusterFault::NoIndex { node, index: quoted(cause.index().unwrap_or_default()) }
        }
        400 if cause.has_kind(&WRONG_MAPPING) || is_mapping_conflict(cause) => {
            ClusterFault::Mapping { node, cause: text() }
        }
        429 => ClusterFault::Overloaded { node, cause: text() },
        500..=599 => of_server_error(node, status, cause),
        _ => refused(node, status, cause),
    }
}

/// An attempt to change the type of a field: an `illegal_argument_exception` like many others, so its text decides.
fn is_mapping_conflict(cause: &ErrorCause) -> bool {
    cause.says("mapper [") && cause.says("cannot be changed from type")
}

/// The fault of a block. Its text names it like `[TOO_MANY_REQUESTS/12/…]`; 12 and 13 are set by full disks.
fn of_block(node: String, cause: &ErrorCause) -> ClusterFault {
    let text = quoted(&cause.text());
    let by_disk = ["/12/", "/13/", "flood-stage"].iter().any(|mark| cause.says(mark));
    if by_disk {
        ClusterFault::DiskFull { node, cause: text }
    } else {
        ClusterFault::ReadOnly { node, cause: text }
    }
}

fn of_server_error(node: String, status: u16, cause: &ErrorCause) -> ClusterFault {
    let text = || quoted(&cause.text());
    if cause.has_kind(&NO_MANAGER)
        || (status == 503 && cause.has_kind(&["cluster_block_exception"]))
    {
        return ClusterFault::NoManager { node, cause: text() };
    }
    if cause.has_kind(&LOST_NODES) {
        return ClusterFault::Disconnected { node, cause: text() };
    }
    if cause.has_kind(&LOST_SHARDS) || cause.says("missing shards") {
        return ClusterFault::MissingShards { node, cause: text() };
    }
    if cause.has_kind(&["query_phase_execution_exception"]) && cause.says("Time exceeded") {
        return ClusterFault::Unfinished;
    }
    match status {
        502..=504 => ClusterFault::Unavailable { node, status, cause: text() },
        _ => refused(node, status, cause),
    }
}

fn refused(node: String, status: u16, cause: &ErrorCause) -> ClusterFault {
    let root = cause.root();
    let kind = root.kind.as_deref().or(cause.kind.as_deref()).unwrap_or("no type");
    let reason = root.reason.as_deref().unwrap_or_default();
    ClusterFault::Refused { node, status, kind: quoted(kind), reason: quoted(reason) }
}
