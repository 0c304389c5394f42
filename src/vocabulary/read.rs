//! Parses Turtle files into drafts of topics, steps and contexts, each with its file for messages.

use std::collections::HashMap;

use oxrdf::{NamedOrBlankNode, Term, Triple};
use oxttl::TurtleParser;

use super::draft::{Draft, DraftRule, Drafts};
use super::{CAIRN, CONTEXT, SKOS, STEP, TOPIC};
use crate::problem::Faults;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// The drafts in `files`. Adds syntax errors and unknown properties to `faults`.
pub(super) fn read(files: &[(String, String)], faults: &mut Faults) -> Drafts {
    let mut drafts = Drafts::default();
    for (at, (name, text)) in files.iter().enumerate() {
        let triples = parse_file(name, text, faults);
        let file = FileTriples::new(at, name, text, &triples);
        for triple in &triples {
            let NamedOrBlankNode::NamedNode(subject) = &triple.subject else { continue };
            let subject = subject.as_str();
            if let Some(slug) = subject.strip_prefix(TOPIC) {
                file.read_topic(slug, triple, &mut drafts, faults);
            } else if let Some(slug) = subject.strip_prefix(STEP) {
                file.read_step(slug, triple, &mut drafts);
            } else if let Some(slug) = subject.strip_prefix(CONTEXT) {
                file.read_context(slug, triple, &mut drafts, faults);
            }
        }
    }
    drafts
}

fn parse_file(name: &str, text: &str, faults: &mut Faults) -> Vec<Triple> {
    let mut triples = Vec::new();
    for result in TurtleParser::new().for_slice(text.as_bytes()) {
        match result {
            Ok(triple) => triples.push(triple),
            Err(error) => {
                let line = usize::try_from(error.location().start.line).unwrap_or(0) + 1;
                faults.push(name, line, error.message().to_owned());
            }
        }
    }
    triples
}

struct FileTriples<'a> {
    at: usize,
    name: &'a str,
    text: &'a str,
    /// The triples of each blank node, by its label.
    blank: HashMap<&'a str, Vec<&'a Triple>>,
}

impl<'a> FileTriples<'a> {
    fn new(at: usize, name: &'a str, text: &'a str, triples: &'a [Triple]) -> Self {
        let mut blank: HashMap<&str, Vec<&Triple>> = HashMap::new();
        for triple in triples {
            if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
                blank.entry(node.as_str()).or_default().push(triple);
            }
        }
        FileTriples { at, name, text, blank }
    }

    fn read_topic(&self, slug: &str, triple: &Triple, drafts: &mut Drafts, faults: &mut Faults) {
        let draft = drafts
            .topics
            .entry(slug.to_owned())
            .or_insert_with(|| Draft { file: self.at, ..Draft::default() });
        let line = || locate(self.text, &format!("topic:{slug}"), None);
        let predicate = triple.predicate.as_str();
        match predicate.strip_prefix(SKOS).or(predicate.strip_prefix(CAIRN)) {
            Some("prefLabel") => insert(&mut draft.pref_labels, text_of(&triple.object)),
            Some("altLabel") => insert(&mut draft.alt_labels, text_of(&triple.object)),
            Some("definition") => insert(&mut draft.definitions, text_of(&triple.object)),
            Some("broader") => insert(&mut draft.broader, slug_of(&triple.object, TOPIC)),
            Some("related") => insert(&mut draft.related, slug_of(&triple.object, TOPIC)),
            Some("topConceptOf") => draft.top = true,
            Some("exactMatch") => {
                insert(&mut draft.exact_match, named(&triple.object).map(str::to_owned));
            }
            // Exports contain these properties. They are ignored, because they are not needed or can be derived.
            Some("inScheme" | "note" | "scopeNote" | "narrower" | "saidWith") => {}
            Some("requires") => match self.requirement(&triple.object) {
                Some(requirement) => insert(&mut draft.requires, Some(requirement)),
                None => faults.push(
                    self.name,
                    line(),
                    format!("topic:{slug}: cairn:requires needs [ cairn:topic …; cairn:why … ]"),
                ),
            },
            Some("rule") => {
                let (rule, unknown) = self.rule(&triple.object);
                draft.rules.push(rule);
                for property in unknown {
                    let message = format!("topic:{slug}: a rule has no property cairn:{property}");
                    faults.push(self.name, line(), message);
                }
            }
            _ if predicate.strip_prefix(RDF) == Some("type") => {
                draft.is_concept |= named(&triple.object) == Some(&format!("{SKOS}Concept"));
            }
            _ => {
                let message = format!("topic:{slug}: unknown property <{predicate}>");
                faults.push(self.name, line(), message);
            }
        }
    }

    fn read_step(&self, slug: &str, triple: &Triple, drafts: &mut Drafts) {
        match triple.predicate.as_str().strip_prefix(SKOS) {
            Some("prefLabel") => {
                drafts.step_labels.extend(text_of(&triple.object).map(|text| (slug.into(), text)));
            }
            Some("hiddenLabel") => {
                let headings = drafts.step_headings.entry(slug.into()).or_default();
                headings.extend(text_of(&triple.object));
            }
            Some("member") => {
                let topic = slug_of(&triple.object, TOPIC);
                drafts.members.extend(topic.map(|topic| (slug.into(), topic, self.at)));
            }
            Some("memberList") => drafts.step_order = self.list(&triple.object),
            _ => {}
        }
    }

    fn read_context(&self, slug: &str, triple: &Triple, drafts: &mut Drafts, faults: &mut Faults) {
        let words = drafts.contexts.entry(slug.into()).or_default();
        match triple.predicate.as_str() {
            property if property.strip_prefix(CAIRN) == Some("near") => {
                insert(words, text_of(&triple.object));
            }
            property if property.strip_prefix(RDF) == Some("type") => {}
            property => {
                let line = locate(self.text, &format!("context:{slug}"), None);
                let message = format!("context:{slug}: unknown property <{property}>");
                faults.push(self.name, line, message);
            }
        }
    }

    fn properties(&self, node: &Term) -> impl Iterator<Item = (&str, &'a Term)> {
        let label = match node {
            Term::BlankNode(node) => node.as_str(),
            _ => "",
        };
        let triples = self.blank.get(label).map(Vec::as_slice).unwrap_or_default();
        triples.iter().map(|triple| {
            let predicate = triple.predicate.as_str();
            (predicate.strip_prefix(CAIRN).unwrap_or(predicate), &triple.object)
        })
    }

    fn requirement(&self, node: &Term) -> Option<(String, String)> {
        let find = |name| self.properties(node).find(|(property, _)| *property == name);
        Some((slug_of(find("topic")?.1, TOPIC)?, text_of(find("why")?.1)?))
    }

    /// The rule at `node`, and the names of its unknown properties.
    fn rule(&self, node: &Term) -> (DraftRule, Vec<&str>) {
        let (mut draft, mut unknown) = (DraftRule::default(), Vec::new());
        let rule = &mut draft.rule;
        for (property, value) in self.properties(node) {
            let text = text_of(value).unwrap_or_default();
            match property {
                "label" => rule.label = text,
                "near" => rule.near.push(text),
                "context" => draft.contexts.extend(slug_of(value, CONTEXT)),
                "except" => rule.except.push(text),
                "capitals" => rule.capitals = text == "true",
                "headingOnly" => rule.heading_only = text == "true",
                "ambiguous" => rule.ambiguous = text == "true",
                _ => unknown.push(property),
            }
        }
        rule.near.sort();
        rule.except.sort();
        draft.contexts.sort();
        (draft, unknown)
    }

    /// The step slugs in the RDF list that begins at `head`.
    fn list(&self, head: &Term) -> Vec<String> {
        let (first, rest) = (format!("{RDF}first"), format!("{RDF}rest"));
        let mut slugs = Vec::new();
        let mut node = Some(head);
        while let Some(at) = node {
            let item = self.properties(at).find(|(property, _)| *property == first);
            slugs.extend(item.and_then(|(_, item)| slug_of(item, STEP)));
            node = self.properties(at).find(|(property, _)| *property == rest).map(|(_, n)| n);
        }
        slugs
    }
}

/// Adds `item` to `items` unless it is already there. RDF statements form a set, so a statement that several files
/// contain counts once.
fn insert<T: PartialEq>(items: &mut Vec<T>, item: Option<T>) {
    items.extend(item.filter(|item| !items.contains(item)));
}

fn named(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(node) => Some(node.as_str()),
        _ => None,
    }
}

fn slug_of(term: &Term, namespace: &str) -> Option<String> {
    named(term)?.strip_prefix(namespace).map(str::to_owned)
}

fn text_of(term: &Term) -> Option<String> {
    match term {
        Term::Literal(literal) => Some(literal.value().trim().to_owned()),
        _ => None,
    }
}

/// The 1-based line of `text` for a message about `subject`. Without `mention`, it is the line where the statement
/// about `subject` begins. With `mention`, it is the first line from there on that contains `mention`; if there is
/// none, it is the statement's first line. 1 if there is no such statement.
pub(super) fn locate(text: &str, subject: &str, mention: Option<&str>) -> usize {
    let names = |line: &str, name: &str| {
        line.match_indices(name).any(|(at, _)| {
            let next = line[at + name.len()..].chars().next();
            next.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_')
        })
    };
    let mut lines = text.lines().enumerate();
    let begins = |line: &str| line.starts_with(subject) && names(line, subject);
    let Some((start, line)) = lines.find(|(_, line)| begins(line)) else { return 1 };
    let Some(mention) = mention else { return start + 1 };
    if names(line, mention) && mention != subject {
        return start + 1;
    }
    lines.find(|(_, line)| names(line, mention)).map_or(start + 1, |(at, _)| at + 1)
}
