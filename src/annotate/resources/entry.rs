//! One address while citations are gathered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Resource, ResourceKind, Said, kind, title};
use crate::catalogue::Voice;

/// Sentences that are kept of a resource, each of another voice.
const MOST_SENTENCES: usize = 3;
/// Shorter sentences say no more than the title.
const LEAST_SENTENCE: usize = 25;

/// An address with what is said of it.
#[derive(Default)]
pub(super) struct Entry {
    pub url: String,
    pub also: Vec<String>,
    pub titles: BTreeMap<String, u32>,
    /// What only private sources call it, and whether others cite it: then those words are not its title.
    pub private_titles: BTreeMap<String, u32>,
    pub is_public: bool,
    pub sources: BTreeSet<String>,
    pub voices: BTreeSet<Voice>,
    pub topics: BTreeMap<u32, u32>,
    /// The longest sentence of each voice.
    pub said: BTreeMap<Voice, Said>,
}

impl Entry {
    /// The link texts that may be its title.
    fn known_titles(&self) -> &BTreeMap<String, u32> {
        if self.is_public { &self.titles } else { &self.private_titles }
    }

    /// The most common good link text, else what the address says.
    pub fn title(&self) -> Option<String> {
        // Of equally common titles the longer one says more.
        let best = self.known_titles().iter().max_by_key(|(title, count)| (**count, title.len()));
        best.map(|(title, _)| title.clone()).or_else(|| title::from_address(&self.url))
    }

    pub fn kind(&self) -> ResourceKind {
        kind::kind_of(&self.url, self.known_titles().keys().next().map_or("", String::as_str))
    }

    /// Takes over what is said of `other`, the same work at another address.
    pub fn take(&mut self, other: Entry) {
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
        self.voices.extend(other.voices);
        for (voice, said) in other.said {
            self.said.entry(voice).or_insert(said);
        }
    }

    pub fn resource(self, dead: &HashMap<String, String>) -> Resource {
        let title =
            self.title().unwrap_or_else(|| self.url.trim_start_matches("https://").to_owned());
        let mut topics: Vec<(u32, u32)> = self.topics.into_iter().collect();
        topics.sort_by_key(|(topic, count)| (std::cmp::Reverse(*count), *topic));
        let tells = |said: &Said| said.sentence.len() >= LEAST_SENTENCE && said.sentence != title;
        let mut said: Vec<Said> = self.said.into_values().filter(tells).collect();
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
