//! The graph for other programs: SKOS Turtle, GraphML, DOT.
//!
//! All formats contain the topics and their edges. Turtle and GraphML also contain the resources that at least two
//! independent voices cite. The same graph gives the same bytes.

mod dot;
mod graphml;
mod turtle;

use std::collections::BTreeSet;
use std::io::{self, Write};

use petgraph::visit::EdgeRef;

use super::{Edge, Graph, Why, related};
use crate::annotate::resources::Resource;
use crate::catalogue::Voices;

/// The fewest voices that must cite a resource.
const LEAST_VOICES: usize = 2;

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RDF 1.1 Turtle with SKOS terms (W3C Recommendations of 2014 and 2009).
    Turtle,
    /// The graph drawing community's XML, read by networkx, Gephi and yEd.
    Graphml,
    /// Graphviz's language.
    Dot,
}

/// Writes the part of `graph` with `topics` (places in the vocabulary) as `format`; `voices` counts who cites a
/// resource. O(size).
///
/// `Err` if writing to `out` fails.
pub fn write(
    graph: &Graph,
    voices: &Voices,
    topics: &BTreeSet<usize>,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let part = ExportPart { graph, voices, topics };
    match format {
        Format::Turtle => turtle::write(&part, out),
        Format::Graphml => graphml::write(&part, out),
        Format::Dot => dot::write(&part, out),
    }
}

/// All topics of `graph`.
pub fn all(graph: &Graph) -> BTreeSet<usize> {
    (0..graph.vocabulary.topics.len()).collect()
}

/// The topic at `topic` and its nearest `count`.
pub fn around(graph: &Graph, topic: usize, count: usize) -> BTreeSet<usize> {
    let near = related(graph, topic, count).into_iter().map(|near| near.topic);
    near.chain([topic]).collect()
}

/// The part of a graph to write.
struct ExportPart<'a> {
    graph: &'a Graph,
    voices: &'a Voices,
    topics: &'a BTreeSet<usize>,
}

impl<'a> ExportPart<'a> {
    fn slug(&self, topic: usize) -> &'a str {
        &self.graph.vocabulary.topics[topic].slug.0
    }

    /// The edges between the topics, with both ends.
    fn edges(&self) -> impl Iterator<Item = (usize, usize, &'a Edge)> {
        let edges = self.graph.topics.edge_references();
        let edges = edges.map(|e| (e.source().index(), e.target().index(), e.weight()));
        edges.filter(|(a, b, _)| self.topics.contains(a) && self.topics.contains(b))
    }

    /// The resources about at least one of the topics, with those topics.
    fn resources(&self) -> impl Iterator<Item = (&'a Resource, Vec<usize>)> {
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
fn reasons(edge: &Edge) -> String {
    edge.why.iter().map(|why| why.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether the edge was found in texts.
fn is_mined(edge: &Edge) -> bool {
    edge.why.contains(&Why::CoMention)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::resources::ResourceKind;
    use crate::config::Sources;
    use crate::graph::build::GraphBuilder;
    use crate::vocabulary;

    fn text(format: Format, around_topic: Option<&str>) -> String {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let topic = u32::try_from(vocabulary.position("feature-store").unwrap()).unwrap();
        let resource = Resource {
            url: "https://example.org/a?b=1&c=2".into(),
            also: Vec::new(),
            title: "On \"stores\" & <skews>\u{1}".into(),
            kind: ResourceKind::Paper,
            year: Some(2020),
            sources: vec!["a/a".into(), "b/b".into()],
            topics: vec![topic],
            said: Vec::new(),
            dead_since: None,
        };
        let mut hostile = resource.clone();
        hostile.url = "https://example.org/> <urn:x> <urn:y> . <".into();
        let graph = GraphBuilder::new(vocabulary).finish(vec![resource, hostile]);
        let topics = match around_topic {
            Some(slug) => around(&graph, graph.vocabulary.position(slug).unwrap(), 5),
            None => all(&graph),
        };
        let mut out = Vec::new();
        write(&graph, &Voices::default(), &topics, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn turtle_can_be_read_back_as_the_same_vocabulary() {
        let exported = text(Format::Turtle, None);
        let read = vocabulary::parse(&[("export.ttl".into(), exported)]).unwrap();
        let own = vocabulary::load(&Sources::Compiled).unwrap();
        assert_eq!(read.topics.len(), own.topics.len());
        for (read, own) in read.topics.iter().zip(&own.topics) {
            assert_eq!(read.slug, own.slug);
            assert_eq!(read.pref_label, own.pref_label);
            assert_eq!(read.definition, own.definition);
            assert_eq!(read.steps, own.steps);
            assert_eq!(read.requires, own.requires);
            assert_eq!(read.broader, own.broader);
            let sorted = |rules: &[vocabulary::LabelRule]| {
                let mut rules = rules.to_vec();
                rules.sort_by(|a, b| a.label.cmp(&b.label));
                rules
            };
            assert_eq!(sorted(&read.rules), sorted(&own.rules));
        }
    }

    #[test]
    fn hostile_titles_stay_text() {
        let graphml = text(Format::Graphml, None);
        assert!(graphml.contains("On &quot;stores&quot; &amp; &lt;skews&gt;"), "escaped");
        assert!(!graphml.contains('\u{1}'));
        assert!(graphml.contains("attr.type=\"double\""));
        let turtle = text(Format::Turtle, None);
        assert!(turtle.contains("On \\\"stores\\\" & <skews>"), "escaped");
        assert!(!turtle.contains("urn:x"), "what is no IRI is left out");
    }

    #[test]
    fn a_part_contains_a_topic_and_its_nearest() {
        let dot = text(Format::Dot, Some("feature-store"));
        assert!(dot.starts_with("graph cairn {") && dot.ends_with("}\n"));
        assert!(dot.contains("\"feature-store\""));
        assert_eq!(dot.matches("[label=").count(), 6, "{dot}");
    }
}
