//! Merges resources that are the same work at several URLs.

use std::collections::HashMap;

use petgraph::unionfind::UnionFind;

use super::entry::ResourceEntry;
use super::{ResourceKind, title};

/// Hosts of pages about works, such as reviews. Such a page has the title of the work, but is not merged with it.
const REVIEWERS: [&str; 4] =
    ["blog.acolyer.org", "paperswithcode.com", "youtube.com", "towardsdatascience.com"];

/// The maximum number of earlier entries with the same title that an entry is compared with. No known work has more
/// URLs.
const MOST_ALIKE: usize = 64;

/// Merges those of `entries` that are the same work. Returns the merged entries and all other entries. Two entries are
/// the same work if both are papers or articles, neither is on a host in [`REVIEWERS`], they have a title in common
/// (compared by [`title::key`]; a title can also come from the URL), and they have different hosts or the same last
/// part of the path. O(n).
pub(super) fn merge(entries: Vec<ResourceEntry>) -> Vec<ResourceEntry> {
    let mut sets = UnionFind::<usize>::new(entries.len());
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let is_work = matches!(entry.kind(), ResourceKind::Paper | ResourceKind::Article);
        if !is_work || REVIEWERS.contains(&host(&entry.url)) {
            continue;
        }
        let own = title::from_url(&entry.url);
        let mut keys: Vec<String> =
            [entry.title(), own].into_iter().flatten().filter_map(|t| title::key(&t)).collect();
        keys.dedup();
        for key in keys {
            let known = by_key.entry(key).or_default();
            if let Some(other) = known.iter().find(|other| are_one(&entries[**other], entry)) {
                sets.union(*other, at);
            }
            if known.len() < MOST_ALIKE {
                known.push(at);
            }
        }
    }
    let mut groups: HashMap<usize, Vec<ResourceEntry>> = HashMap::new();
    for (at, entry) in entries.into_iter().enumerate() {
        groups.entry(sets.find(at)).or_default().push(entry);
    }
    groups.into_values().filter_map(joined).collect()
}

/// Whether two entries with the same title count as the same work: on one host, only if their paths end in the same
/// part.
fn are_one(a: &ResourceEntry, b: &ResourceEntry) -> bool {
    host(&a.url) != host(&b.url) || last_part(&a.url) == last_part(&b.url)
}

/// Merges all entries of a work into the one with the best URL.
fn joined(mut group: Vec<ResourceEntry>) -> Option<ResourceEntry> {
    group.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.url.cmp(&b.url)));
    let mut entries = group.into_iter();
    let mut best = entries.next()?;
    for other in entries {
        best.take(other);
    }
    Some(best)
}

/// The sort key that puts the best URL of a work first. URLs that public sources cite come before all others. If that
/// is equal, archives of papers come first, then other papers, then the rest. If that is equal too, URLs that more
/// voices cite come first.
fn rank(entry: &ResourceEntry) -> (bool, u8, std::cmp::Reverse<usize>) {
    let place = match host(&entry.url) {
        "arxiv.org" => 0,
        "proceedings.neurips.cc" | "papers.nips.cc" | "proceedings.mlr.press" => 1,
        "doi.org" => 2,
        _ if entry.kind() == ResourceKind::Paper => 3,
        _ => 4,
    };
    (!entry.is_public, place, std::cmp::Reverse(entry.voices.len()))
}

fn host(url: &str) -> &str {
    url.trim_start_matches("https://").split('/').next().unwrap_or_default()
}

fn last_part(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map_or(last, |(name, _)| name)
}
