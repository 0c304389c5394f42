//! Merges URLs of the same work.

use foldhash::HashMap;
use petgraph::unionfind::UnionFind;

use super::citation::first_u64;
use super::kind::UrlKind;
use super::titles::UrlTitles;
use super::urls::CitedUrls;
use super::{LinkFacts, ResourceKind, title};

/// Hosts of pages about works, such as reviews. Such a page has the title of the work, but is not merged with it.
const REVIEWERS: [&str; 4] =
    ["blog.acolyer.org", "paperswithcode.com", "youtube.com", "towardsdatascience.com"];

/// The maximum number of earlier URLs with the same title that a URL is compared with. No known work has more URLs.
const MOST_ALIKE: usize = 64;

/// A work, as the numbers of its URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WorkUrls {
    /// The best URL.
    pub best: u32,
    /// The others, the best first.
    pub also: Vec<u32>,
}

impl WorkUrls {
    /// All of its URLs, the best first.
    pub fn all(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.best).chain(self.also.iter().copied())
    }
}

/// Merges those of `urls` that are the same work. Each URL is one of exactly one of the works. Two URLs are the same
/// work if both are papers or articles, neither is on a host in [`REVIEWERS`], they have a title in common (compared by
/// [`super::title::key_hash`]; a title can also come from the URL or, by `facts`, from arXiv), and they have different
/// hosts or the same last part of the path. The repository of a tool and its site are the same work if both have its name
/// as their title and in their URL. O(n log n).
pub(super) fn merge(urls: &CitedUrls, facts: &LinkFacts) -> Vec<WorkUrls> {
    let mut by_key: Vec<(u64, u32)> = Vec::new();
    let mut titles = UrlTitles::default();
    for number in numbers(urls) {
        add_keys(urls, facts, number, &mut titles, &mut by_key);
    }
    by_key.sort_unstable();
    let mut sets = UnionFind::<u32>::new(urls.len());
    let mut is_joined = vec![false; urls.len()];
    for same in by_key.chunk_by(|(one, _), (other, _)| one == other) {
        if same.len() > 1 {
            for (one, other) in pairs(urls, same) {
                sets.union(one, other);
                (is_joined[one as usize], is_joined[other as usize]) = (true, true);
            }
        }
    }
    works(urls, &sets, &is_joined)
}

/// Adds the URL number `number` to `by_key` with each key of its titles: of the title that arXiv gives, else of the most
/// common link text, else only of the title in the URL itself. Adds nothing if it is never merged with others.
fn add_keys<'a>(
    urls: &'a CitedUrls,
    facts: &LinkFacts,
    number: u32,
    titles: &mut UrlTitles<'a>,
    by_key: &mut Vec<(u64, u32)>,
) {
    let Some(head) = urls.head(number) else { return };
    if matches!(head.facts.kind, UrlKind::Fixed(kind) if !is_work(kind) && !is_tool(kind)) {
        return;
    }
    urls.read_titles(number, titles);
    let kind = head.facts.kind.with_title(titles.first().unwrap_or_default());
    if is_tool(kind) {
        let name = titles.best_at(head.url).map(|title| title::plain(title.text));
        let key = name.filter(|name| is_home(head.url, name)).map(|name| name_key(&name));
        return by_key.extend(key.map(|key| (key, number)));
    }
    if !is_work(kind) || REVIEWERS.contains(&host(head.url)) {
        return;
    }
    let own = head.facts.title_key;
    let key = match facts.paper(head.url) {
        Some(paper) => title::key_hash(&paper.title),
        None => titles.best().map_or(own, |title| title.key),
    };
    let other = own.filter(|own| key != Some(*own));
    by_key.extend(key.into_iter().chain(other).map(|key| (key, number)));
}

fn is_work(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Paper | ResourceKind::Article)
}

fn is_tool(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Tool | ResourceKind::Code)
}

/// Whether `url` is a repository with this `name` (in the form of [`title::plain`]), or a page at the top of a site whose host has
/// the name as one of its parts.
fn is_home(url: &str, name: &str) -> bool {
    let host = host(url);
    let path = url.trim_start_matches("https://").get(host.len()..).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (host, &parts[..]) {
        ("github.com", [_, repository]) => title::plain(repository) == name,
        ("github.com", _) => false,
        (host, parts) => parts.len() <= 2 && host.split('.').any(|part| title::plain(part) == name),
    }
}

/// The key of a tool's `name`, which differs from those of titles.
fn name_key(name: &str) -> u64 {
    first_u64(&blake3::hash(format!("tool {name}").as_bytes()))
}

/// The pairs of URLs that are the same work among `same`, the URLs with one title.
fn pairs(urls: &CitedUrls, same: &[(u64, u32)]) -> Vec<(u32, u32)> {
    let page = |(_, number): &(u64, u32)| {
        WorkPage::new(*number, urls.head(*number).map(|head| head.url).unwrap_or_default())
    };
    let mut pages: Vec<WorkPage> = same.iter().map(page).collect();
    pages.sort_by_key(|page| page.url);
    let pair = |(place, page): (usize, &WorkPage)| {
        let mut earlier = pages[..place.min(MOST_ALIKE)].iter();
        earlier.find(|other| other.is_same(page)).map(|other| (other.number, page.number))
    };
    pages.iter().enumerate().filter_map(pair).collect()
}

/// A URL that may be the same work as others.
struct WorkPage<'a> {
    number: u32,
    url: &'a str,
    host: &'a str,
    last_part: &'a str,
}

impl<'a> WorkPage<'a> {
    fn new(number: u32, url: &'a str) -> WorkPage<'a> {
        WorkPage { number, url, host: host(url), last_part: last_part(url) }
    }

    /// Whether this and `other`, which has the same title, count as the same work: on one host, only if their paths end
    /// in the same part. Two repositories with the same name are different works.
    fn is_same(&self, other: &WorkPage) -> bool {
        let is_one_host = self.host == other.host;
        !is_one_host || (self.host != "github.com" && self.last_part == other.last_part)
    }
}

/// The works that the sets of URLs are. `is_joined` says of each URL whether it has the work in common with others.
fn works(urls: &CitedUrls, sets: &UnionFind<u32>, is_joined: &[bool]) -> Vec<WorkUrls> {
    let mut groups: HashMap<u32, Vec<u32>> = HashMap::default();
    let mut works = Vec::with_capacity(urls.len());
    for number in numbers(urls) {
        if is_joined[number as usize] {
            groups.entry(sets.find(number)).or_default().push(number);
        } else {
            works.push(WorkUrls { best: number, also: Vec::new() });
        }
    }
    for mut group in groups.into_values() {
        group.sort_by_cached_key(|number| rank(urls, *number));
        let also = group.split_off(1);
        works.extend(group.first().map(|best| WorkUrls { best: *best, also }));
    }
    works
}

fn numbers(urls: &CitedUrls) -> std::ops::Range<u32> {
    0..u32::try_from(urls.len()).unwrap_or(u32::MAX)
}

/// The sort key that puts the best URL of a work first. URLs that public sources cite come before all others. If that
/// is equal, archives of papers come first, then other papers, then the rest. If that is equal too, URLs that more
/// voices cite come first, and then the alphabetical order decides.
fn rank(urls: &CitedUrls, number: u32) -> (bool, u8, std::cmp::Reverse<usize>, &str) {
    let head = urls.head(number);
    let url = head.map(|head| head.url).unwrap_or_default();
    let place = match host(url) {
        "arxiv.org" => 0,
        "proceedings.neurips.cc" | "papers.nips.cc" | "proceedings.mlr.press" => 1,
        "doi.org" => 2,
        // Only a fixed kind can be that of a paper.
        _ if head.is_some_and(|head| head.facts.kind == UrlKind::Fixed(ResourceKind::Paper)) => 3,
        _ => 4,
    };
    let voices = urls.entry(number).map_or(0, |entry| entry.voices());
    (!urls.is_public(number), place, std::cmp::Reverse(voices), url)
}

fn host(url: &str) -> &str {
    url.trim_start_matches("https://").split('/').next().unwrap_or_default()
}

fn last_part(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map_or(last, |(name, _)| name)
}
