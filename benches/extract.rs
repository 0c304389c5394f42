//! Measures extraction on one core: documents, sections, words, links, problems and seconds per format of
//! the corpus. Then compares the time for its Markdown with comrak's parsing alone.
//!
//!     CAIRN_CORPUS=… cargo bench --bench extract
//!
//! Only prints; no result makes it fail. Without a corpus it prints a note and ends.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use cairn::extract::{extract, words::words};

mod corpus;

/// Rounds of the comparison. The fastest one counts, because disturbances only make a round slower.
const ROUNDS: usize = 5;

/// The totals of one format.
#[derive(Default)]
struct FormatTotals {
    files: usize,
    bytes: usize,
    documents: usize,
    sections: usize,
    words: usize,
    links: usize,
    problems: usize,
    took: Duration,
}

fn main() {
    let Some(corpus) = std::env::var_os("CAIRN_CORPUS") else {
        println!("skipped: CAIRN_CORPUS names no folder of tarballs");
        return;
    };
    let mut seen = HashSet::new();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for file in corpus::files(Path::new(&corpus)) {
        if seen.insert((file.format.clone(), blake3::hash(&file.bytes))) {
            files.push((file.format, file.bytes));
        }
    }
    let mut rows: BTreeMap<String, FormatTotals> = BTreeMap::new();
    let mut problems: BTreeMap<String, usize> = BTreeMap::new();
    for (format, bytes) in &files {
        let begun = Instant::now();
        let extracted = extract(format, bytes);
        let row = rows.entry(format.clone()).or_default();
        row.took += begun.elapsed();
        row.files += 1;
        row.bytes += bytes.len();
        row.problems += extracted.problems.len();
        for problem in &extracted.problems {
            let kind: String = problem.message.chars().take_while(|c| *c != ':').collect();
            *problems.entry(kind).or_insert(0) += 1;
        }
        let Some(document) = extracted.document else { continue };
        row.documents += 1;
        row.sections += document.sections.len();
        row.words += document.sections.iter().map(|section| words(&section.text)).sum::<usize>();
        row.links += document.sections.iter().map(|section| section.links.len()).sum::<usize>();
    }
    print(&rows);
    println!("\nproblems by kind");
    problems.iter().for_each(|(kind, count)| println!("{count:>6}  {kind}"));
    compare(&files);
}

fn print(rows: &BTreeMap<String, FormatTotals>) {
    println!(
        "format  files      MB  documents  sections     words   links  problems  seconds   MB/s"
    );
    for (format, row) in rows {
        let (megabytes, seconds) = (row.bytes as f64 / 1e6, row.took.as_secs_f64());
        println!(
            "{format:<6} {:>6} {megabytes:>7.2} {:>10} {:>9} {:>9} {:>7} {:>9} {seconds:>8.3} {:>6.1}",
            row.files,
            row.documents,
            row.sections,
            row.words,
            row.links,
            row.problems,
            megabytes / seconds.max(1e-9),
        );
    }
}

/// Compares extracting all Markdown files with comrak parsing them with nearly the same extensions.
fn compare(files: &[(String, Vec<u8>)]) {
    let texts: Vec<&[u8]> =
        files.iter().filter(|(format, _)| format == "md").map(|(_, bytes)| &bytes[..]).collect();
    let megabytes = texts.iter().map(|text| text.len()).sum::<usize>() as f64 / 1e6;
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.alerts = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    let (mut bare, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for text in &texts {
            let arena = comrak::Arena::new();
            let text = String::from_utf8_lossy(text);
            std::hint::black_box(comrak::parse_document(&arena, &text, &options));
        }
        bare = bare.min(begun.elapsed());
        let begun = Instant::now();
        for text in &texts {
            std::hint::black_box(extract("md", text));
        }
        ours = ours.min(begun.elapsed());
    }
    let speed = |took: Duration| megabytes / took.as_secs_f64();
    println!(
        "\nMarkdown, {megabytes:.1} MB, one core: comrak parses {:.1} MB/s, Cairn reads {:.1} MB/s: {:.2} times its time",
        speed(bare),
        speed(ours),
        ours.as_secs_f64() / bare.as_secs_f64(),
    );
}
