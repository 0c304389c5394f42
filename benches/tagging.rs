//! Measures tagging against labels: precision and recall of the main topics, over sections of the corpus that were
//! labelled by hand without knowing the tagger's results. Then measures its speed, and compares it with extraction.
//!
//!     CAIRN_CORPUS=… cargo bench --bench tagging
//!
//! `tests/fixtures/labels.tsv` has source, path, line, main topics and mentioned topics. No score makes it fail.
//! Without a corpus it prints a note and ends.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use cairn::annotate::{Annotation, Salience, Tagger, annotate};
use cairn::config::DataFiles;
use cairn::extract::{Document, extract};
use cairn::vocabulary::{self, Vocabulary};

mod corpus;

const LABELS: &str = include_str!("../tests/fixtures/labels.tsv");

/// Documents with their annotations, by source and path.
type AnnotatedDocuments = HashMap<(String, String), (Document, Annotation)>;

/// A section that a person labelled.
struct LabelledSection<'a> {
    source: &'a str,
    path: &'a str,
    line: u32,
    main: HashSet<&'a str>,
    mentioned: HashSet<&'a str>,
}

/// Counts of main topics over all labelled sections.
#[derive(Default)]
struct TopicTally {
    /// By the tagger.
    tagged: usize,
    /// By the tagger and the labels.
    correct: usize,
    /// By the labels.
    labelled: usize,
    /// Main topics of the tagger that are labelled as mentioned.
    near: usize,
}

fn main() {
    let Some(folder) = std::env::var_os("CAIRN_CORPUS") else {
        println!("skipped: CAIRN_CORPUS names no folder of tarballs");
        return;
    };
    let labels: Vec<LabelledSection> = LABELS.lines().filter_map(label).collect();
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let tagger = Tagger::new(&vocabulary);
    let read = read(Path::new(&folder), &labels, &tagger);
    let (all, found, wrong) = score(&labels, &read, &vocabulary);
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    println!("{found} of {} labelled sections found in the corpus", labels.len());
    println!(
        "main topics: precision {:.3} ({:.3} if topics labelled as mentioned count as correct), recall {:.3}",
        share(all.correct, all.tagged),
        share(all.correct + all.near, all.tagged),
        share(all.correct, all.labelled)
    );
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    wrong.iter().take(30).for_each(|(what, count)| println!("{count:>4}  {what}"));
    speed(Path::new(&folder), &tagger);
}

/// Compares the annotations of the documents `read` with the `labels`. Returns the counts, the number of labelled
/// sections that were found, and how often each topic was missed or wrongly tagged.
fn score(
    labels: &[LabelledSection],
    read: &AnnotatedDocuments,
    vocabulary: &Vocabulary,
) -> (TopicTally, usize, BTreeMap<String, usize>) {
    let (mut all, mut found) = (TopicTally::default(), 0);
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for label in labels {
        let key = (label.source.to_owned(), label.path.to_owned());
        let Some((document, annotation)) = read.get(&key) else { continue };
        let at = document.sections.partition_point(|s| s.address.begin() <= label.line);
        let Some(notes) = at.checked_sub(1).and_then(|at| annotation.sections.get(at)) else {
            continue;
        };
        found += 1;
        let slug = |topic: u32| vocabulary.topics[topic as usize].slug.0.as_str();
        let main = notes.mentions.iter().filter(|mention| mention.salience == Salience::Main);
        let main: HashSet<&str> = main.map(|mention| slug(mention.topic)).collect();
        all.tagged += main.len();
        all.labelled += label.main.len();
        all.correct += main.intersection(&label.main).count();
        all.near += main.iter().filter(|t| label.mentioned.contains(*t)).count();
        for topic in main.difference(&label.main).filter(|t| !label.mentioned.contains(*t)) {
            *wrong.entry(format!("wrongly {topic}")).or_insert(0) += 1;
        }
        for topic in label.main.difference(&main) {
            *wrong.entry(format!("missed {topic}")).or_insert(0) += 1;
        }
    }
    (all, found, wrong)
}

/// Measures how fast one core annotates all documents of the corpus.
fn speed(folder: &Path, tagger: &Tagger) {
    let files = corpus::files(folder);
    let started = Instant::now();
    let documents: Vec<Document> =
        files.iter().filter_map(|file| extract(&file.format, &file.bytes).document).collect();
    let extraction = started.elapsed().as_secs_f64();
    let sections = documents.iter().flat_map(|document| &document.sections);
    let bytes: usize = sections.map(|section| section.text.len()).sum();
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let started = Instant::now();
        let mentions: usize = documents
            .iter()
            .map(|document| annotate(document, tagger))
            .flat_map(|annotation| annotation.sections)
            .map(|notes| notes.mentions.len())
            .sum();
        assert!(mentions > 0);
        best = best.min(started.elapsed().as_secs_f64());
    }
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{megabytes:.1} MB of text annotated in {best:.2} s: {:.1} MB/s on one core, {:.2} times the time of extraction",
        megabytes / best,
        best / extraction
    );
}

/// The labelled documents with their annotations, by source and path.
fn read(folder: &Path, labels: &[LabelledSection], tagger: &Tagger) -> AnnotatedDocuments {
    let wanted: HashSet<(&str, &str)> = labels.iter().map(|l| (l.source, l.path)).collect();
    let mut read: AnnotatedDocuments = HashMap::new();
    for file in corpus::files(folder) {
        if wanted.contains(&(file.source.as_str(), file.path.as_str()))
            && let Some(document) = extract(&file.format, &file.bytes).document
        {
            let annotation = annotate(&document, tagger);
            read.insert((file.source, file.path), (document, annotation));
        }
    }
    read
}

fn label(line: &'static str) -> Option<LabelledSection<'static>> {
    let mut fields = line.split('\t');
    let (source, path) = (fields.next()?, fields.next()?);
    let line = fields.next()?.trim().parse().ok()?;
    let topics = |field: Option<&'static str>| {
        let names = field.unwrap_or_default().split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).collect::<HashSet<_>>()
    };
    Some(LabelledSection {
        source,
        path,
        line,
        main: topics(fields.next()),
        mentioned: topics(fields.next()),
    })
}
