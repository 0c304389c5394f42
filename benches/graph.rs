//! Measures the graph: building it from the corpus and from ten times the corpus, and queries.
//!
//!     CAIRN_CORPUS=… [CAIRN_INDEX=…] cargo bench --bench graph
//!
//! For ten times the corpus, each section is added ten times, with other source names and other co-mention
//! sentences. With an index, the guides of all cases are timed too. Prints times and the ratio of both builds; fails if
//! two builds from the same input differ.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use cairn::annotate::case::CaseIndex;
use cairn::annotate::{SectionNotes, Tagger, annotate};
use cairn::catalogue::Voice;
use cairn::config::{self, ConfigOverrides, DataFiles};
use cairn::extract::{Address, extract};
use cairn::graph::build::GraphBuilder;
use cairn::graph::case_section::{GuideSection, NamedCases};
use cairn::graph::place::SectionPlace;
use cairn::graph::{Graph, SaidSentence, learn, paths, related};
use cairn::library::{Audience, Library};
use cairn::vocabulary::{self, Vocabulary};

mod corpus;

/// A section with everything that the graph is built from.
struct GraphSection {
    source: String,
    path: String,
    address: Address,
    notes: SectionNotes,
    /// The case that its document names.
    whole: Option<u32>,
    guide: Option<GuideSection>,
}

fn main() {
    let Some(folder) = std::env::var_os("CAIRN_CORPUS") else {
        println!("skipped: CAIRN_CORPUS names no folder of tarballs");
        return;
    };
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let sections = read(Path::new(&folder), &vocabulary);
    let (once, first) = build(&vocabulary, &sections, 1);
    let (ten, second) = build(&vocabulary, &sections, 10);
    let bytes = |graph: &Graph| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("graph.bin");
        graph.write(&file).unwrap();
        std::fs::read(file).unwrap()
    };
    println!(
        "build: {} sections {:.2} s, {} edges, {:.1} MB; ten times as many {:.2} s, {} edges, {:.1} MB: {:.1} times the time",
        sections.len(),
        first.as_secs_f64(),
        once.topics.edge_count(),
        bytes(&once).len() as f64 / 1e6,
        second.as_secs_f64(),
        ten.topics.edge_count(),
        bytes(&ten).len() as f64 / 1e6,
        second.as_secs_f64() / first.as_secs_f64(),
    );
    assert!(
        bytes(&once) == bytes(&build(&vocabulary, &sections, 1).0),
        "the same input gives the same bytes"
    );
    measure_queries("once", &once);
    measure_queries("ten times", &ten);
    guides();
}

/// The content sections of the corpus in `folder`, extracted and annotated.
fn read(folder: &Path, vocabulary: &Vocabulary) -> Vec<GraphSection> {
    let (tagger, cases) = (Tagger::new(vocabulary), CaseIndex::new(vocabulary));
    let mut sections = Vec::new();
    for file in corpus::files(folder) {
        let Some(document) = extract(&file.format, &file.bytes).document else { continue };
        let annotation = annotate(&document, &tagger);
        let whole = cases.of_document(&document, &file.path);
        for (section, notes) in document.sections.iter().zip(annotation.sections) {
            if notes.role.has_content() {
                sections.push(GraphSection {
                    source: file.source.clone(),
                    path: file.path.clone(),
                    address: section.address,
                    whole,
                    guide: {
                        let heading = cases.of_headings(&section.headings);
                        let named = NamedCases { heading, main: Vec::new() };
                        GuideSection::new(section, &notes.steps, named, true)
                    },
                    notes,
                });
            }
        }
    }
    sections
}

/// Builds the graph from `sections`, repeated `times` times. Returns it with the time spent in the builder.
fn build(vocabulary: &Vocabulary, sections: &[GraphSection], times: usize) -> (Graph, Duration) {
    let mut builder = GraphBuilder::new(vocabulary.clone());
    let mut took = Duration::ZERO;
    for time in 0..times {
        for (at, section) in sections.iter().enumerate() {
            let mut notes = section.notes.clone();
            let source = format!("{}~{time}", section.source);
            let voice = Voice::Owner(source.clone());
            for co_mention in notes.co_mentions.iter_mut().filter(|_| time > 0) {
                co_mention.sentence.insert_str(0, &format!("{time} "));
            }
            let topics: Vec<u32> = notes.mentions.iter().map(|mention| mention.topic).collect();
            let said: Vec<SaidSentence> = notes
                .co_mentions
                .iter()
                .filter_map(|said| SaidSentence::of(said, &topics))
                .collect();
            let started = Instant::now();
            let (path, address) = (section.path.as_str(), section.address);
            let place =
                SectionPlace { source: &source, voice: &voice, path, address, section: at as u64 };
            builder.section(place, topics, said);
            if let Some(guide) = &section.guide {
                builder.cases.add(place, at as u64, guide, section.whole);
            }
            took += started.elapsed();
        }
    }
    let started = Instant::now();
    builder.cases.end_source();
    let graph = builder.finish(Vec::new());
    (graph, took + started.elapsed())
}

fn measure_queries(name: &str, graph: &Graph) {
    let count = graph.vocabulary.topics.len();
    let none = HashSet::new();
    let mut near = Vec::new();
    let mut order = Vec::new();
    let mut chains = Vec::new();
    for topic in 0..count {
        near.push(timed(|| related(graph, topic, 10).len()));
        order.push(timed(|| learn(&graph.vocabulary, topic, &none).len()));
        // A topic far away in the vocabulary's order.
        let other = (topic * 7919 + 331) % count;
        chains.push(timed(|| paths(graph, topic, other, 3).len()));
    }
    println!("{name}: related {}, learn {}, path {}", shown(near), shown(order), shown(chains));
}

/// Measures the guides of all cases of the index of `CAIRN_INDEX`.
fn guides() {
    let overrides = ConfigOverrides {
        config: None,
        index: std::env::var_os("CAIRN_INDEX").map(Into::into),
        sources: None,
    };
    let library =
        overrides.index.is_some().then(|| Library::open(&config::load(&overrides).unwrap()));
    let Some(library) = library.and_then(|library| library.unwrap()) else {
        println!("guides are not timed: CAIRN_INDEX names no index");
        return;
    };
    let cases: Vec<String> = library.cases().cases.into_iter().map(|case| case.id).collect();
    let guide = |case: &String| {
        library.case(case, 5, Audience::Reader).unwrap().map_or(0, |case| case.steps.len())
    };
    cases.iter().for_each(|case| assert!(guide(case) > 0));
    println!("guide, warm: {}", shown(cases.iter().map(|case| timed(|| guide(case))).collect()));
}

fn timed(work: impl Fn() -> usize) -> Duration {
    let started = Instant::now();
    std::hint::black_box(work());
    started.elapsed()
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("median {:.2} ms, p99 {:.2} ms", at(0.5), at(0.99))
}
