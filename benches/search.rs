//! How long searches take, in process, and what understanding a query adds.
//!
//! Opens the index that `CAIRN_INDEX` names; where there is none, indexes the own notes in a
//! temporary folder. Prints the median and the 99th percentile of 1,000 searches and the ratio of
//! the full pipeline to the words as typed, measured in turn in one run.

#![allow(clippy::expect_used, reason = "a bench that can't run says why and stops")]

use std::time::{Duration, Instant};

use cairn::config::{self, Overrides};
use cairn::library::Library;
use cairn::refresh::{self, Network, Options};
use cairn::search::{LastWord, Request, Understanding};

const SEARCHES: usize = 1_000;

const QUERIES: [&str; 25] = [
    "position bias",
    "how do I handle users with no history",
    "NDCG",
    "feature store",
    "training serving skew",
    "two tower model candidate retrieval",
    "approximate nearest neighbor search HNSW",
    "\"candidate generation\" ranking",
    "class imbalance focal loss",
    "knowledge distillation",
    "what should I monitor after deployment",
    "design video recommendation",
    "CTR prediction",
    "data leakage",
    "A/B test sample size",
    "embedding dimension",
    "cold start source:alirezadir",
    "federated learning privacy",
    "batch or online inference",
    "drift detection",
    "retrieval augmented generation chunking",
    "calibration of predicted probabilities",
    "consistent hashing",
    "fraud detection features step:features",
    "explain transformers to me",
];

fn main() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let index = std::env::var_os("CAIRN_INDEX").map(Into::into);
    let overrides = Overrides { index, ..Overrides::default() };
    let mut config = config::load(&overrides).expect("a configuration");
    let library = match Library::open(&config).expect("an index that can be read") {
        Some(library) => library,
        None => {
            config.index = temporary.path().to_owned();
            let options = Options { network: Network::FoldersOnly, ..Options::default() };
            refresh::run(&config, &options, &refresh::Stop::new(), &mut |_| {})
                .expect("the own notes are indexed");
            Library::open(&config).expect("an index").expect("a generation")
        }
    };
    println!("{} sections", library.manifest.counts.sections);
    for _ in 0..2 {
        for text in QUERIES {
            one(&library, text, Understanding::Full);
        }
    }
    let mut full = Vec::with_capacity(SEARCHES);
    let mut literal = Vec::with_capacity(SEARCHES);
    for text in QUERIES.iter().cycle().take(SEARCHES) {
        full.push(one(&library, text, Understanding::Full));
        literal.push(one(&library, text, Understanding::Literal));
    }
    let (full, literal) = (figures(full), figures(literal));
    println!("full pipeline   median {:?}  p99 {:?}", full.0, full.1);
    println!("words as typed  median {:?}  p99 {:?}", literal.0, literal.1);
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!(
        "ratio           median {:.2}  p99 {:.2}",
        ratio(full.0, literal.0),
        ratio(full.1, literal.1)
    );
}

fn one(library: &Library, text: &str, understanding: Understanding) -> Duration {
    let started = Instant::now();
    let last_word = LastWord::Whole;
    let request = Request { text, limit: 10, offset: 0, understanding, last_word };
    let view = library.search(&request).expect("an answer");
    std::hint::black_box(view);
    started.elapsed()
}

/// Median and 99th percentile.
fn figures(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
