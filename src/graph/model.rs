//! The graph, its edges and their evidence, and the file that holds them.

use std::path::Path;

use petgraph::graph::UnGraph;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::GraphError;
use super::{CaseStudy, shards};
use crate::annotate::resources::CitedResource;
use crate::disk;
use crate::extract::Address;
use crate::vocabulary::Vocabulary;

/// Why two topics have an edge.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    Broader,
    Requires,
    Related,
    CoMention,
}

impl Why {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Broader => "broader",
            Why::Requires => "requires",
            Why::Related => "related",
            Why::CoMention => "co-mention",
        }
    }
}

/// A sentence that supports an edge, and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub sentence: String,
    pub source: String,
    pub path: String,
    pub address: Address,
    /// The section's id as a number.
    pub section: u64,
}

/// An edge between two topics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The reasons for the edge, ascending and without duplicates.
    pub why: Vec<Why>,
    /// The vocabulary's reason, if it gives one.
    pub reason: Option<String>,
    /// How close the topics are, in (0, 1].
    pub weight: f32,
    /// At most [`super::MOST_EVIDENCE`] sentences that name both topics. The best sentence of each voice comes before
    /// further sentences of the same voices.
    pub evidence: Vec<Evidence>,
    /// The number of independent voices that name both topics in one sentence.
    pub said_by: u32,
}

/// A generation's graph, with the vocabulary that it is based on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Graph {
    pub vocabulary: Vocabulary,
    /// One node for each topic. The weight of a node is the topic's index in the vocabulary.
    pub topics: UnGraph<u32, Edge>,
    /// For each topic, the number of sections that mention it. Copies of sections are not counted.
    pub mentions: Vec<u32>,
    /// The cited resources, the most cited first.
    pub resources: Vec<CitedResource>,
    /// The case studies in the vocabulary's order.
    pub cases: Vec<CaseStudy>,
}

impl Graph {
    /// Whether the topic at `topic` is a case study. O(log cases).
    pub fn is_case(&self, topic: usize) -> bool {
        self.cases.binary_search_by_key(&topic, |case| case.topic as usize).is_ok()
    }

    /// Writes the graph to `path`, without its resources, which [`super::write_resources`] writes. The same graph gives
    /// the same bytes.
    pub fn write(&self, path: &Path) -> Result<(), GraphError> {
        let Graph { vocabulary, topics, mentions, resources: _, cases } = self;
        let bytes = postcard::to_stdvec(&(vocabulary, topics, mentions, cases))
            .map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })?;
        Ok(disk::write(path, &bytes)?)
    }

    /// Reads the vocabulary of the graph at `path`, in the current format only. Much faster than [`Graph::read`].
    pub fn read_vocabulary(path: &Path) -> Result<Vocabulary, GraphError> {
        let bytes = disk::read(path)?;
        let read = postcard::take_from_bytes(&bytes).map(|(vocabulary, _)| vocabulary);
        read.map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })
    }

    /// Reads the graph at `path` with its resources. Also reads the previous format, in which the file contains the
    /// resources.
    pub fn read(path: &Path) -> Result<Graph, GraphError> {
        let bytes = disk::read(path)?;
        let undecodable = |cause| GraphError::Decode { path: path.display().to_string(), cause };
        let Some(resources) = shards::read(path)? else {
            return postcard::from_bytes(&bytes).map_err(undecodable);
        };
        let (vocabulary, topics, mentions, cases) =
            postcard::from_bytes(&bytes).map_err(undecodable)?;
        Ok(Graph { vocabulary, topics, mentions, resources, cases })
    }
}
