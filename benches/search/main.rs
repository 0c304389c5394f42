//! Measures search and indexing against bare tantivy with one text field.
//!
//!     CAIRN_INDEX=… [CAIRN_QUERIES=…] [CAIRN_SECTIONS=50000,250000] [CAIRN_KEEP=…] cargo bench --bench search
//!
//! Opens the index of `CAIRN_INDEX`; if there is none, indexes Cairn's own notes. For each number of
//! `CAIRN_SECTIONS` (unless set: as many as the index has, and ten times as many), makes an index of Cairn and one of
//! bare tantivy with so many sections; those that the index lacks are resampled from its sentences. With `CAIRN_KEEP`,
//! the indexes are kept in that folder and reused. Each query (of `tests/eval`, or of the file `CAIRN_QUERIES`: id,
//! kind, text) runs on both in turn. Prints times and, more importantly, ratios; no result makes it fail.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn::config::{self, ConfigOverrides, DataFiles};
use cairn::generation::folders;
use cairn::meaning::MeaningTable;
use cairn::refresh::{self, FetchMode, RefreshOptions};
use cairn::search::write::{DeletedTexts, SearchIndexWriter, document_key};
use cairn::search::{
    Budget, FoldedCopies, LastWord, SearchRequest, Searcher, SectionId, SectionRecord,
    Understanding,
};
use cairn::vocabulary::{self, Vocabulary};

mod bare;
#[path = "../grown/mod.rs"]
mod grown;

use grown::{anonymous_memory, figures, grown, queries, records};

/// Measured runs of each query, after two warm-up rounds.
const ROUNDS: usize = 7;
/// The multiple of the corpus in the second measurement, unless `CAIRN_SECTIONS` is set.
const GROWN: usize = 10;

fn main() {
    let temporary = tempfile::tempdir().unwrap();
    let index = index(temporary.path());
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let table = Arc::new(MeaningTable::load(&DataFiles::Compiled).unwrap());
    let folder = folders::folder(&index, folders::current(&index).unwrap().unwrap());
    measure_opening(&folder, &vocabulary);
    let queries = queries();
    let records = records(&folder.join("search"), &vocabulary);
    println!("{} sections, {} queries", records.len(), queries.len());
    let keep = std::env::var_os("CAIRN_KEEP").map(PathBuf::from);
    let place = keep.as_deref().unwrap_or(temporary.path());
    for sections in sizes(records.len()) {
        println!("\n{sections} sections");
        let (own, bare) =
            (place.join(format!("own{sections}")), place.join(format!("bare{sections}")));
        if !bare.join("meta.json").is_file() {
            build(&records, sections, &table, &own, &bare);
        }
        let own = own.with_extension("generation");
        let own = Searcher::open(&own, FoldedCopies::default(), &vocabulary, Vec::new()).unwrap();
        let own = own.with_table(table.clone());
        measure_queries(&queries, &own, &bare::BareIndex::open(&bare), &vocabulary);
    }
}

/// The numbers of sections to measure.
fn sizes(known: usize) -> Vec<usize> {
    match std::env::var("CAIRN_SECTIONS") {
        Ok(sizes) => sizes.split(',').map(|size| size.trim().parse().unwrap()).collect(),
        Err(_) => vec![known, known * GROWN],
    }
}

/// The folder of the configured index; if that has no index, the folder of a new one with Cairn's own notes.
fn index(temporary: &Path) -> PathBuf {
    let overrides = ConfigOverrides {
        index: std::env::var_os("CAIRN_INDEX").map(PathBuf::from),
        ..ConfigOverrides::default()
    };
    let mut config = config::load(&overrides).unwrap();
    if folders::current(&config.index).unwrap().is_none() {
        config.index = temporary.join("index");
        let options =
            RefreshOptions { network: FetchMode::FoldersOnly, ..RefreshOptions::default() };
        refresh::run(&config, &options, &refresh::RefreshStop::new(), &mut |_| {}).unwrap();
    }
    config.index
}

/// Measures opening the index with one search, and the memory that an open index uses.
fn measure_opening(folder: &Path, vocabulary: &Vocabulary) {
    let before = anonymous_memory();
    let mut opened = Vec::new();
    let mut took = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let folder = folder.join("search");
        let searcher =
            Searcher::open(&folder, FoldedCopies::default(), vocabulary, Vec::new()).unwrap();
        full(&searcher, "position bias", vocabulary);
        took.push(started.elapsed());
        opened.push(searcher);
    }
    let each = anonymous_memory().saturating_sub(before) / 5;
    println!(
        "open and search once {:.1?}; an open index uses {each} kB (without mapped files)",
        figures(took).0
    );
}

/// Builds both indexes of so many `sections`, and prints their size and time.
fn build(
    records: &[SectionRecord],
    sections: usize,
    table: &Arc<MeaningTable>,
    own: &Path,
    bare: &Path,
) {
    let started = Instant::now();
    let mut writer = SearchIndexWriter::open(own, Some(table.clone())).unwrap();
    for (at, record) in grown(records, sections).enumerate() {
        let key = document_key(&record.source, &record.path);
        writer.add(key, 1, vec![(SectionId(at as u64), record)]).unwrap();
    }
    let into = own.with_extension("generation");
    let bytes = writer.commit(&into, DeletedTexts::MayStay).unwrap().bytes;
    let took = started.elapsed();
    let (bare_bytes, bare_took) = bare::build(grown(records, sections), bare);
    println!(
        "index: {:.1} MB in {:.2} s; bare tantivy {:.1} MB in {:.2} s; ratios {:.2} and {:.2}",
        bytes as f64 / 1e6,
        took.as_secs_f64(),
        bare_bytes as f64 / 1e6,
        bare_took.as_secs_f64(),
        bytes as f64 / bare_bytes as f64,
        took.as_secs_f64() / bare_took.as_secs_f64(),
    );
    for (field, bytes) in bare::fields(&into) {
        println!("    {field:10} {:6.2} MB", bytes as f64 / 1e6);
    }
}

/// Runs all `queries` on both indexes in turn and prints the times, and how much memory the searches of Cairn took.
fn measure_queries(
    queries: &[String],
    own: &Searcher,
    bare: &bare::BareIndex,
    vocabulary: &Vocabulary,
) {
    let mut times: [Vec<Duration>; 6] = Default::default();
    let before = anonymous_memory();
    for round in 0..ROUNDS + 2 {
        for query in queries {
            let took = [
                timed(|| bare.counted(query)),
                timed(|| bare.top_ten(query)),
                timed(|| full(own, query, vocabulary)),
                timed(|| by_words(own, query, vocabulary)),
                timed(|| literal(own, query, vocabulary)),
                timed(|| typed(own, query, vocabulary)),
            ];
            if round >= 2 {
                times.iter_mut().zip(took).for_each(|(times, took)| times.push(took));
            }
        }
    }
    let grown = anonymous_memory().saturating_sub(before);
    let [counted, top_ten, others @ ..] = times.map(figures);
    println!("{:18} median {:>9.1?}  p99 {:>9.1?}", "bare, with count", counted.0, counted.1);
    println!("{:18} median {:>9.1?}  p99 {:>9.1?}", "bare, top ten", top_ten.0, top_ten.1);
    for (name, own) in ["full pipeline", "without meaning", "literal words", "while typing"]
        .into_iter()
        .zip(others)
    {
        let ratio = |bare: (Duration, Duration)| {
            let of = |own: Duration, bare: Duration| own.as_secs_f64() / bare.as_secs_f64();
            format!("{:.2} and {:.2}", of(own.0, bare.0), of(own.1, bare.1))
        };
        println!(
            "{name:18} median {:>9.1?}  p99 {:>9.1?}  ratios {} with count, {} without",
            own.0,
            own.1,
            ratio(counted),
            ratio(top_ten)
        );
    }
    println!("memory after {} searches: {grown} kB more", queries.len() * (ROUNDS + 2) * 4);
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    std::hint::black_box(work());
    started.elapsed()
}

/// Searches for `text` with everything that Cairn does for a query. Returns the number of results.
fn full(searcher: &Searcher, text: &str, vocabulary: &Vocabulary) -> usize {
    one(searcher, text, vocabulary, Understanding::FULL, LastWord::Whole)
}

/// The same as [`full`], without meaning.
fn by_words(searcher: &Searcher, text: &str, vocabulary: &Vocabulary) -> usize {
    let understanding = Understanding { meaning: false, ..Understanding::FULL };
    one(searcher, text, vocabulary, understanding, LastWord::Whole)
}

/// Searches for the words of `text` as they are.
fn literal(searcher: &Searcher, text: &str, vocabulary: &Vocabulary) -> usize {
    one(searcher, text, vocabulary, Understanding::LITERAL, LastWord::Whole)
}

/// Searches for `text` without its last two letters, as while it is typed.
fn typed(searcher: &Searcher, text: &str, vocabulary: &Vocabulary) -> usize {
    let end = text.char_indices().rev().nth(1).map_or(text.len(), |(at, _)| at);
    one(searcher, &text[..end], vocabulary, Understanding::FULL, LastWord::Unfinished)
}

fn one(
    searcher: &Searcher,
    text: &str,
    vocabulary: &Vocabulary,
    understanding: Understanding,
    last_word: LastWord,
) -> usize {
    let request =
        SearchRequest { text, filters: &[], limit: 10, offset: 0, understanding, last_word };
    searcher.search(&request, vocabulary, &Budget::unlimited()).unwrap().found.len()
}
