//! The client of a cluster.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

use super::classify;
use super::fault::{ClusterFault, quoted};
use super::node::{Answer, Node};
use super::nodes::Nodes;
use super::request::{ClusterRequest, Repeat};
use super::statistics::ClusterStatistics;
use crate::config::ClusterSettings;

/// The share of the time limit that the first attempt of a repeatable request gets: two thirds. Of a limit of 2 s, this
/// is 1.3 s, ten times what the slowest search of a healthy cluster took. The second attempt gets the rest. A search that
/// takes longer than the first attempt is cut off and begins again, so it can't use the whole limit.
const FIRST_ATTEMPT: (u32, u32) = (2, 3);
/// What is added to the time limit of a repeatable request, as a share of it, so that the second attempt has nearly half.
const SURPLUS: u32 = 10;
/// How much longer the caller waits for the runtime than the runtime for the node.
const PATIENCE: Duration = Duration::from_secs(1);

/// A client of a cluster. It can be shared between threads, and any number of them can send requests at the same time.
///
/// Dropping it closes its connections. This never blocks, also not inside a runtime.
pub struct Cluster {
    nodes: Nodes,
    timeout: Duration,
    statistics: ClusterStatistics,
    /// `None` only while the client is dropped.
    runtime: Option<Runtime>,
}

impl Cluster {
    /// A client of the cluster that `settings` describe. Starts one thread, and sends nothing. `Err` if a certificate
    /// of the settings is not valid, or if the thread can't be started.
    pub fn new(settings: &ClusterSettings) -> Result<Cluster, ClusterFault> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cluster")
            .enable_all()
            .build()
            .map_err(|error| ClusterFault::Client { cause: error.to_string() })?;
        // Clients are made inside the runtime, because parts of them look for one.
        let nodes = runtime.handle().clone();
        let nodes = {
            let _inside = nodes.enter();
            Nodes::new(settings)
        };
        match nodes {
            Ok(nodes) => Ok(Cluster {
                nodes,
                timeout: settings.timeout,
                statistics: ClusterStatistics::default(),
                runtime: Some(runtime),
            }),
            Err(fault) => {
                runtime.shutdown_background();
                Err(fault)
            }
        }
    }

    /// Sends `request` to a node and returns the answer, parsed as JSON. Blocks the calling thread until the answer is
    /// there, at most for the time limit of the request and a tenth of it.
    ///
    /// If a repeatable request gets no answer or a passing error, it is sent once more, to another node if there is
    /// one. `Err` for every status but 2xx, and for answers that are not JSON of type `T`.
    pub fn send<T: DeserializeOwned>(&self, request: &ClusterRequest) -> Result<T, ClusterFault> {
        let began = Instant::now();
        let answer = self.exchange(request, parsed);
        self.statistics.record_time(began.elapsed());
        answer
    }

    /// What this client has experienced. The caller records searches, because only it knows whether an answer is whole.
    pub fn statistics(&self) -> &ClusterStatistics {
        &self.statistics
    }

    /// Like [`Cluster::send`], with `read` as the function that reads an answer of any status but redirects.
    pub(super) fn exchange<T>(
        &self,
        request: &ClusterRequest,
        read: impl Fn(&Node, &Answer) -> Result<T, ClusterFault>,
    ) -> Result<T, ClusterFault> {
        let attempt = |node: &Arc<Node>, limit| {
            read(node, &self.wait(&self.begin(node, request, limit), node, limit)?)
        };
        let began = Instant::now();
        let total = request.limit.unwrap_or(self.timeout);
        let first = self.nodes.next(None);
        if request.repeat == Repeat::Forbidden {
            return attempt(&first, total);
        }
        let (share, whole) = FIRST_ATTEMPT;
        let fault = match attempt(&first, total * share / whole) {
            Err(fault) if fault.is_passing() || fault.is_of_node() => fault,
            answer => return answer,
        };
        let rest = (total + total / SURPLUS).saturating_sub(began.elapsed());
        if rest.is_zero() {
            return Err(fault);
        }
        let second = self.nodes.next(Some(&first));
        tracing::debug!("{fault}; asking {} again", second.name);
        attempt(&second, rest)
    }

    /// Starts sending `request` to `node`. The answer arrives through the channel.
    pub(super) fn begin(
        &self,
        node: &Arc<Node>,
        request: &ClusterRequest,
        limit: Duration,
    ) -> Receiver<Result<Answer, ClusterFault>> {
        let (sender, receiver) = sync_channel(1);
        let (node, request) = (node.clone(), request.clone());
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                let answer = node.ask(&request, limit).await;
                // Nobody waits any more if the caller's thread has ended.
                let _ = sender.send(answer);
            });
        }
        receiver
    }

    /// Waits for the answer of `node` that [`Cluster::begin`] asked for, and records whether there was one.
    pub(super) fn wait(
        &self,
        receiver: &Receiver<Result<Answer, ClusterFault>>,
        node: &Arc<Node>,
        limit: Duration,
    ) -> Result<Answer, ClusterFault> {
        let lost = |_| Err(ClusterFault::TimedOut { node: node.name.clone(), limit });
        let answer = receiver.recv_timeout(limit + PATIENCE).unwrap_or_else(lost);
        let of_node = answer.as_ref().err().filter(|fault| fault.is_of_node());
        if self.nodes.record(node, of_node.is_none()) {
            match of_node {
                Some(fault) => tracing::warn!("{fault}; other nodes are asked first"),
                None => tracing::info!("{} answers again", node.name),
            }
        }
        answer
    }

    /// The nodes of the settings.
    pub(super) fn nodes(&self) -> &Nodes {
        &self.nodes
    }
}

/// The content of `answer`. `Err` for every status but 2xx, and for text that is not JSON of type `T`.
pub(super) fn parsed<T: DeserializeOwned>(node: &Node, answer: &Answer) -> Result<T, ClusterFault> {
    if !(200..300).contains(&answer.status) {
        return Err(classify::of_answer(&node.name, answer.status, &answer.body));
    }
    serde_json::from_slice(&answer.body).map_err(|error| ClusterFault::Unreadable {
        node: node.name.clone(),
        cause: quoted(&error.to_string()),
    })
}

/// Shows the addresses, without credentials.
impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes.all().map(|node| &node.name)).finish()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Dropping a runtime inside another one panics, because it waits for its threads.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
