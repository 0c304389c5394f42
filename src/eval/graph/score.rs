//! Scores an index against labels.

use std::collections::{BTreeSet, HashMap};

use super::labels::{GraphLabels, LabelledPlace, SectionLabel, TopicLabel};
use super::values::{GraphMeasure, GraphValue};
use crate::annotate::Salience;
use crate::library::view::{HitView, PassageView};
use crate::library::{Audience, DocumentPosition, Library};

/// The number of passages of a cell, and of related topics, that are scored.
const FIRST: usize = 5;

/// The values of all measures for the index of `library`. Reads the sections and guides that `labels` names: about a
/// millisecond each.
pub fn score(library: &Library, labels: &GraphLabels) -> anyhow::Result<Vec<GraphValue>> {
    let mut values = Values::default();
    cells(library, labels, &mut values)?;
    evidence(library, labels, &mut values);
    resources(library, labels, &mut values);
    related(library, labels, &mut values);
    prerequisites(library, labels, &mut values);
    for label in &labels.sections {
        section(library, label, &labels.known, &mut values)?;
    }
    Ok(values.0)
}

#[derive(Default)]
struct Values(Vec<GraphValue>);

impl Values {
    fn add(&mut self, measure: GraphMeasure, key: String, is: bool) {
        self.0.push(GraphValue { measure, key, value: if is { 1.0 } else { 0.0 } });
    }
}

fn cells(library: &Library, labels: &GraphLabels, values: &mut Values) -> anyhow::Result<()> {
    let about: HashMap<(&str, String, &str), u8> = labels
        .documents
        .iter()
        .map(|label| ((&*label.case, label.source.to_lowercase(), &*label.path), label.about))
        .collect();
    let cases: BTreeSet<&str> = labels.cells.iter().map(|label| &*label.case).collect();
    for case in cases {
        let Some(guide) = library.case(case, FIRST, Audience::Reader)? else { continue };
        let mut shown: HashMap<&str, &[HitView]> = HashMap::new();
        for step in &guide.steps {
            shown.insert(&step.cell.step, &step.passages);
            for hit in &step.passages {
                let PassageView { source, path, id, .. } = &hit.passage;
                if let Some(about) = about.get(&(case, source.to_lowercase(), path)) {
                    let key = format!("{case}/{}/{id}", step.cell.step);
                    values.add(GraphMeasure::CellDocuments, key, *about > 0);
                }
            }
        }
        for (at, label) in labels.cells.iter().enumerate().filter(|(_, label)| label.case == case) {
            let hits = shown.get(&*label.step).copied().unwrap_or_default();
            let is_at = |hit: &HitView| label.places.iter().any(|place| is_at(&hit.passage, place));
            let found = hits.iter().any(is_at);
            let key = format!("{case}/{}/{at}", label.step);
            if label.grade >= 2 {
                values.add(GraphMeasure::BestCellPassages, key.clone(), found);
            }
            values.add(GraphMeasure::CellPassages, key, found);
        }
    }
    Ok(())
}

/// Whether `passage` contains the line of `place`, or begins just below it.
fn is_at(passage: &PassageView, place: &LabelledPlace) -> bool {
    let Some((first, last)) = passage.place.lines else { return false };
    passage.source.eq_ignore_ascii_case(&place.source)
        && passage.path == place.path
        && (first.saturating_sub(1)..=last).contains(&place.line)
}

fn evidence(library: &Library, labels: &GraphLabels, values: &mut Values) {
    let graph = &library.graph;
    let node = |slug: &str| {
        let at = graph.vocabulary.position(slug)?;
        Some(petgraph::graph::NodeIndex::new(at))
    };
    let mut seen = BTreeSet::new();
    for label in &labels.sentences {
        let [a, b] = &label.topics;
        let (Some(one), Some(other)) = (node(a), node(b)) else { continue };
        let Some(edge) = graph.topics.find_edge(one, other) else { continue };
        let is_shown = graph.topics[edge].evidence.iter().any(|evidence| {
            evidence.source.eq_ignore_ascii_case(&label.source)
                && evidence.path == label.path
                && hash(&evidence.sentence) == label.hash
        });
        let key = format!("{a}/{b}/{}", label.hash);
        if is_shown && seen.insert(key.clone()) {
            values.add(GraphMeasure::EvidenceStates, key.clone(), label.grade == 2);
            values.add(GraphMeasure::EvidenceSound, key, label.grade > 0);
        }
    }
}

/// The hash of the first four words of `sentence`, as in the labels.
fn hash(sentence: &str) -> String {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.take(4).collect::<Vec<_>>().join(" ").to_lowercase();
    blake3::hash(words.as_bytes()).to_hex()[..8].to_owned()
}

/// The labels of each topic.
fn by_topic(labels: &[TopicLabel]) -> HashMap<&str, Vec<&TopicLabel>> {
    let mut topics: HashMap<&str, Vec<&TopicLabel>> = HashMap::new();
    for label in labels {
        topics.entry(&label.topic).or_default().push(label);
    }
    topics
}

fn resources(library: &Library, labels: &GraphLabels, values: &mut Values) {
    for (topic, labels) in by_topic(&labels.resources) {
        let Some(detail) = library.outline(topic) else { continue };
        let urls = detail.resources.iter().flat_map(|one| one.also.iter().chain([&one.url]));
        let listed: BTreeSet<&str> = urls.map(|url| bare(url)).collect();
        for label in labels {
            let (key, is_listed) =
                (format!("{topic}/{}", label.other), listed.contains(bare(&label.other)));
            if is_listed {
                values.add(GraphMeasure::Resources, key.clone(), label.grade > 0);
            }
            if label.grade == 2 {
                values.add(GraphMeasure::ResourcesFound, key, is_listed);
            }
        }
    }
}

/// `url` without what two ways to write it may differ in.
fn bare(url: &str) -> &str {
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    url.strip_prefix("www.").unwrap_or(url).trim_end_matches('/')
}

fn related(library: &Library, labels: &GraphLabels, values: &mut Values) {
    for (topic, of_topic) in by_topic(&labels.related) {
        let Some(view) = library.related(topic, usize::MAX) else { continue };
        let known = view.related.iter().filter(|other| labels.known.contains(&other.id));
        for other in known.take(FIRST) {
            let grade =
                of_topic.iter().find(|label| label.other == other.id).map(|label| label.grade);
            let key = format!("{topic}/{}", other.id);
            if let Some(grade) = grade {
                values.add(GraphMeasure::RelatedAcceptable, key.clone(), grade >= 2);
            }
            values.add(GraphMeasure::RelatedNamed, key, grade == Some(3));
        }
    }
}

fn prerequisites(library: &Library, labels: &GraphLabels, values: &mut Values) {
    for (topic, labels) in by_topic(&labels.prerequisites) {
        let Some(detail) = library.outline(topic) else { continue };
        for label in labels {
            let is_listed = detail.requires.iter().any(|required| required.id == label.other);
            let key = format!("{topic}/{}", label.other);
            if is_listed {
                values.add(GraphMeasure::Prerequisites, key.clone(), label.grade > 0);
            }
            if label.grade == 2 {
                values.add(GraphMeasure::PrerequisitesFound, key, is_listed);
            }
        }
    }
}

fn section(
    library: &Library,
    label: &SectionLabel,
    known: &BTreeSet<String>,
    values: &mut Values,
) -> anyhow::Result<()> {
    let LabelledPlace { source, path, line } = &label.place;
    let position = DocumentPosition::Number(*line);
    let Some(view) = library.section_at(source, path, position)? else { return Ok(()) };
    let place = format!("{source}/{path}:{line}");
    let main = view.mentions.iter().filter(|mention| mention.salience == Salience::Main);
    let main = main.filter(|mention| known.contains(&mention.topic));
    let main: BTreeSet<&str> = main.map(|mention| &*mention.topic).collect();
    for topic in &main {
        let is_labelled = label.topics.contains(*topic);
        values.add(GraphMeasure::MainTopics, format!("{place}/{topic}"), is_labelled);
    }
    for topic in &label.topics {
        let is_found = main.contains(&**topic);
        values.add(GraphMeasure::MainTopicsFound, format!("{place}/{topic}"), is_found);
    }
    let step = view.passage.step.as_ref();
    let is_right = step.is_some_and(|step| label.steps.contains(step));
    if !label.steps.is_empty() {
        values.add(GraphMeasure::Steps, place.clone(), is_right);
    }
    if step.is_some() {
        values.add(GraphMeasure::StepsGiven, place, is_right);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_recognised_by_their_first_words_and_urls_by_their_address() {
        assert_eq!(hash("Position bias: apply IPW, always"), hash("position bias apply ipw"));
        assert_ne!(hash("Position bias apply"), hash("Position bias applies"));
        assert_eq!(bare("https://www.a.org/b/"), bare("http://a.org/b"));
    }
}
