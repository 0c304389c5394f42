//! Writes a part of a graph in the requested format.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::part::ExportPart;
use super::{dot, graphml, turtle};
use crate::catalogue::Voices;
use crate::graph::{Graph, related};

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RDF 1.1 Turtle with SKOS terms (W3C Recommendations of 2014 and 2009).
    Turtle,
    /// GraphML, an XML format for graphs that networkx, Gephi and yEd can read.
    Graphml,
    /// Graphviz's language.
    Dot,
}

/// Writes the part of `graph` that contains `topics` (vocabulary indices) to `out` in `format`. `voices` is used to
/// count the independent voices that cite a resource. A quoted sentence has at most `excerpt_chars` characters.
/// O(size).
///
/// `Err` if writing to `out` fails.
pub fn write(
    graph: &Graph,
    voices: &Voices,
    topics: &BTreeSet<usize>,
    excerpt_chars: usize,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let part = ExportPart { graph, voices, topics, excerpt_chars };
    match format {
        Format::Turtle => turtle::write(&part, out),
        Format::Graphml => graphml::write(&part, out),
        Format::Dot => dot::write(&part, out),
    }
}

/// The vocabulary indices of all topics of `graph`.
pub fn all(graph: &Graph) -> BTreeSet<usize> {
    (0..graph.vocabulary.topics.len()).collect()
}

/// The topic with the vocabulary index `topic`, and at most `count` topics that are closest to it, as vocabulary
/// indices.
pub fn around(graph: &Graph, topic: usize, count: usize) -> BTreeSet<usize> {
    let near = related(graph, topic, count).into_iter().map(|near| near.topic);
    near.chain([topic]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::resources::{CitedResource, ResourceKind};
    use crate::config::DataFiles;
    use crate::graph::build::GraphBuilder;
    use crate::vocabulary;

    fn text(format: Format, around_topic: Option<&str>) -> String {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let topic = u32::try_from(vocabulary.position("feature-store").unwrap()).unwrap();
        let resource = CitedResource {
            url: "https://example.org/a?b=1&c=2".into(),
            also: Vec::new(),
            title: "On \"stores\" & <skews>\u{1}".into(),
            kind: ResourceKind::Paper,
            year: Some(2020),
            voices: 1,
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
        write(&graph, &Voices::default(), &topics, 300, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn turtle_can_be_read_back_as_the_same_vocabulary() {
        let exported = text(Format::Turtle, None);
        let read = vocabulary::parse(&[("export.ttl".into(), exported)]).unwrap();
        let own = vocabulary::load(&DataFiles::Compiled).unwrap();
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
    fn titles_with_markup_are_escaped_in_exports() {
        let graphml = text(Format::Graphml, None);
        assert!(graphml.contains("On &quot;stores&quot; &amp; &lt;skews&gt;"), "escaped");
        assert!(!graphml.contains('\u{1}'));
        assert!(graphml.contains("attr.type=\"double\""));
        let turtle = text(Format::Turtle, None);
        assert!(turtle.contains("On \\\"stores\\\" & <skews>"), "escaped");
        assert!(!turtle.contains("urn:x"), "a URL that is no valid IRI is omitted");
    }

    #[test]
    fn a_part_contains_a_topic_and_its_nearest() {
        let dot = text(Format::Dot, Some("feature-store"));
        assert!(dot.starts_with("graph cairn {") && dot.ends_with("}\n"));
        assert!(dot.contains("\"feature-store\""));
        assert_eq!(dot.matches("[label=").count(), 6, "{dot}");
    }
}
