//! What the benches of search share: sections of a real index, resampled to any number, queries, and figures.

#![allow(clippy::unwrap_used, reason = "a bench fails on an unexpected value")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use cairn::search::{FoldedCopies, Searcher, SectionRecord};
use cairn::vocabulary::Vocabulary;

/// The anonymous resident memory of this process in kilobytes; 0 if it is unknown.
pub fn anonymous_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The texts of the queries.
pub fn queries() -> Vec<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eval/queries.tsv");
    let path = std::env::var_os("CAIRN_QUERIES").map_or(own, PathBuf::from);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| Some(line.split('\t').nth(2)?.to_owned())).collect()
}

/// All sections of the search index in `folder`.
pub fn records(folder: &Path, vocabulary: &Vocabulary) -> Vec<SectionRecord> {
    let searcher = Searcher::open(folder, FoldedCopies::default(), vocabulary, Vec::new()).unwrap();
    let mut records = Vec::new();
    searcher.each(|_, record| records.push(record)).unwrap();
    records
}

/// `sections` sections: those of `records`, then resampled ones. Each of the latter has another source name and text
/// from every other sentence of one section and of another one, so that word frequencies stay similar and no two
/// sections are equal.
pub fn grown(records: &[SectionRecord], sections: usize) -> impl Iterator<Item = SectionRecord> {
    (0..sections).map(|number| {
        let (time, at) = (number / records.len(), number % records.len());
        let record = &records[at];
        if time == 0 {
            return record.clone();
        }
        let other = &records[(at * 31 + time * 7919) % records.len()];
        let sentences = |text: &str, odd: usize| -> Vec<String> {
            let parts = text.split_inclusive(". ").enumerate();
            parts.filter(|(at, _)| at % 2 == odd).map(|(_, part)| part.to_owned()).collect()
        };
        let text = [sentences(&record.text, time % 2), sentences(&other.text, 0)].concat().concat();
        SectionRecord { source: format!("{}~{time}", record.source), text, ..record.clone() }
    })
}

/// Median and 99th percentile.
pub fn figures(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
