//! The data of one cited URL while citations are collected.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{CitedResource, CitingSentence, ResourceKind, kind, title};
use crate::catalogue::Voice;
use crate::crawl::arxiv::PaperMetadata;

/// The maximum number of citing sentences that are kept for a resource, each from a different voice.
const MOST_SENTENCES: usize = 3;
/// The minimum length of a citing sentence, in bytes. Shorter ones are left out, because they add nothing to the title.
const LEAST_SENTENCE: usize = 25;

/// A URL and its citations.
#[derive(Default)]
pub(super) struct ResourceEntry {
    pub url: String,
    pub also: Vec<String>,
    pub titles: BTreeMap<String, u32>,
    /// Link texts of private sources. They are used for the title only if no public source cites the URL.
    pub private_titles: BTreeMap<String, u32>,
    pub is_public: bool,
    pub sources: BTreeSet<String>,
    pub voices: BTreeSet<Voice>,
    pub topics: BTreeMap<u32, u32>,
    /// The metadata from arXiv, if the URL is that of a paper on arXiv and the metadata is known.
    pub paper: Option<PaperMetadata>,
    /// For each voice, its longest sentence that cites this URL.
    pub said: BTreeMap<Voice, CitingSentence>,
}

impl ResourceEntry {
    /// The link texts that may be used as the title of the resource, each with its number of uses.
    fn known_titles(&self) -> &BTreeMap<String, u32> {
        if self.is_public { &self.titles } else { &self.private_titles }
    }

    /// The title that arXiv gives, else the most common link text that may be a title, else a title derived from the
    /// URL. `None` if none of these exists.
    pub fn title(&self) -> Option<String> {
        if let Some(paper) = &self.paper {
            return Some(paper.title.clone());
        }
        // Of equally common titles, the longer one is used, because it contains more information.
        let best = self.known_titles().iter().max_by_key(|(title, count)| (**count, title.len()));
        best.map(|(title, _)| title.clone()).or_else(|| title::from_url(&self.url))
    }

    /// The kind of the resource, derived from its URL and from the alphabetically first of its link texts.
    pub fn kind(&self) -> ResourceKind {
        kind::kind_of(&self.url, self.known_titles().keys().next().map_or("", String::as_str))
    }

    /// Merges `other`, the same work at another URL, into this entry.
    pub fn take(&mut self, other: ResourceEntry) {
        self.also.push(other.url);
        for (title, count) in other.titles {
            *self.titles.entry(title).or_insert(0) += count;
        }
        for (title, count) in other.private_titles {
            *self.private_titles.entry(title).or_insert(0) += count;
        }
        self.is_public |= other.is_public;
        self.paper = self.paper.take().or(other.paper);
        for (topic, count) in other.topics {
            *self.topics.entry(topic).or_insert(0) += count;
        }
        self.sources.extend(other.sources);
        self.voices.extend(other.voices);
        for (voice, said) in other.said {
            self.said.entry(voice).or_insert(said);
        }
    }

    /// The finished resource. `dead` maps each dead URL to the day on which it was first found dead (`YYYY-MM-DD`).
    pub fn resource(self, dead: &HashMap<String, String>) -> CitedResource {
        let title =
            self.title().unwrap_or_else(|| self.url.trim_start_matches("https://").to_owned());
        let mut topics: Vec<(u32, u32)> = self.topics.into_iter().collect();
        topics.sort_by_key(|(topic, count)| (std::cmp::Reverse(*count), *topic));
        let is_useful =
            |said: &CitingSentence| said.sentence.len() >= LEAST_SENTENCE && said.sentence != title;
        let mut said: Vec<CitingSentence> = self.said.into_values().filter(is_useful).collect();
        said.sort_by(|a, b| b.sentence.len().cmp(&a.sentence.len()).then(a.source.cmp(&b.source)));
        said.truncate(MOST_SENTENCES);
        CitedResource {
            kind: kind::kind_of(&self.url, &title),
            year: self.paper.and_then(|paper| paper.year).or_else(|| {
                std::iter::once(&self.url).chain(&self.also).find_map(|url| kind::year_of(url))
            }),
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
