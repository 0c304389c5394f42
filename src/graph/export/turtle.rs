//! SKOS in Turtle: the vocabulary, the steps as collections, mined ties with their evidence, and resources with their
//! topics.
//!
//! Edges that were found in texts are written as `cairn:saidWith`, not as `skos:related`. With `skos:related`, an edge
//! between a topic and a broader topic would violate SKOS's rule S27.

use std::io::{self, Write};

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use oxttl::TurtleSerializer;
use oxttl::turtle::WriterTurtleSerializer;

use super::part::{ExportEdge, ExportPart, ExportResource, is_mined};
use crate::graph::Edge;
use crate::printable::strip_body;
use crate::vocabulary::{CAIRN, LabelRule, SCHEME, SKOS, STEP, TOPIC, Topic};

const DCTERMS: &str = "http://purl.org/dc/terms/";
const PREFIXES: [(&str, &str); 7] = [
    ("skos", SKOS),
    ("cairn", CAIRN),
    ("topic", TOPIC),
    ("step", STEP),
    ("scheme", SCHEME),
    ("dcterms", DCTERMS),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

pub(super) fn write(part: &ExportPart, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = TurtleSerializer::new();
    for (prefix, iri) in PREFIXES {
        serializer = serializer.with_prefix(prefix, iri).map_err(io::Error::other)?;
    }
    let mut turtle = Turtle { out: serializer.for_writer(out), blanks: 0 };
    let scheme = node(SCHEME, "ml-system-design");
    turtle.add(&scheme, rdf::TYPE.into_owned(), node(SKOS, "ConceptScheme"))?;
    let title =
        Literal::new_language_tagged_literal_unchecked("Machine-learning system design", "en");
    turtle.add(&scheme, node(SKOS, "prefLabel"), title)?;
    for at in part.topics {
        turtle.topic(part, &part.graph.vocabulary.topics[*at], &scheme)?;
    }
    turtle.steps(part)?;
    for ExportEdge { ends: [a, b], edge } in part.edges().filter(|found| is_mined(found.edge)) {
        turtle.tie(part, a, b, edge)?;
    }
    for ExportResource { resource, topics } in part.resources() {
        let Ok(subject) = NamedNode::new(&resource.url) else { continue };
        turtle.add(&subject, node(DCTERMS, "title"), literal(&resource.title))?;
        for topic in topics {
            turtle.add(&subject, node(DCTERMS, "subject"), node(TOPIC, part.slug(topic)))?;
        }
    }
    turtle.out.finish()?;
    Ok(())
}

fn node(namespace: &str, name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

fn english(text: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(strip_body(text), "en")
}

/// `text` from a source, as a literal without a language.
fn literal(text: &str) -> Literal {
    Literal::from(&*strip_body(text))
}

struct Turtle<'a> {
    out: WriterTurtleSerializer<&'a mut dyn Write>,
    /// The number of blank nodes so far. Names of blank nodes are made from it, so that the same graph gives the same
    /// bytes.
    blanks: usize,
}

impl Turtle<'_> {
    fn add(
        &mut self,
        subject: &(impl Into<NamedOrBlankNode> + Clone),
        predicate: NamedNode,
        object: impl Into<Term>,
    ) -> io::Result<()> {
        self.out.serialize_triple(&Triple::new(subject.clone(), predicate, object))
    }

    fn blank(&mut self) -> BlankNode {
        self.blanks += 1;
        BlankNode::new_unchecked(format!("b{}", self.blanks))
    }

    fn topic(&mut self, part: &ExportPart, topic: &Topic, scheme: &NamedNode) -> io::Result<()> {
        let subject = node(TOPIC, &topic.slug.0);
        let is_here = |slug: &str| {
            part.graph.vocabulary.position(slug).is_some_and(|at| part.topics.contains(&at))
        };
        self.add(&subject, rdf::TYPE.into_owned(), node(SKOS, "Concept"))?;
        self.add(&subject, node(SKOS, "inScheme"), scheme.clone())?;
        if topic.top {
            self.add(&subject, node(SKOS, "topConceptOf"), scheme.clone())?;
            self.add(scheme, node(SKOS, "hasTopConcept"), subject.clone())?;
        }
        self.add(&subject, node(SKOS, "prefLabel"), english(&topic.pref_label))?;
        for label in &topic.alt_labels {
            self.add(&subject, node(SKOS, "altLabel"), english(label))?;
        }
        self.add(&subject, node(SKOS, "definition"), english(&topic.definition))?;
        for broader in topic.broader.iter().filter(|slug| is_here(&slug.0)) {
            self.add(&subject, node(SKOS, "broader"), node(TOPIC, &broader.0))?;
            self.add(&node(TOPIC, &broader.0), node(SKOS, "narrower"), subject.clone())?;
        }
        for related in topic.related.iter().filter(|slug| is_here(&slug.0)) {
            self.add(&subject, node(SKOS, "related"), node(TOPIC, &related.0))?;
            self.add(&node(TOPIC, &related.0), node(SKOS, "related"), subject.clone())?;
        }
        for iri in &topic.exact_match {
            self.add(&subject, node(SKOS, "exactMatch"), NamedNode::new_unchecked(iri))?;
        }
        for requirement in topic.requires.iter().filter(|r| is_here(&r.topic.0)) {
            let blank = self.blank();
            self.add(&subject, node(CAIRN, "requires"), blank.clone())?;
            self.add(&blank, node(CAIRN, "topic"), node(TOPIC, &requirement.topic.0))?;
            self.add(&blank, node(CAIRN, "why"), english(&requirement.why))?;
        }
        topic.rules.iter().try_for_each(|rule| self.rule(&subject, rule))
    }

    /// Writes one label rule of `topic`.
    fn rule(&mut self, topic: &NamedNode, rule: &LabelRule) -> io::Result<()> {
        let blank = self.blank();
        self.add(topic, node(CAIRN, "rule"), blank.clone())?;
        self.add(&blank, node(CAIRN, "label"), english(&rule.label))?;
        for (name, words) in [("near", &rule.near), ("except", &rule.except)] {
            for word in words {
                self.add(&blank, node(CAIRN, name), english(word))?;
            }
        }
        let flags = [
            ("capitals", rule.capitals),
            ("headingOnly", rule.heading_only),
            ("ambiguous", rule.ambiguous),
        ];
        for (name, _) in flags.into_iter().filter(|(_, is)| *is) {
            self.add(&blank, node(CAIRN, name), Literal::from(true))?;
        }
        Ok(())
    }

    /// Writes the steps as collections, and their order as an RDF list.
    fn steps(&mut self, part: &ExportPart) -> io::Result<()> {
        let steps = &part.graph.vocabulary.steps;
        let answer = node(STEP, "design-answer");
        self.add(&answer, rdf::TYPE.into_owned(), node(SKOS, "OrderedCollection"))?;
        let mut rest: Term = rdf::NIL.into_owned().into();
        for step in steps.iter().rev() {
            let cell = self.blank();
            self.add(&cell, rdf::FIRST.into_owned(), node(STEP, &step.slug))?;
            self.add(&cell, rdf::REST.into_owned(), rest)?;
            rest = cell.into();
        }
        self.add(&answer, node(SKOS, "memberList"), rest)?;
        for step in steps {
            let subject = node(STEP, &step.slug);
            self.add(&subject, rdf::TYPE.into_owned(), node(SKOS, "Collection"))?;
            self.add(&subject, node(SKOS, "prefLabel"), english(&step.label))?;
            for at in part.topics {
                let topic = &part.graph.vocabulary.topics[*at];
                if topic.steps.contains(&step.slug) {
                    self.add(&subject, node(SKOS, "member"), node(TOPIC, &topic.slug.0))?;
                }
            }
        }
        Ok(())
    }

    fn tie(&mut self, part: &ExportPart, a: usize, b: usize, edge: &Edge) -> io::Result<()> {
        let (a, b) = (part.slug(a), part.slug(b));
        let blank = self.blank();
        self.add(&node(TOPIC, a), node(CAIRN, "saidWith"), blank.clone())?;
        self.add(&blank, node(CAIRN, "topic"), node(TOPIC, b))?;
        let weight = Literal::new_typed_literal(format!("{:.4}", edge.weight), xsd::DECIMAL);
        self.add(&blank, node(CAIRN, "weight"), weight)?;
        self.add(&blank, node(CAIRN, "sources"), Literal::from(u64::from(edge.said_by)))?;
        for evidence in &edge.evidence {
            let said = self.blank();
            self.add(&blank, node(CAIRN, "evidence"), said.clone())?;
            self.add(&said, node(CAIRN, "sentence"), literal(&part.quote(evidence)))?;
            let place = format!("{} {}", evidence.source, evidence.path);
            self.add(&said, node(DCTERMS, "source"), literal(&place))?;
        }
        Ok(())
    }
}
