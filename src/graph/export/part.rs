//! The part of a graph that an export writes.

use std::collections::BTreeSet;

use petgraph::visit::EdgeRef;

use crate::annotate::resources::CitedResource;
use crate::catalogue::rights::{Showable, show};
use crate::catalogue::{Shown, Voices};
use crate::graph::{Edge, Evidence, Graph, Why};

/// Resources that fewer independent voices cite are left out.
const LEAST_VOICES: usize = 2;

/// The part of a graph to write.
pub(super) struct ExportPart<'a> {
    pub graph: &'a Graph,
    pub voices: &'a Voices,
    pub topics: &'a BTreeSet<usize>,
    /// The maximum length of a quoted sentence, in characters; a longer one is truncated.
    pub excerpt_chars: usize,
}

/// An edge with the vocabulary indices of its ends.
pub(super) struct ExportEdge<'a> {
    pub ends: [usize; 2],
    pub edge: &'a Edge,
}

/// A resource with the vocabulary indices of the exported topics that it is about.
pub(super) struct ExportResource<'a> {
    pub resource: &'a CitedResource,
    pub topics: Vec<usize>,
}

impl<'a> ExportPart<'a> {
    pub fn slug(&self, topic: usize) -> &'a str {
        &self.graph.vocabulary.topics[topic].slug.0
    }

    /// The edges between exported topics.
    pub fn edges(&self) -> impl Iterator<Item = ExportEdge<'a>> {
        let edges = self.graph.topics.edge_references();
        let edges = edges.map(|edge| ExportEdge {
            ends: [edge.source().index(), edge.target().index()],
            edge: edge.weight(),
        });
        edges.filter(|edge| edge.ends.iter().all(|end| self.topics.contains(end)))
    }

    /// The sentence of `evidence`, always limited to an excerpt: the licence of its document could allow more, but is
    /// not stored with the evidence.
    pub fn quote(&self, evidence: &Evidence) -> Showable {
        show(&*evidence.sentence, Shown::Excerpt, self.excerpt_chars)
    }

    /// The resources that are about at least one exported topic and that enough independent voices cite.
    pub fn resources(&self) -> impl Iterator<Item = ExportResource<'a>> {
        let cited = self.graph.resources.iter();
        let cited = cited.filter(|resource| resource.cited_by(self.voices) >= LEAST_VOICES);
        cited.filter_map(|resource| {
            let topics = resource.topics.iter().map(|at| *at as usize);
            let topics: Vec<usize> = topics.filter(|at| self.topics.contains(at)).collect();
            (!topics.is_empty()).then_some(ExportResource { resource, topics })
        })
    }
}

/// The reasons of an edge, separated by commas.
pub(super) fn reasons(edge: &Edge) -> String {
    edge.why.iter().map(|why| why.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether the edge was found in texts.
pub(super) fn is_mined(edge: &Edge) -> bool {
    edge.why.contains(&Why::CoMention)
}
