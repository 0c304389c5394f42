//! The nodes of a cluster, and which of them gets the next request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fault::ClusterFault;
use super::node::Node;
use crate::config::ClusterSettings;

/// How long a node that failed to answer is avoided. If it still fails then, only one request notices, and that
/// request is repeated on another node.
const AVOIDED: Duration = Duration::from_secs(5);

/// The nodes in the order of the settings.
pub(super) struct Nodes {
    nodes: Vec<NodeEntry>,
    next: AtomicUsize,
    /// The time from which times are counted.
    began: Instant,
}

struct NodeEntry {
    node: Arc<Node>,
    /// Until when the node is avoided, in milliseconds since the beginning.
    avoided_until: AtomicU64,
}

impl Nodes {
    /// The nodes at the URLs of `settings`. Sends nothing. `Err` if no client can be made.
    pub fn new(settings: &ClusterSettings) -> Result<Nodes, ClusterFault> {
        let entry = |url| {
            let node = Arc::new(Node::new(url, settings)?);
            Ok(NodeEntry { node, avoided_until: AtomicU64::new(0) })
        };
        let nodes: Vec<NodeEntry> =
            settings.urls.iter().map(entry).collect::<Result<_, ClusterFault>>()?;
        if nodes.is_empty() {
            return Err(ClusterFault::Client { cause: "no node is configured".to_owned() });
        }
        Ok(Nodes { nodes, next: AtomicUsize::new(0), began: Instant::now() })
    }

    /// The node for the next request: each in turn. Skips the node `not`, and nodes that are avoided, as long as there
    /// is another.
    pub fn next(&self, not: Option<&Arc<Node>>) -> Arc<Node> {
        let now = self.now();
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let badness = |at: &usize| {
            let entry = &self.nodes[(first + at) % self.nodes.len()];
            let is_same = not.is_some_and(|not| Arc::ptr_eq(not, &entry.node));
            let wait = entry.avoided_until.load(Ordering::Relaxed).saturating_sub(now);
            (is_same, wait, *at)
        };
        let best = (0..self.nodes.len()).min_by_key(badness).unwrap_or_default();
        self.nodes[(first + best) % self.nodes.len()].node.clone()
    }

    /// All nodes.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().map(|entry| &entry.node)
    }

    /// Records whether `node` answered, or failed to.
    pub fn record(&self, node: &Arc<Node>, has_answered: bool) {
        let until = if has_answered { 0 } else { self.now() + AVOIDED.as_millis() as u64 };
        for entry in self.nodes.iter().filter(|entry| Arc::ptr_eq(&entry.node, node)) {
            entry.avoided_until.store(until, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}
