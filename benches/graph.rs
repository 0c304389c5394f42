//! Measures the graph: building it from the corpus and from ten times the corpus, and queries.
//!
//!     CAIRN_CORPUS=… [CAIRN_INDEX=…] cargo bench --bench graph
//!
//! For ten times the corpus, each section is added ten times, with other source names and other co-mention
//! sentences. With an index, the guides of all cases are timed too. Prints times; fails if two builds
//! from the same input differ.

#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect has failed")]

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use cairn::annotate::case::Cases;
use cairn::annotate::{Role, SectionNotes, Tagger, annotate};
use cairn::catalogue::Voice;
use cairn::config::{self, ConfigOverrides, DataFiles};
use cairn::extract::{Address, extract};
use cairn::graph::build::GraphBuilder;
use cairn::graph::cases::Extent;
use cairn::graph::place::SectionPlace;
use cairn::graph::{Graph, learn, paths, related};
use cairn::library::{Audience, Library};
use cairn::vocabulary::{self, Vocabulary};

mod corpus;

/// A section with everything that the graph needs of it.
struct Said {
    source: String,
    path: String,
    address: Address,
    notes: SectionNotes,
    case: Option<u32>,
    extent: Extent,
}

fn main() {
    let Some(folder) = std::env::var_os("CAIRN_CORPUS") else {
        println!("skipped: CAIRN_CORPUS names no folder of tarballs");
        return;
    };
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let said = read(Path::new(&folder), &vocabulary);
    let (once, first) = build(&vocabulary, &said, 1);
    let (ten, second) = build(&vocabulary, &said, 10);
    let bytes = |graph: &Graph| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("graph.bin");
        graph.write(&file).unwrap();
        std::fs::read(file).unwrap()
    };
    println!(
        "build: {} sections {:.2} s, {} edges, {:.1} MB; ten times as many {:.2} s, {} edges, {:.1} MB: {:.1} times the time",
        said.len(),
        first.as_secs_f64(),
        once.topics.edge_count(),
        bytes(&once).len() as f64 / 1e6,
        second.as_secs_f64(),
        ten.topics.edge_count(),
        bytes(&ten).len() as f64 / 1e6,
        second.as_secs_f64() / first.as_secs_f64(),
    );
    assert!(
        bytes(&once) == bytes(&build(&vocabulary, &said, 1).0),
        "the same input gives the same bytes"
    );
    ask("once", &once);
    ask("ten times", &ten);
    guides();
}

fn read(folder: &Path, vocabulary: &Vocabulary) -> Vec<Said> {
    let (tagger, cases) = (Tagger::new(vocabulary), Cases::new(vocabulary));
    let mut said = Vec::new();
    for file in corpus::files(folder) {
        let Some(document) = extract(&file.format, &file.bytes).document else { continue };
        let annotation = annotate(&document, &tagger);
        let whole = cases.of_document(&document, &file.path);
        for (section, notes) in document.sections.iter().zip(annotation.sections) {
            if notes.role == Role::Content {
                said.push(Said {
                    source: file.source.clone(),
                    path: file.path.clone(),
                    address: section.address,
                    notes,
                    case: cases.of_section(&section.headings, whole),
                    extent: Extent::of(&section.text, &section.links),
                });
            }
        }
    }
    said
}

/// Builds the graph from `said`, repeated `times` times. Returns it with the time spent in the builder.
fn build(vocabulary: &Vocabulary, said: &[Said], times: usize) -> (Graph, Duration) {
    let mut builder = GraphBuilder::new(vocabulary.clone());
    let mut took = Duration::ZERO;
    for time in 0..times {
        for (at, said) in said.iter().enumerate() {
            let mut notes = said.notes.clone();
            let source = format!("{}~{time}", said.source);
            let voice = Voice::Owner(source.clone());
            for co_mention in notes.co_mentions.iter_mut().filter(|_| time > 0) {
                co_mention.sentence.insert_str(0, &format!("{time} "));
            }
            let started = Instant::now();
            let (path, address) = (said.path.as_str(), said.address);
            let place =
                SectionPlace { source: &source, voice: &voice, path, address, section: at as u64 };
            builder.section(place, &notes);
            if let (Some(case), Some(step)) = (said.case, notes.step) {
                builder.cases.add(place, case, step, said.extent);
            }
            took += started.elapsed();
        }
    }
    let started = Instant::now();
    let graph = builder.finish(Vec::new());
    (graph, took + started.elapsed())
}

fn ask(name: &str, graph: &Graph) {
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

fn timed(question: impl Fn() -> usize) -> Duration {
    let started = Instant::now();
    std::hint::black_box(question());
    started.elapsed()
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("median {:.2} ms, p99 {:.2} ms", at(0.5), at(0.99))
}
