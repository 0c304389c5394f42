//! Measures search in an OpenSearch cluster next to the embedded engine.
//!
//!     CAIRN_CLUSTER=http://…,http://… CAIRN_INDEX=… [CAIRN_SECTIONS=16000,1000000] [CAIRN_REPLICAS=1] \
//!         cargo bench --bench cluster
//!
//! For each number of `CAIRN_SECTIONS` (unless set: as many as the index has), builds an index for the embedded engine,
//! and an outline whose sections are in the cluster, from the same sections; those that the index lacks are resampled.
//! Then each query of `tests/eval` (or of the file `CAIRN_QUERIES`) runs on both in turn. Prints times, ratios, bytes and
//! memory, and how often both give the same first hit and the same count. Without `CAIRN_CLUSTER`, says SKIPPED.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn::config::{ClusterCredentials, ClusterSettings, DataFiles};
use cairn::generation::folders;
use cairn::meaning::MeaningTable;
use cairn::search::cluster::Cluster;
use cairn::search::opensearch::publish::{PublishInput, PublishReport};
use cairn::search::write::{DeletedTexts, SearchIndexWriter, document_key};
use cairn::search::{
    Budget, ClusterSections, FoldedCopies, IndexForm, LastWord, SearchRequest, SearchResponse,
    Searcher, SectionId, SectionRecord, SectionSpool, Understanding,
};
use cairn::vocabulary::{self, Vocabulary};

#[path = "grown/mod.rs"]
mod grown;

use grown::{anonymous_memory, figures, grown, queries, records};

/// Measured runs of each query, after two warm-up rounds.
const ROUNDS: usize = 5;

fn main() {
    let Ok(nodes) = std::env::var("CAIRN_CLUSTER") else {
        println!("SKIPPED: CAIRN_CLUSTER names no OpenSearch cluster; .ci/cluster starts one");
        return;
    };
    let Some(index) = std::env::var_os("CAIRN_INDEX").map(PathBuf::from) else {
        println!("SKIPPED: CAIRN_INDEX names no index of the embedded engine");
        return;
    };
    let settings = settings(&nodes);
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let table = Arc::new(MeaningTable::load(&DataFiles::Compiled).unwrap());
    let folder = folders::folder(&index, folders::current(&index).unwrap().unwrap());
    let records = records(&folder.join("search"), &vocabulary);
    let sizes = std::env::var("CAIRN_SECTIONS").unwrap_or_else(|_| records.len().to_string());
    let cluster = Arc::new(Cluster::new(&settings).unwrap());
    println!("{}", cluster.version().unwrap().text);
    for sections in sizes.split(',').map(|size| size.trim().parse::<usize>().unwrap()) {
        let place = tempfile::tempdir().unwrap();
        let name = format!("cairn-bench-{sections}-{}", std::process::id());
        let at = ClusterSections::new(cluster.clone(), name, 1);
        println!("\n{sections} sections");
        build(&records, sections, &table, place.path(), &settings, &at);
        let open = |name: &str| {
            let before = anonymous_memory();
            let folder = place.path().join(name).with_extension("generation");
            let copies = FoldedCopies::default();
            let searcher = Searcher::open(&folder, copies, &vocabulary, Vec::new()).unwrap();
            println!("open {name}: {} kB in memory", anonymous_memory().saturating_sub(before));
            searcher.with_table(table.clone())
        };
        let (own, clustered) = (open("whole"), open("outline").with_cluster(at.clone()));
        compare(&queries(), &own, &clustered, &vocabulary);
        at.remove().unwrap();
    }
}

fn settings(nodes: &str) -> ClusterSettings {
    let replicas = std::env::var("CAIRN_REPLICAS").ok().and_then(|number| number.parse().ok());
    ClusterSettings {
        urls: nodes.split(',').map(|node| node.parse().unwrap()).collect(),
        prefix: "cairn-bench".to_owned(),
        credentials: ClusterCredentials::Anonymous,
        authorities: None,
        shards: 3,
        replicas: replicas.unwrap_or(1),
        timeout: Duration::from_secs(30),
        fallback: false,
    }
}

/// Builds both indexes of so many `sections` in `place`, and prints their sizes and times.
fn build(
    records: &[SectionRecord],
    sections: usize,
    table: &Arc<MeaningTable>,
    place: &Path,
    settings: &ClusterSettings,
    at: &ClusterSections,
) {
    let filled = |name: &str, mut writer: SearchIndexWriter| {
        let started = Instant::now();
        for (number, record) in grown(records, sections).enumerate() {
            let key = document_key(&record.source, &record.path);
            writer.add(key, 1, vec![(SectionId(number as u64), record)]).unwrap();
        }
        let into = place.join(name).with_extension("generation");
        let committed = writer.commit(&into, DeletedTexts::MayStay).unwrap();
        let (megabytes, seconds) = (committed.bytes as f64 / 1e6, started.elapsed().as_secs_f64());
        println!("{name}: {megabytes:.1} MB in {seconds:.1} s");
        (into, committed.changes)
    };
    let open = |name| SearchIndexWriter::open(&place.join(name), Some(table.clone())).unwrap();
    filled("whole", open("whole"));
    let spool = SectionSpool::create(&place.join("spool")).unwrap();
    let (folder, changes) =
        filled("outline", open("outline").with_engine(IndexForm::Outline, spool));
    let started = Instant::now();
    let report = at
        .publish(&PublishInput {
            changes: &changes.unwrap(),
            copies: &FoldedCopies::default(),
            copies_before: None,
            folder: &folder,
            shards: settings.shards,
            replicas: settings.replicas,
        })
        .unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let PublishReport { bytes, retried, .. } = report;
    println!(
        "cluster: {:.1} MB sent in {seconds:.1} s, {:.0} sections a second, {retried} writes repeated",
        bytes as f64 / 1e6,
        sections as f64 / seconds
    );
}

/// Runs all `queries` on both in turn, and prints times and differences.
fn compare(queries: &[String], own: &Searcher, clustered: &Searcher, vocabulary: &Vocabulary) {
    let mut times: [Vec<Duration>; 2] = Default::default();
    let (mut first, mut counts, before) = (0, 0, anonymous_memory());
    for round in 0..ROUNDS + 2 {
        for query in queries {
            let (one, took) = timed(|| search(own, query, vocabulary));
            let (other, cluster_took) = timed(|| search(clustered, query, vocabulary));
            if round >= 2 {
                times[0].push(took);
                times[1].push(cluster_took);
            }
            if round == 0 {
                let id = |answer: &SearchResponse| answer.found.first().map(|hit| hit.id);
                first += usize::from(id(&one) == id(&other));
                counts += usize::from(one.total == other.total);
            }
        }
    }
    let [own, cluster] = times.map(figures);
    println!("embedded median {:>9.1?}  p99 {:>9.1?}", own.0, own.1);
    println!("cluster  median {:>9.1?}  p99 {:>9.1?}", cluster.0, cluster.1);
    println!(
        "{first} first hits and {counts} counts of {} are equal; {} kB more memory",
        queries.len(),
        anonymous_memory().saturating_sub(before)
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = std::hint::black_box(work());
    (result, started.elapsed())
}

fn search(searcher: &Searcher, text: &str, vocabulary: &Vocabulary) -> SearchResponse {
    let request = SearchRequest {
        text,
        filters: &[],
        limit: 10,
        offset: 0,
        understanding: Understanding::FULL,
        last_word: LastWord::Whole,
    };
    searcher.search(&request, vocabulary, &Budget::unlimited()).unwrap()
}
