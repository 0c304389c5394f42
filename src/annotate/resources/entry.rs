//! Everything that is said about one cited URL, from which its resource is made.

use std::collections::HashMap;

use super::citation::UrlFacts;
use super::citing::CitingNames;
use super::titles::UrlTitles;
use super::{CitedResource, CitingSentence, kind, title};
use crate::crawl::arxiv::PaperMetadata;

/// The maximum number of citing sentences that are kept for a resource, each from a different voice.
const MOST_SENTENCES: usize = 3;
/// The maximum number of citing sentences that are kept while citations are collected. Some of them are left out later,
/// because they only repeat the title.
const MOST_CANDIDATES: usize = 16;
/// The minimum length of a citing sentence, in bytes. Shorter ones are left out, because they add nothing to the title.
const LEAST_SENTENCE: usize = 25;

/// A URL and its citations.
pub(super) struct ResourceEntry<'a> {
    pub url: &'a str,
    also: Vec<&'a str>,
    /// What the URL says.
    facts: UrlFacts,
    pub titles: UrlTitles<'a>,
    /// The numbers of the citing sources, in the order of citations.
    sources: Vec<u32>,
    /// The numbers of the citing voices. [`ResourceEntry::close`] removes duplicates.
    voices: Vec<u32>,
    /// Each topic with its weight.
    topics: Vec<(u32, u32)>,
    /// The metadata from arXiv, if the URL is that of a paper on arXiv and the metadata is known.
    pub paper: Option<&'a PaperMetadata>,
    /// The longest sentences that cite this URL, at most one for each voice.
    said: Vec<SaidOfVoice<'a>>,
}

/// A sentence of a voice.
struct SaidOfVoice<'a> {
    voice: u32,
    source: u32,
    sentence: &'a str,
}

impl<'a> ResourceEntry<'a> {
    /// The entry of `url` with its `facts`, without citations.
    pub fn new(url: &'a str, facts: UrlFacts) -> ResourceEntry<'a> {
        ResourceEntry {
            url,
            facts,
            also: Vec::new(),
            titles: UrlTitles::default(),
            sources: Vec::new(),
            voices: Vec::new(),
            topics: Vec::new(),
            paper: None,
            said: Vec::new(),
        }
    }

    /// Adds a citation by `source`, which has the voice `voice`.
    pub fn cited_by(&mut self, source: u32, voice: u32) {
        if self.sources.last() != Some(&source) {
            self.sources.push(source);
        }
        if self.voices.last() != Some(&voice) {
            self.voices.push(voice);
        }
    }

    /// Adds `weight` to the weight of `topic`.
    pub fn add_topic(&mut self, topic: u32, weight: u32) {
        match self.topics.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, known)) => *known += weight,
            None => self.topics.push((topic, weight)),
        }
    }

    /// Keeps `sentence` if it is longer than the known one of its voice, and than the shortest of those that are kept.
    pub fn say(&mut self, source: u32, voice: u32, sentence: &'a str) {
        let known = match self.said.iter().position(|said| said.voice == voice) {
            None if sentence.is_empty() => return,
            None if self.said.len() < MOST_CANDIDATES => {
                let said = SaidOfVoice { voice, source, sentence };
                return self.said.push(said);
            }
            None => self.said.iter_mut().min_by_key(|said| said.sentence.len()),
            Some(known) => self.said.get_mut(known),
        };
        if let Some(known) = known.filter(|known| known.sentence.len() < sentence.len()) {
            *known = SaidOfVoice { voice, source, sentence };
        }
    }

    /// Ends the collection of citations.
    pub fn close(&mut self) {
        for numbers in [&mut self.sources, &mut self.voices] {
            numbers.sort_unstable();
            numbers.dedup();
        }
    }

    /// The number of voices that cite the URL, once it is closed.
    pub fn voices(&self) -> usize {
        self.voices.len()
    }

    /// The title that arXiv gives, else the most common link text that may be a title, else a title derived from the
    /// URL. `None` if none of these exists.
    fn title(&self) -> Option<String> {
        if let Some(paper) = self.paper {
            return Some(paper.title.clone());
        }
        let best = self.titles.best().map(|title| title.text.to_owned());
        best.or_else(|| title::from_url(self.url))
    }

    /// Merges `other`, the same work at another URL, into this entry. Both must be closed.
    pub fn take(&mut self, other: ResourceEntry<'a>) {
        self.also.push(other.url);
        self.titles.add_all(other.titles);
        self.paper = self.paper.or(other.paper);
        for (topic, weight) in other.topics {
            self.add_topic(topic, weight);
        }
        self.sources.extend(other.sources);
        self.voices.extend(other.voices);
        self.close();
        for said in other.said {
            if !self.said.iter().any(|known| known.voice == said.voice) {
                self.said.push(said);
            }
        }
    }

    /// The finished resource. `dead` maps each dead URL to the day on which it was first found dead (`YYYY-MM-DD`).
    pub fn resource(self, names: &CitingNames, dead: &HashMap<String, String>) -> CitedResource {
        let title =
            self.title().unwrap_or_else(|| self.url.trim_start_matches("https://").to_owned());
        let mut topics = self.topics;
        topics.sort_unstable_by_key(|(topic, weight)| (std::cmp::Reverse(*weight), *topic));
        let is_useful =
            |said: &SaidOfVoice| said.sentence.len() >= LEAST_SENTENCE && said.sentence != title;
        let mut said: Vec<SaidOfVoice> = self.said.into_iter().filter(is_useful).collect();
        said.sort_by_key(|said| (std::cmp::Reverse(said.sentence.len()), names.place(said.source)));
        said.truncate(MOST_SENTENCES);
        let said = said.into_iter().map(|said| CitingSentence {
            source: names.name(said.source).to_owned(),
            sentence: said.sentence.to_owned(),
        });
        let voices = u32::try_from(self.voices.len()).unwrap_or(u32::MAX);
        let mut sources = self.sources;
        sources.sort_unstable_by_key(|source| names.place(*source));
        CitedResource {
            kind: self.facts.kind.with_title(&title),
            year: self.paper.and_then(|paper| paper.year).or_else(|| {
                std::iter::once(&self.url).chain(&self.also).find_map(|url| kind::year_of(url))
            }),
            title,
            dead_since: dead.get(self.url).cloned(),
            also: self.also.into_iter().map(str::to_owned).collect(),
            voices,
            sources: sources.into_iter().map(|source| names.name(source).to_owned()).collect(),
            topics: topics.into_iter().take(5).map(|(topic, _)| topic).collect(),
            said: said.collect(),
            url: self.url.to_owned(),
        }
    }
}
