//! Everything that is said about one cited URL, from which its resource is made.

use std::collections::HashMap;

use super::citation::{ANCHOR, UrlFacts};
use super::citing::CitingNames;
use super::titles::UrlTitles;
use super::{CitedResource, CitingSentence, kind, title};
use crate::crawl::arxiv::PaperMetadata;

/// The maximum number of topics of a resource.
const MOST_TOPICS: usize = 5;
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
    topics: Vec<EntryTopic>,
    /// The years that citations give, each with the number of citations.
    years: Vec<(u16, u32)>,
    /// The metadata from arXiv, if the URL is that of a paper on arXiv and the metadata is known.
    pub paper: Option<&'a PaperMetadata>,
    /// The longest sentences that cite this URL, at most one for each voice.
    said: Vec<SaidOfVoice<'a>>,
}

/// A topic that citations name.
struct EntryTopic {
    topic: u32,
    weight: u32,
    /// Whether the title or a link's text names it.
    is_titled: bool,
    /// The first voice that cites the URL under the topic.
    voice: u32,
    /// Whether other voices do, too.
    has_others: bool,
}

impl EntryTopic {
    /// Whether the work is about the topic: one author alone may cite works beside what they are about.
    fn is_certain(&self) -> bool {
        self.is_titled || self.has_others
    }
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
            years: Vec::new(),
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

    /// Adds `weight` to the weight of `topic`, under which `voice` cites the URL.
    pub fn add_topic(&mut self, topic: u32, weight: u32, voice: u32) {
        let (is_titled, has_others) = (weight >= ANCHOR, false);
        self.merge_topic(EntryTopic { topic, weight, is_titled, voice, has_others });
    }

    fn merge_topic(&mut self, new: EntryTopic) {
        match self.topics.iter_mut().find(|known| known.topic == new.topic) {
            Some(known) => {
                known.weight += new.weight;
                known.is_titled |= new.is_titled;
                known.has_others |= new.has_others || known.voice != new.voice;
            }
            None => self.topics.push(new),
        }
    }

    /// Counts a citation that gives the `year` of publication.
    pub fn add_year(&mut self, year: u16, citations: u32) {
        match self.years.iter_mut().find(|(known, _)| *known == year) {
            Some((_, known)) => *known += citations,
            None => self.years.push((year, citations)),
        }
    }

    /// The year that arXiv gives, else that of a URL, else the one that most citations give.
    fn year(&self) -> Option<u16> {
        let by_url =
            || std::iter::once(&self.url).chain(&self.also).find_map(|url| kind::year_of(url));
        let cited = || self.years.iter().max_by_key(|(year, citations)| (*citations, *year));
        let by_paper = self.paper.and_then(|paper| paper.year);
        by_paper.or_else(by_url).or_else(|| cited().map(|(year, _)| *year))
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

    /// The title that arXiv gives, else the name of a repository if a citation gives it, else the most common title that
    /// citations give, else a title derived from the URL. `None` if none of these exists.
    fn title(&self) -> Option<String> {
        if let Some(paper) = self.paper {
            return Some(paper.title.clone());
        }
        let best = self.titles.best_at(self.url).map(|title| title.text.to_owned());
        best.or_else(|| title::from_url(self.url))
    }

    /// Merges `other`, the same work at another URL, into this entry. Both must be closed.
    pub fn take(&mut self, other: ResourceEntry<'a>) {
        self.also.push(other.url);
        self.titles.add_all(other.titles);
        self.paper = self.paper.or(other.paper);
        for topic in other.topics {
            self.merge_topic(topic);
        }
        for (year, citations) in other.years {
            self.add_year(year, citations);
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
        let year = self.year();
        let mut topics = self.topics;
        topics.retain(EntryTopic::is_certain);
        topics.sort_unstable_by_key(|topic| (std::cmp::Reverse(topic.weight), topic.topic));
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
            year,
            title,
            dead_since: dead.get(self.url).cloned(),
            also: self.also.into_iter().map(str::to_owned).collect(),
            voices,
            sources: sources.into_iter().map(|source| names.name(source).to_owned()).collect(),
            topics: topics.into_iter().take(MOST_TOPICS).map(|topic| topic.topic).collect(),
            said: said.collect(),
            url: self.url.to_owned(),
        }
    }
}
