//! Merges resources that are the same work at several URLs.

use foldhash::HashMap;
use petgraph::unionfind::UnionFind;

use super::ResourceKind;
use super::entry::ResourceEntry;

/// Hosts of pages about works, such as reviews. Such a page has the title of the work, but is not merged with it.
const REVIEWERS: [&str; 4] =
    ["blog.acolyer.org", "paperswithcode.com", "youtube.com", "towardsdatascience.com"];

/// The maximum number of earlier entries with the same title that an entry is compared with. No known work has more
/// URLs.
const MOST_ALIKE: usize = 64;

/// Merges those of `entries` that are the same work. Returns the merged entries and all other entries. Two entries are
/// the same work if both are papers or articles, neither is on a host in [`REVIEWERS`], they have a title in common
/// (compared by [`super::title::key_hash`]; a title can also come from the URL), and they have different hosts or the
/// same last part of the path. O(n).
///
/// `entries` must be sorted by URL and closed; the result is sorted by URL, too.
pub(super) fn merge(entries: Vec<ResourceEntry>) -> Vec<ResourceEntry> {
    let mut sets = UnionFind::<usize>::new(entries.len());
    let mut by_key: Vec<(u64, usize)> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let is_work = matches!(entry.kind(), ResourceKind::Paper | ResourceKind::Article);
        if is_work && !REVIEWERS.contains(&host(&entry.url)) {
            by_key.extend(entry.title_keys().map(|key| (key, at)));
        }
    }
    by_key.sort_unstable();
    let mut is_any_joined = false;
    for same in by_key.chunk_by(|(one, _), (other, _)| one == other) {
        for (number, (_, at)) in same.iter().enumerate() {
            let mut earlier = same[..number.min(MOST_ALIKE)].iter();
            let is_other = |(_, other): &&(u64, usize)| are_one(&entries[*other], &entries[*at]);
            if let Some((_, other)) = earlier.find(is_other) {
                is_any_joined |= sets.union(*other, *at);
            }
        }
    }
    if is_any_joined { join(entries, &mut sets) } else { entries }
}

/// Merges the entries of each set. Keeps the order by URL.
fn join(entries: Vec<ResourceEntry>, sets: &mut UnionFind<usize>) -> Vec<ResourceEntry> {
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::default();
    for at in 0..entries.len() {
        let first = sets.find_mut(at);
        if first != at {
            groups.entry(first).or_insert_with(|| vec![first]).push(at);
        }
    }
    let mut entries: Vec<Option<ResourceEntry>> = entries.into_iter().map(Some).collect();
    for mut group in groups.into_values() {
        group.sort_unstable();
        let taken = group.iter().filter_map(|at| Some((*at, entries[*at].take()?)));
        if let Some((at, work)) = joined(taken.collect()) {
            entries[at] = Some(work);
        }
    }
    entries.into_iter().flatten().collect()
}

/// Whether two entries with the same title count as the same work: on one host, only if their paths end in the same
/// part.
fn are_one(a: &ResourceEntry, b: &ResourceEntry) -> bool {
    host(&a.url) != host(&b.url) || last_part(&a.url) == last_part(&b.url)
}

/// Merges all entries of a work into the one with the best URL. Each entry has its index; returns that of the best one.
fn joined(mut group: Vec<(usize, ResourceEntry)>) -> Option<(usize, ResourceEntry)> {
    // The entries are in the order of their URLs, and this sort is stable.
    group.sort_by_key(|(_, entry)| rank(entry));
    let mut entries = group.into_iter();
    let (at, mut best) = entries.next()?;
    for (_, other) in entries {
        best.take(other);
    }
    Some((at, best))
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
    (!entry.is_public, place, std::cmp::Reverse(entry.voices()))
}

fn host(url: &str) -> &str {
    url.trim_start_matches("https://").split('/').next().unwrap_or_default()
}

fn last_part(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map_or(last, |(name, _)| name)
}
