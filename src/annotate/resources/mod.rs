//! The articles, papers and tools that the sources cite: one entry a work, whatever its addresses.

mod kind;
mod merge;
mod title;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cited;
use crate::catalogue::Visibility;
use crate::extract::Link;
pub use kind::ResourceKind;

/// Sentences that are kept of a resource, each of another source.
const MOST_SENTENCES: usize = 3;
/// Shorter sentences say no more than the title.
const LEAST_SENTENCE: usize = 25;

/// What it counts that a link's own words, its sentence, the heading above it name a topic.
const ANCHOR: u32 = 6;
const SENTENCE: u32 = 3;
const HEADING: u32 = 1;

/// What a source says where it cites a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    pub source: String,
    pub sentence: String,
}

/// A work that sources cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub url: String,
    /// Its other addresses.
    pub also: Vec<String>,
    /// The most common good link text.
    pub title: String,
    pub kind: ResourceKind,
    /// Where the address tells it.
    pub year: Option<u16>,
    /// Ids of the independent sources that cite it, sorted; a fork counts as its original.
    pub sources: Vec<String>,
    /// Places in the vocabulary of the topics that its titles, the sentences that cite it and the headings
    /// above those name, the surest first.
    pub topics: Vec<u32>,
    /// What sources say of it, the most telling first, one sentence a source.
    pub said: Vec<Said>,
    /// The day since which its address leads nowhere, if it was found so.
    pub dead_since: Option<String>,
}

/// Gathers citations; [`Collector::finish`] gives the resources.
#[derive(Default)]
pub struct Collector {
    entries: HashMap<String, Entry>,
}

/// An address with what is said of it.
#[derive(Default)]
struct Entry {
    url: String,
    also: Vec<String>,
    titles: BTreeMap<String, u32>,
    /// What only private sources call it, and whether others cite it: then those words are not its title.
    private_titles: BTreeMap<String, u32>,
    is_public: bool,
    sources: BTreeSet<String>,
    topics: BTreeMap<u32, u32>,
    /// The longest sentence of each source.
    said: BTreeMap<String, String>,
}

impl Collector {
    /// Notes that `source` (a fork's original) cites `link`, which is said to be about `cited`. A link
    /// that says nothing of what it leads to is none.
    pub fn cite(&mut self, source: &str, link: &Link, cited: &Cited) {
        self.add(source, link, cited, Visibility::Public);
    }

    /// The same for a private source, whose words are the title of what it alone cites only.
    pub fn cite_privately(&mut self, source: &str, link: &Link, cited: &Cited) {
        self.add(source, link, cited, Visibility::Private);
    }

    fn add(&mut self, source: &str, link: &Link, cited: &Cited, visibility: Visibility) {
        let known = self.entries.contains_key(&link.url);
        if !known && !title::says_something(&link.text, &link.sentence) {
            return;
        }
        let entry = self.entries.entry(link.url.clone()).or_default();
        let text = link.text.trim();
        let titles = match visibility {
            Visibility::Public => &mut entry.titles,
            Visibility::Private => &mut entry.private_titles,
        };
        entry.is_public |= visibility == Visibility::Public;
        if title::is_title(text) {
            *titles.entry(text.to_owned()).or_insert(0) += 1;
        }
        entry.sources.insert(source.to_owned());
        let named =
            [(&cited.anchor, ANCHOR), (&cited.sentence, SENTENCE), (&cited.heading, HEADING)];
        for (topics, weight) in named {
            for topic in topics {
                *entry.topics.entry(*topic).or_insert(0) += weight;
            }
        }
        let said = entry.said.entry(source.to_owned()).or_default();
        if said.len() < link.sentence.len() {
            said.clone_from(&link.sentence);
        }
    }

    /// All resources, those that most sources cite first; `dead` knows the day since which an address
    /// leads nowhere. O(n log n).
    pub fn finish(self, dead: &HashMap<String, String>) -> Vec<Resource> {
        let entries = self.entries.into_iter().map(|(url, entry)| Entry { url, ..entry });
        let mut entries: Vec<Entry> = entries.collect();
        entries.sort_by(|a, b| a.url.cmp(&b.url));
        let mut resources: Vec<Resource> =
            merge::merge(entries).into_iter().map(|entry| entry.resource(dead)).collect();
        resources.sort_by(|a, b| b.sources.len().cmp(&a.sources.len()).then(a.url.cmp(&b.url)));
        resources
    }
}

impl Entry {
    /// The link texts that may be its title.
    fn known_titles(&self) -> &BTreeMap<String, u32> {
        if self.is_public { &self.titles } else { &self.private_titles }
    }

    /// The most common good link text, else what the address says.
    fn title(&self) -> Option<String> {
        // Of equally common titles the longer one says more.
        let best = self.known_titles().iter().max_by_key(|(title, count)| (**count, title.len()));
        best.map(|(title, _)| title.clone()).or_else(|| title::from_address(&self.url))
    }

    fn kind(&self) -> ResourceKind {
        kind::kind_of(&self.url, self.known_titles().keys().next().map_or("", String::as_str))
    }

    /// Takes over what is said of `other`, the same work at another address.
    fn take(&mut self, other: Entry) {
        self.also.push(other.url);
        for (title, count) in other.titles {
            *self.titles.entry(title).or_insert(0) += count;
        }
        for (title, count) in other.private_titles {
            *self.private_titles.entry(title).or_insert(0) += count;
        }
        self.is_public |= other.is_public;
        for (topic, count) in other.topics {
            *self.topics.entry(topic).or_insert(0) += count;
        }
        self.sources.extend(other.sources);
        for (source, sentence) in other.said {
            self.said.entry(source).or_insert(sentence);
        }
    }

    fn resource(self, dead: &HashMap<String, String>) -> Resource {
        let title =
            self.title().unwrap_or_else(|| self.url.trim_start_matches("https://").to_owned());
        let mut topics: Vec<(u32, u32)> = self.topics.into_iter().collect();
        topics.sort_by_key(|(topic, count)| (std::cmp::Reverse(*count), *topic));
        let mut said: Vec<Said> = self
            .said
            .into_iter()
            .filter(|(_, sentence)| sentence.len() >= LEAST_SENTENCE && *sentence != title)
            .map(|(source, sentence)| Said { source, sentence })
            .collect();
        said.sort_by(|a, b| b.sentence.len().cmp(&a.sentence.len()).then(a.source.cmp(&b.source)));
        said.truncate(MOST_SENTENCES);
        Resource {
            kind: kind::kind_of(&self.url, &title),
            year: std::iter::once(&self.url).chain(&self.also).find_map(|url| kind::year_of(url)),
            title,
            dead_since: dead.get(&self.url).cloned(),
            also: self.also,
            sources: self.sources.into_iter().collect(),
            topics: topics.into_iter().take(5).map(|(topic, _)| topic).collect(),
            said,
            url: self.url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str, text: &str) -> Link {
        Link { url: url.into(), text: text.into(), sentence: format!("{text} is cited.") }
    }

    fn about(topics: &[u32]) -> Cited {
        Cited { sentence: topics.to_vec(), ..Cited::default() }
    }

    #[test]
    fn what_a_links_own_words_name_is_surer_than_what_stands_round_it() {
        let mut collector = Collector::default();
        let link = link("https://example.org/a", "Feature stores compared");
        let cited = Cited { anchor: vec![7], sentence: vec![8, 7], heading: vec![9] };
        collector.cite("a/a", &link, &cited);
        collector.cite("b/b", &link, &Cited { heading: vec![9], ..Cited::default() });
        assert_eq!(collector.finish(&HashMap::new())[0].topics, [7, 8, 9]);
    }

    #[test]
    fn one_address_is_one_resource_with_its_best_title() {
        let link = |text: &str| link("https://arxiv.org/abs/1706.03762", text);
        let mut collector = Collector::default();
        collector.cite("a/a", &link("here"), &about(&[1]));
        collector.cite("b/b", &link("Attention Is All You Need"), &about(&[2, 1]));
        collector.cite("b/b", &link("Attention Is All You Need"), &about(&[]));
        let [resource] = &collector.finish(&HashMap::new())[..] else { panic!() };
        assert_eq!(resource.title, "Attention Is All You Need");
        assert_eq!(resource.sources, ["a/a", "b/b"]);
        assert_eq!((resource.kind, resource.year), (ResourceKind::Paper, Some(2017)));
        assert_eq!(resource.topics, [1, 2]);
        assert_eq!(resource.said[0].sentence, "Attention Is All You Need is cited.");
    }

    #[test]
    fn the_words_of_private_sources_are_a_title_only_where_nobody_else_cites() {
        let mut collector = Collector::default();
        let (open, own) = ("https://example.org/open", "https://example.org/own");
        collector.cite("a/a", &link(open, "here"), &about(&[]));
        for url in [open, own] {
            collector.cite_privately(
                "b/own",
                &link(url, "Our plans for the feature store"),
                &about(&[]),
            );
        }
        let found = collector.finish(&HashMap::new());
        let titles: Vec<(&str, &str)> =
            found.iter().map(|found| (&*found.url, &*found.title)).collect();
        assert_eq!(titles, [(open, "example.org/open"), (own, "Our plans for the feature store")]);
        assert_eq!(found[0].sources, ["a/a", "b/own"]);
    }

    #[test]
    fn a_work_at_several_addresses_is_one_resource_and_its_namesakes_are_not() {
        let debt = "Hidden Technical Debt in Machine Learning Systems";
        let mut collector = Collector::default();
        let hash = "86df7dcfd896fcaf2674f757a2463eba";
        for (source, url, text) in [
            ("a/a", format!("https://proceedings.neurips.cc/paper/2015/hash/{hash}-Abstract.html"), debt),
            ("b/b", "https://papers.nips.cc/paper/5656-hidden-technical-debt-in-machine-learning-systems".into(), "paper"),
            ("c/c", "https://research.google/pubs/pub43146".into(), "Hidden technical debt in ML systems (2015)"),
            ("d/d", "https://x.org/notes".into(), debt),
            ("e/e", "https://github.com/x/y".into(), debt),
            ("f/f", "https://youtube.com/watch?v=1".into(), debt),
        ] {
            collector.cite(source, &link(&url, text), &about(&[]));
        }
        let dead = HashMap::from([("https://github.com/x/y".to_owned(), "2026-01-02".to_owned())]);
        let found = collector.finish(&dead);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert_eq!(found[0].sources, ["a/a", "b/b", "c/c", "d/d"]);
        assert_eq!(found[0].also.len(), 3);
        assert_eq!((found[0].title.as_str(), found[0].year), (debt, Some(2015)));
        assert_eq!(found[1].dead_since.as_deref(), Some("2026-01-02"));
    }

    #[test]
    fn thirty_thousand_addresses_of_one_title_are_not_compared_each_with_each() {
        let mut collector = Collector::default();
        for at in 0..30_000 {
            let link = link(&format!("https://a.org/blog/{at}"), "Deep learning for many clicks");
            collector.cite("a/a", &link, &about(&[]));
        }
        let begun = std::time::Instant::now();
        assert_eq!(collector.finish(&HashMap::new()).len(), 30_000);
        // Seconds on an idle machine; many minutes if each were compared with each.
        assert!(begun.elapsed().as_secs() < 180, "{:?}", begun.elapsed());
    }

    #[test]
    fn links_that_say_nothing_are_no_citations() {
        let mut collector = Collector::default();
        let mut mute = link("https://forum.org/t/1", "Discussions");
        mute.sentence = "Discussions".into();
        collector.cite("a/a", &mute, &about(&[]));
        assert!(collector.finish(&HashMap::new()).is_empty());
    }
}
