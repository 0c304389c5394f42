//! A client for OpenSearch clusters: sends requests to nodes, repeats them where this is safe, and explains faults.
//!
//! Nothing here knows what Cairn stores in a cluster. Each file imports only files above it in this list:
//!
//! - [`fault`]: what can go wrong, with a message and a hint.
//! - [`error_body`]: the errors in OpenSearch's answers; [`classify`]: the fault that an answer means.
//! - [`request`]: a request with its limits; [`node`]: one node with its HTTP client; [`nodes`]: which node is next.
//! - [`statistics`]: what the client has experienced. [`client`]: the [`Cluster`], which sends requests.
//! - [`shards`]: whether a search covered all shards; [`version`]: which versions are supported.
//! - [`bulk`]: writes many documents.
//! - [`state`]: what the cluster says about itself, for diagnosis.
//!
//! # Threads
//!
//! The interface is synchronous, because searches run on threads of their own. A [`Cluster`] owns a small runtime with
//! one thread, on which all connections live. A caller gives its request to this runtime and waits for the answer, so
//! it can be on any thread, inside or outside another runtime. Answers are parsed on the caller's thread.
//!
//! # Limits
//!
//! Every request has a time limit, because OpenSearch's own `timeout` does not end a search that needs a node that
//! hangs. Every answer has a size limit. Redirects are not followed, because credentials would follow them.

pub mod bulk;
pub(in crate::search) mod classify;
pub mod client;
mod error_body;
pub mod fault;
mod node;
mod nodes;
pub mod request;
pub mod shards;
pub mod state;
pub mod statistics;
pub mod version;

pub use client::Cluster;
pub use fault::ClusterFault;
pub use request::{Body, ClusterRequest, Repeat};
pub use shards::Shards;
pub use state::ClusterState;
pub use statistics::ClusterStatistics;
pub use version::ClusterVersion;

#[cfg(test)]
pub(in crate::search) mod tests;
