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
    /// Until when the node is avoided, in milliseconds since the beginning; 0 if it answered last time.
    avoided_until: AtomicU64,
}

impl NodeEntry {
    /// How long the node is still avoided at the time `now`, in milliseconds.
    fn wait(&self, now: u64) -> u64 {
        self.avoided_until.load(Ordering::Relaxed).saturating_sub(now)
    }
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

    /// The node for the next request: each in turn. Leaves out the node `not`, and nodes that are avoided, as long as
    /// there is another. When a node is no longer avoided, only one request goes to it until it has answered.
    pub fn next(&self, not: Option<&Arc<Node>>) -> Arc<Node> {
        let (now, turn) = (self.now(), self.next.fetch_add(1, Ordering::Relaxed));
        let is_not = |entry: &NodeEntry| not.is_some_and(|not| Arc::ptr_eq(not, &entry.node));
        let usable = |entry: &&NodeEntry| !is_not(entry) && entry.wait(now) == 0;
        let mut choice: Vec<&NodeEntry> = self.nodes.iter().filter(usable).collect();
        if choice.is_empty() {
            let least_bad = self.nodes.iter().min_by_key(|entry| (is_not(entry), entry.wait(now)));
            choice.extend(least_bad);
        }
        let entry = choice[turn % choice.len()];
        let until = entry.avoided_until.load(Ordering::Relaxed);
        if until != 0 {
            let again = now + AVOIDED.as_millis() as u64;
            let order = Ordering::Relaxed;
            // If another request was faster, both go to the node, which is harmless.
            let _ = entry.avoided_until.compare_exchange(until, again, order, order);
        }
        entry.node.clone()
    }

    /// All nodes.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().map(|entry| &entry.node)
    }

    /// Records whether `node` answered, or failed to. Returns whether this is news.
    pub fn record(&self, node: &Arc<Node>, has_answered: bool) -> bool {
        let until = if has_answered { 0 } else { self.now() + AVOIDED.as_millis() as u64 };
        let entry = self.nodes.iter().find(|entry| Arc::ptr_eq(&entry.node, node));
        entry.is_some_and(|entry| {
            let before = entry.avoided_until.swap(until, Ordering::Relaxed);
            (before == 0) != has_answered
        })
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}
