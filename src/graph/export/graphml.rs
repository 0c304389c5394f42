//! Writes GraphML. Topics and resources are nodes. Ties of topics, and the topics of resources, are edges. Nodes and
//! edges have typed attributes.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::part::{ExportEdge, ExportPart, ExportResource, reasons};
use crate::catalogue::rights::Showable;
use crate::printable::{strip, strip_body};

/// The attributes, each with its id, its domain (`node` or `edge`), its name and its type.
const KEYS: [[&str; 4]; 11] = [
    ["kind", "node", "kind", "string"],
    ["label", "node", "label", "string"],
    ["definition", "node", "definition", "string"],
    ["steps", "node", "steps", "string"],
    ["mentions", "node", "mentions", "int"],
    ["url", "node", "url", "string"],
    ["cited", "node", "cited_by", "int"],
    ["weight", "edge", "weight", "double"],
    ["why", "edge", "why", "string"],
    ["said", "edge", "said_by", "int"],
    ["evidence", "edge", "evidence", "string"],
];

pub(super) fn write(part: &ExportPart, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let graphml = xml.create_element("graphml");
    let graphml = graphml.with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"));
    graphml.write_inner_content(|xml| {
        for [id, of, name, kind] in KEYS {
            let key = xml.create_element("key").with_attributes([("id", id), ("for", of)]);
            key.with_attributes([("attr.name", name), ("attr.type", kind)]).write_empty()?;
        }
        let graph = xml.create_element("graph").with_attribute(("edgedefault", "undirected"));
        graph.write_inner_content(|xml| {
            nodes(part, xml)?;
            edges(part, xml)
        })?;
        Ok(())
    })?;
    Ok(())
}

fn nodes<W: Write>(part: &ExportPart, xml: &mut Writer<W>) -> io::Result<()> {
    for at in part.topics {
        let topic = &part.graph.vocabulary.topics[*at];
        let mentions = part.graph.mentions.get(*at).copied().unwrap_or(0);
        let values = [
            ("kind", "topic".to_owned()),
            ("label", topic.pref_label.clone()),
            ("definition", topic.definition.clone()),
            ("steps", topic.steps.join(", ")),
            ("mentions", mentions.to_string()),
        ];
        element(xml, "node", &[("id", part.slug(*at))], &values)?;
    }
    for ExportResource { resource, .. } in part.resources() {
        let values = [
            ("kind", "resource".to_owned()),
            ("label", resource.title.clone()),
            ("url", resource.url.clone()),
            ("cited", resource.cited_by(part.voices).to_string()),
        ];
        element(xml, "node", &[("id", &resource.url)], &values)?;
    }
    Ok(())
}

fn edges<W: Write>(part: &ExportPart, xml: &mut Writer<W>) -> io::Result<()> {
    for ExportEdge { ends: [a, b], edge } in part.edges() {
        let quotes: Vec<Showable> = edge.evidence.iter().map(|said| part.quote(said)).collect();
        let evidence: Vec<&str> = quotes.iter().map(|quote| &**quote).collect();
        let values = [
            ("weight", edge.weight.to_string()),
            ("why", reasons(edge)),
            ("said", edge.said_by.to_string()),
            ("evidence", evidence.join("\n")),
        ];
        let ends = [("source", part.slug(a)), ("target", part.slug(b))];
        element(xml, "edge", &ends, &values)?;
    }
    for ExportResource { resource, topics } in part.resources() {
        for topic in topics {
            let ends = [("source", resource.url.as_str()), ("target", part.slug(topic))];
            element(xml, "edge", &ends, &[("why", "about".to_owned())])?;
        }
    }
    Ok(())
}

/// Writes a node or an edge with its values. Empty values are left out.
fn element<W: Write>(
    xml: &mut Writer<W>,
    name: &str,
    attributes: &[(&str, &str)],
    values: &[(&str, String)],
) -> io::Result<()> {
    let mut element = xml.create_element(name);
    for (key, value) in attributes {
        element = element.with_attribute((*key, &*strip(value)));
    }
    element.write_inner_content(|xml| {
        for (key, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            let data = xml.create_element("data").with_attribute(("key", *key));
            data.write_text_content(BytesText::new(&strip_body(value)))?;
        }
        Ok(())
    })?;
    Ok(())
}
