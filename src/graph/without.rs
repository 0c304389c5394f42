//! The graph without the text of some sources.

use std::collections::HashSet;

use super::{Edge, Graph, Why};
use crate::annotate::resources::CitedResource;

impl Graph {
    /// A copy without the text of `sources`: without their sentences, without edges that have no other support, and
    /// without resources that only these sources cite. Counts and weights of the remaining edges and topics stay
    /// unchanged, except that `said_by` is 0 if all evidence of an edge was removed. O(size).
    pub fn without(&self, sources: &HashSet<&str>) -> Graph {
        let topics = self
            .topics
            .filter_map(|_, topic| Some(*topic), |_, edge| without_evidence_of(edge, sources));
        let resources = self.resources.iter().filter_map(|resource| cited(resource, sources));
        Graph {
            vocabulary: self.vocabulary.clone(),
            topics,
            mentions: self.mentions.clone(),
            resources: resources.collect(),
            cases: self.cases.clone(),
        }
    }
}

/// `edge` without the evidence of `sources`; `None` if nothing else supports it.
fn without_evidence_of(edge: &Edge, sources: &HashSet<&str>) -> Option<Edge> {
    let mut kept = edge.clone();
    kept.evidence.retain(|evidence| !sources.contains(evidence.source.as_str()));
    if kept.evidence.is_empty() && !edge.evidence.is_empty() {
        kept.why.retain(|why| *why != Why::CoMention);
        kept.said_by = 0;
    }
    (!kept.why.is_empty()).then_some(kept)
}

/// `resource` without the citations of `sources`; `None` if no other source cites it.
fn cited(resource: &CitedResource, sources: &HashSet<&str>) -> Option<CitedResource> {
    let is_kept = |source: &str| !sources.contains(source);
    if resource.sources.iter().all(|source| is_kept(source)) {
        return Some(resource.clone());
    }
    let mut cited = resource.clone();
    cited.sources.retain(|source| is_kept(source));
    cited.said.retain(|said| is_kept(&said.source));
    // All other URLs of the resource are removed, because it is not recorded which source cites which URL.
    cited.also.clear();
    (!cited.sources.is_empty()).then_some(cited)
}
