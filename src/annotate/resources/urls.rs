//! The cited URLs with their citations, which stay encoded until they are needed.

use foldhash::HashMap;

use super::citation::{CitationBody, CitationHead};
use super::citing::CitingSources;
use super::entry::ResourceEntry;
use super::titles::UrlTitles;
use crate::catalogue::Visibility;

/// A citation whose body is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptCitation {
    /// A hash of everything that it says.
    pub hash: u64,
    /// Where its body begins.
    pub start: usize,
    /// The number of its URL.
    pub url: u32,
    /// The number of the citing source.
    pub source: u32,
}

/// The cited URLs, by their numbers.
pub(super) struct CitedUrls {
    pub sources: CitingSources,
    /// The hash of each URL.
    hashes: Vec<u64>,
    /// The number of the first citation of each URL, and of the end of the last one.
    firsts: Vec<u32>,
    /// The citations by URL. Those of one URL are in the order in which they were added.
    citations: Vec<KeptCitation>,
    bodies: Vec<u8>,
}

impl CitedUrls {
    /// The URLs with the numbers `urls`, by their hashes. Numbers are consecutive and begin at 0. Each URL has at least
    /// one of `citations`, which are in the order in which they were added. O(n log n).
    pub fn new(
        urls: HashMap<u64, u32>,
        mut citations: Vec<KeptCitation>,
        bodies: Vec<u8>,
        sources: CitingSources,
    ) -> CitedUrls {
        let mut hashes = vec![0; urls.len()];
        for (hash, number) in urls {
            hashes[number as usize] = hash;
        }
        citations.sort_by_key(|citation| citation.url);
        let mut firsts = Vec::with_capacity(hashes.len() + 1);
        for (at, citation) in (0..).zip(&citations) {
            if firsts.len() <= citation.url as usize {
                firsts.push(at);
            }
        }
        firsts.push(u32::try_from(citations.len()).unwrap_or(u32::MAX));
        CitedUrls { sources, hashes, firsts, citations, bodies }
    }

    /// The number of URLs.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The hash of the URL number `url`.
    pub fn hash(&self, url: u32) -> u64 {
        self.hashes[url as usize]
    }

    /// The citations of the URL number `url`, in the order in which they were added.
    pub fn citations(&self, url: u32) -> &[KeptCitation] {
        let at = url as usize;
        &self.citations[self.firsts[at] as usize..self.firsts[at + 1] as usize]
    }

    /// The beginning of the body of the first citation of the URL number `url`. `None` if it can't be decoded.
    pub fn head(&self, url: u32) -> Option<CitationHead<'_>> {
        self.citations(url).first().and_then(|citation| self.decoded(citation))
    }

    /// Sets `titles` to the link texts that may be titles of the URL number `url`.
    pub fn read_titles<'a>(&'a self, url: u32, titles: &mut UrlTitles<'a>) {
        titles.clear();
        for citation in self.citations(url) {
            let head: Option<CitationHead> = self.decoded(citation);
            let visibility = self.sources.get(citation.source).visibility;
            titles.add(head.and_then(|head| head.title), visibility);
        }
    }

    /// Everything that is said about the URL number `url`. `None` if it can't be decoded.
    pub fn entry(&self, url: u32) -> Option<ResourceEntry<'_>> {
        let CitationHead { url: own, facts, .. } = self.head(url)?;
        let mut entry = ResourceEntry::new(own, facts);
        for citation in self.citations(url) {
            let Some(body) = self.decoded::<CitationBody>(citation) else { continue };
            let CitationBody { head, sentence, year, topics } = body;
            let citing = self.sources.get(citation.source);
            entry.titles.add(head.title, citing.visibility);
            entry.cited_by(citing.source, citing.voice);
            for (topic, weight) in topics {
                entry.add_topic(topic, weight, citing.voice);
            }
            if let Some(year) = year {
                entry.add_year(year, 1);
            }
            entry.say(citing.source, citing.voice, sentence);
        }
        entry.close();
        Some(entry)
    }

    /// Whether a public source cites the URL number `url`.
    pub fn is_public(&self, url: u32) -> bool {
        let visibility = |citation: &KeptCitation| self.sources.get(citation.source).visibility;
        self.citations(url).iter().any(|citation| visibility(citation) == Visibility::Public)
    }

    fn decoded<'a, T: serde::Deserialize<'a>>(&'a self, citation: &KeptCitation) -> Option<T> {
        let body = self.bodies.get(citation.start..)?;
        postcard::take_from_bytes(body).ok().map(|(value, _)| value)
    }
}
