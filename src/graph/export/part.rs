//! The part of a graph that an export writes.

use std::collections::BTreeSet;

use petgraph::visit::EdgeRef;

use crate::annotate::resources::Resource;
use crate::catalogue::rights::{Showable, show};
use crate::catalogue::{Shown, Voices};
use crate::graph::{Edge, Evidence, Graph, Why};

/// The fewest voices that must cite a resource.
const LEAST_VOICES: usize = 2;

/// The part of a graph to write.
pub(super) struct ExportPart<'a> {
    pub graph: &'a Graph,
    pub voices: &'a Voices,
    pub topics: &'a BTreeSet<usize>,
    /// The greatest length of a quoted sentence, in characters.
    pub excerpt_chars: usize,
}

impl<'a> ExportPart<'a> {
    pub fn slug(&self, topic: usize) -> &'a str {
        &self.graph.vocabulary.topics[topic].slug.0
    }

    /// The edges between the topics, with both ends.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, &'a Edge)> {
        let edges = self.graph.topics.edge_references();
        let edges = edges.map(|e| (e.source().index(), e.target().index(), e.weight()));
        edges.filter(|(a, b, _)| self.topics.contains(a) && self.topics.contains(b))
    }

    /// The sentence of `evidence`, as an excerpt whatever the licence: it is kept without the licence of its document.
    pub fn quote(&self, evidence: &Evidence) -> Showable {
        show(&*evidence.sentence, Shown::Excerpt, self.excerpt_chars)
    }

    /// The resources about at least one of the topics, with those topics.
    pub fn resources(&self) -> impl Iterator<Item = (&'a Resource, Vec<usize>)> {
        let cited = self.graph.resources.iter();
        let cited = cited.filter(|resource| resource.cited_by(self.voices) >= LEAST_VOICES);
        cited.filter_map(|resource| {
            let topics = resource.topics.iter().map(|at| *at as usize);
            let topics: Vec<usize> = topics.filter(|at| self.topics.contains(at)).collect();
            (!topics.is_empty()).then_some((resource, topics))
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
