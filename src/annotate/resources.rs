//! The articles, papers and tools that the sources cite, one entry an address.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::extract::Link;

/// Words that are no title.
const NO_TITLE: [&str; 16] = [
    "here",
    "link",
    "this",
    "paper",
    "article",
    "blog",
    "post",
    "code",
    "video",
    "pdf",
    "source",
    "github",
    "read more",
    "slides",
    "website",
    "docs",
];

/// What a resource is, as its host tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    Paper,
    Article,
    Video,
    Course,
    Code,
}

/// An address that sources cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub url: String,
    /// The most common good link text.
    pub title: String,
    pub kind: ResourceKind,
    /// Where the address tells it.
    pub year: Option<u16>,
    /// Ids of the independent sources that cite it, sorted; a fork counts as its original.
    pub sources: Vec<String>,
    /// Places in the vocabulary of the topics that the citing sentences name, the commonest first.
    pub topics: Vec<u32>,
    /// A sentence that describes it.
    pub sentence: String,
}

/// Gathers citations; [`Collector::finish`] gives the resources.
#[derive(Default)]
pub struct Collector {
    entries: HashMap<String, Entry>,
}

#[derive(Default)]
struct Entry {
    titles: BTreeMap<String, u32>,
    sources: BTreeSet<String>,
    topics: BTreeMap<u32, u32>,
    sentence: String,
}

impl Collector {
    /// Notes that `source` (a fork's original) cites `link` in a sentence that names `topics`.
    pub fn cite(&mut self, source: &str, link: &Link, topics: impl IntoIterator<Item = u32>) {
        let entry = self.entries.entry(link.url.clone()).or_default();
        if is_title(&link.text) {
            *entry.titles.entry(link.text.clone()).or_insert(0) += 1;
        }
        entry.sources.insert(source.to_owned());
        for topic in topics {
            *entry.topics.entry(topic).or_insert(0) += 1;
        }
        if entry.sentence.len() < link.sentence.len() {
            entry.sentence.clone_from(&link.sentence);
        }
    }

    /// All resources, those that most sources cite first. O(n log n).
    pub fn finish(self) -> Vec<Resource> {
        let mut resources: Vec<Resource> =
            self.entries.into_iter().map(|(url, entry)| entry.resource(url)).collect();
        resources.sort_by(|a, b| b.sources.len().cmp(&a.sources.len()).then(a.url.cmp(&b.url)));
        resources
    }
}

impl Entry {
    fn resource(self, url: String) -> Resource {
        let mut topics: Vec<(u32, u32)> = self.topics.into_iter().collect();
        topics.sort_by_key(|(topic, count)| (std::cmp::Reverse(*count), *topic));
        // Of equally common titles the longer one says more.
        let best = self.titles.into_iter().max_by_key(|(title, count)| (*count, title.len()));
        let title =
            best.map_or_else(|| url.trim_start_matches("https://").to_owned(), |(title, _)| title);
        Resource {
            kind: kind_of(&url),
            year: arxiv_year(&url),
            title,
            sources: self.sources.into_iter().collect(),
            topics: topics.into_iter().take(5).map(|(topic, _)| topic).collect(),
            sentence: self.sentence,
            url,
        }
    }
}

fn is_title(text: &str) -> bool {
    let length = text.chars().count();
    let is_address = text.starts_with("http");
    (6..=160).contains(&length) && !is_address && !NO_TITLE.contains(&text.to_lowercase().as_str())
}

fn kind_of(url: &str) -> ResourceKind {
    let host = url.trim_start_matches("https://").split('/').next().unwrap_or_default();
    let ends = |names: &[&str]| {
        names.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")))
    };
    if ends(&[
        "arxiv.org",
        "acm.org",
        "aclanthology.org",
        "openreview.net",
        "ieee.org",
        "mlr.press",
    ]) || url.ends_with(".pdf")
    {
        ResourceKind::Paper
    } else if ends(&["youtube.com", "youtu.be", "vimeo.com"]) {
        ResourceKind::Video
    } else if ends(&["github.com", "gitlab.com"]) {
        ResourceKind::Code
    } else if ends(&["coursera.org", "edx.org", "udemy.com", "udacity.com"]) {
        ResourceKind::Course
    } else {
        ResourceKind::Article
    }
}

/// arXiv's identifiers since April 2007 begin with the year and month: `1706.03762`.
fn arxiv_year(url: &str) -> Option<u16> {
    let id = url.strip_prefix("https://arxiv.org/")?.split_once('/')?.1;
    let (date, number) = id.split_once('.')?;
    let is_new = date.len() == 4 && number.len() >= 4 && date.bytes().all(|b| b.is_ascii_digit());
    is_new.then(|| date[..2].parse::<u16>().ok().map(|year| 2000 + year))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_one_resource_with_its_best_title() {
        let link = |text: &str| Link {
            url: "https://arxiv.org/abs/1706.03762".into(),
            text: text.into(),
            sentence: format!("{text} is cited."),
        };
        let mut collector = Collector::default();
        collector.cite("a/a", &link("here"), [1]);
        collector.cite("b/b", &link("Attention Is All You Need"), [2, 1]);
        collector.cite("b/b", &link("Attention Is All You Need"), []);
        let [resource] = &collector.finish()[..] else { panic!() };
        assert_eq!(resource.title, "Attention Is All You Need");
        assert_eq!(resource.sources, ["a/a", "b/b"]);
        assert_eq!((resource.kind, resource.year), (ResourceKind::Paper, Some(2017)));
        assert_eq!(resource.topics, [1, 2]);
    }
}
