//! A generation's sections in a cluster, and how searches for them are sent.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::search::cluster::{Body, Cluster, ClusterFault, ClusterRequest, classify};
use crate::search::opensearch::answer::{ManyAnswers, OneOfMany, SearchAnswer};
use crate::search::opensearch::mapping::field;

/// A generation's sections in a cluster.
#[derive(Clone)]
pub struct ClusterSections {
    pub(in crate::search) cluster: Arc<Cluster>,
    /// The name of the index.
    pub(in crate::search) index: String,
    pub(in crate::search) generation: u64,
}

impl ClusterSections {
    /// The sections of `generation` in the index `index` of `cluster`. Sends nothing.
    pub fn new(cluster: Arc<Cluster>, index: String, generation: u64) -> ClusterSections {
        ClusterSections { cluster, index, generation }
    }

    /// The clauses that select the sections of the generation.
    pub(in crate::search) fn valid(&self) -> Vec<Value> {
        vec![
            json!({"range": {field::FROM: {"lte": self.generation}}}),
            json!({"range": {field::TO: {"gte": self.generation}}}),
        ]
    }

    /// Sends a search with this `body`.
    pub(in crate::search) fn search(&self, body: &Value) -> Result<SearchAnswer, ClusterFault> {
        let path = format!("/{}/_search?allow_partial_search_results=false", self.index);
        let request = ClusterRequest::post(path, body.to_string());
        self.cluster.send::<SearchAnswer>(&request)?.whole()
    }

    /// Sends searches with these `bodies` together. Returns their answers in the same order. If one fails because a node
    /// was lost, all are sent once more.
    pub(in crate::search) fn search_all(
        &self,
        bodies: &[Value],
    ) -> Result<Vec<SearchAnswer>, ClusterFault> {
        let header = json!({"index": self.index, "allow_partial_search_results": false});
        let lines: String = bodies.iter().map(|body| format!("{header}\n{body}\n")).collect();
        let request = ClusterRequest {
            body: Body::Lines(lines.into()),
            ..ClusterRequest::new(http::Method::POST, "/_msearch")
        };
        match self.send_all(&request) {
            Err(fault) if fault.is_passing() => self.send_all(&request),
            answers => answers,
        }
    }

    fn send_all(&self, request: &ClusterRequest) -> Result<Vec<SearchAnswer>, ClusterFault> {
        let began = Instant::now();
        let answers: ManyAnswers = self.cluster.send(request)?;
        tracing::debug!(us = began.elapsed().as_micros(), "searched the cluster");
        let answer = |one| match one {
            OneOfMany::Answer(answer) => answer.whole(),
            OneOfMany::Failed { status, error } => Err(classify::of_part(status, error)),
        };
        answers.responses.into_iter().map(answer).collect()
    }
}
