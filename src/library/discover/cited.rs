//! A repository that sources cite: who cites it, in what words, and under which names. [`super::gather`] collects it.

use std::collections::{BTreeMap, BTreeSet};

use super::phrase::{LinkRemark, is_only_name, is_stray_word, tidy};
use super::repository::RepositoryName;
use super::words::WordSigns;
use crate::catalogue::rights::{Showable, show, truncated};
use crate::catalogue::{Shown, Voice};
use crate::extract::Address;
use crate::library::Library;
use crate::library::view::EvidenceView;
use crate::search::SectionId;

/// The maximum number of sentences that are shown for a candidate. Each sentence is by a different voice.
const MOST_EVIDENCE: usize = 3;
/// The maximum length of a sentence that is shown, in characters, even if the licence allows more. The rest is cut off.
/// This length is enough to judge the repository.
const SENTENCE_CHARS: usize = 300;
/// The maximum number of topics that are listed for a candidate.
pub(super) const MOST_TOPICS: usize = 5;
/// The maximum number of topics in a candidate's description.
const WHY_TOPICS: usize = 2;
/// The maximum length of a title, in characters; the rest is cut off.
const TITLE_CHARS: usize = 100;
/// The maximum length of a description, in characters; the rest is cut off.
const WHY_CHARS: usize = 120;
/// The maximum number of URLs of cited pages that are collected for one site.
pub(super) const MOST_PAGES: usize = 8;

/// A repository that sources cite.
#[derive(Clone, Debug)]
pub(super) struct CitedRepository {
    pub repository: RepositoryName,
    /// Other repositories that the cited site may belong to, if the repository was only guessed from the site's URL.
    pub others: BTreeSet<RepositoryName>,
    /// The most informative citation of each voice, including the repository's owner.
    voices: BTreeMap<Voice, Citation>,
    /// The URLs of some cited pages of its site.
    pub pages: BTreeSet<String>,
    /// Whether a URL of the repository itself is cited. If not, only URLs of its site are cited.
    pub is_named: bool,
    /// Whether it is cited in a list of data sets.
    pub is_among_data: bool,
    /// The day on which the URL of its front page was first found dead; `None` if it is not dead.
    pub dead_since: Option<String>,
    /// All sources that cite it, including those of its owner.
    pub sources: BTreeSet<String>,
    /// The number of times that each topic is mentioned with the repository, by the topic's vocabulary index.
    pub topics: BTreeMap<u32, u32>,
    /// Titles in links to its front page, with their frequency.
    pub(super) titles: BTreeMap<String, u32>,
    /// Spellings of `owner/name`, with their frequency.
    pub(super) spellings: BTreeMap<String, u32>,
    /// Spellings of the name alone, with their frequency.
    pub(super) names: BTreeMap<String, u32>,
}

/// A place in a source that cites a repository.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    pub source: String,
    pub path: String,
    pub address: Address,
    pub section: SectionId,
    /// The link text.
    pub text: String,
    pub sentence: String,
    /// The longest remark about the repository in this voice's links to its front page.
    pub remark: Option<LinkRemark>,
    /// What the texts and remarks of all links of this voice indicate about the repository.
    pub own: WordSigns,
    /// What the sentences and headings around all links of this voice indicate about the repository. A link to a page
    /// for users of the software indicates software.
    pub near: WordSigns,
}

impl Library {
    /// The slugs of the topics that are mentioned with `cited`, the most frequent first; at most `MOST_TOPICS`.
    pub(super) fn slugs(&self, cited: &CitedRepository) -> Vec<String> {
        let topics = &self.graph.vocabulary.topics;
        let known = cited.by_count().into_iter().filter_map(|at| topics.get(at as usize));
        known.take(MOST_TOPICS).map(|topic| topic.slug.0.clone()).collect()
    }

    /// Describes `cited` in the words of the sources, on one line of at most 120 characters. This is a remark or, if
    /// there is none, the title with topics. `None` if only the name is known.
    pub(super) fn what_it_is(&self, cited: &CitedRepository) -> Option<Showable> {
        let title = cited.title();
        let line = match cited.remark() {
            Some(remark) => remark.line(&title),
            None if cited.is_only_name() => return None,
            None => format!("{title}{}", self.topics_beyond(cited, &title)),
        };
        let chars = WHY_CHARS.min(self.manifest.excerpt_chars);
        Some(show(line, Shown::Excerpt, chars))
    }

    /// The labels of the most frequent topics of `cited` that `text` does not contain, in a form such as
    /// ` (topics: drift)`. Empty if there are no such topics.
    pub(super) fn topics_beyond(&self, cited: &CitedRepository, text: &str) -> String {
        let text = text.to_lowercase();
        let topics = &self.graph.vocabulary.topics;
        let known = cited.by_count().into_iter().filter_map(|at| topics.get(at as usize));
        let labels = known.map(|topic| topic.pref_label.as_str());
        let beyond = labels.filter(|label| !text.contains(&label.to_lowercase())).take(WHY_TOPICS);
        let beyond: Vec<&str> = beyond.collect();
        if beyond.is_empty() { String::new() } else { format!(" (topics: {})", beyond.join(", ")) }
    }

    /// `citation` for output, with the URL of the section that contains it.
    pub(super) fn citation(&self, citation: &Citation) -> EvidenceView {
        let Citation { source, path, address, section, .. } = citation;
        let chars = SENTENCE_CHARS.min(self.manifest.excerpt_chars);
        EvidenceView {
            sentence: show(&*citation.sentence, Shown::Excerpt, chars),
            url: self.link(source, path, *address, *section),
            place: (*address).into(),
            source: source.clone(),
            path: path.clone(),
        }
    }
}

impl CitedRepository {
    pub fn new(repository: RepositoryName) -> CitedRepository {
        CitedRepository {
            repository,
            others: BTreeSet::new(),
            voices: BTreeMap::new(),
            pages: BTreeSet::new(),
            is_named: false,
            is_among_data: false,
            dead_since: None,
            sources: BTreeSet::new(),
            topics: BTreeMap::new(),
            titles: BTreeMap::new(),
            spellings: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// The number of independent voices that cite it. Its owner does not count.
    pub fn independent(&self) -> usize {
        self.voices.keys().filter(|voice| !self.is_own(voice)).count()
    }

    /// Whether people read it as a site: several of its pages are cited, or several independent voices cite one page.
    /// False if the repository itself is cited too, because its site then counts as documentation.
    pub fn is_read_as_site(&self) -> bool {
        let pages = self.pages.len();
        !self.is_named && (pages > 1 || (pages == 1 && self.independent() > 1))
    }

    /// The most informative citation of each voice, including the repository's owner.
    pub fn citations(&self) -> impl Iterator<Item = &Citation> {
        self.voices.values()
    }

    fn is_own(&self, voice: &Voice) -> bool {
        matches!(voice, Voice::Owner(owner) if *owner == self.repository.owner)
    }

    /// The most informative citation of each independent voice.
    fn others_citations(&self) -> impl Iterator<Item = &Citation> {
        let others = self.voices.iter().filter(|(voice, _)| !self.is_own(voice));
        others.map(|(_, citation)| citation)
    }

    /// The most informative citations, each of a different independent voice.
    pub fn best(&self) -> impl Iterator<Item = &Citation> {
        let mut all: Vec<&Citation> = self.others_citations().collect();
        all.sort_by_key(|citation| {
            (
                std::cmp::Reverse(citation.informativeness()),
                citation.source.clone(),
                citation.path.clone(),
            )
        });
        all.into_iter().take(MOST_EVIDENCE)
    }

    /// The longest remark of an independent voice. Characters beyond the maximum length of a description are not
    /// counted.
    fn remark(&self) -> Option<&LinkRemark> {
        let remarks = self.others_citations().filter_map(|citation| citation.remark.as_ref());
        remarks.max_by_key(|remark| remark.text().chars().count().min(WHY_CHARS))
    }

    /// Its title, on one line: the most frequent title of links to its front page, else its name.
    pub fn title(&self) -> String {
        let titles = self.good_titles().filter(|(t, _)| !t.contains('/') || !self.is_name(t));
        let best = titles.max_by_key(|(title, count)| (*count, title.len()));
        let title = best.map_or_else(|| self.spelled_name(), |(title, _)| title);
        truncated(title, TITLE_CHARS)
    }

    /// Whether no source describes it, neither by a title nor by a remark.
    pub fn is_known_by_name_alone(&self) -> bool {
        self.is_only_name() && self.remark().is_none()
    }

    /// Whether all titles in links to its front page only repeat its name.
    fn is_only_name(&self) -> bool {
        self.good_titles().all(|(title, _)| self.is_name(&title))
    }

    fn good_titles(&self) -> impl Iterator<Item = (String, u32)> {
        let titles = self.titles.iter().map(|(title, count)| (tidy(title), *count));
        titles.filter(|(title, _)| !is_stray_word(title, &self.repository.name))
    }

    fn is_name(&self, title: &str) -> bool {
        is_only_name(title, &self.repository.owner, &self.repository.name)
    }

    /// The most frequent spelling of `owner/name`.
    pub fn spelling(&self) -> String {
        let best = self.spellings.iter().max_by_key(|(_, count)| **count);
        let unknown = || format!("{}/{}", self.repository.owner, self.spelled_name());
        best.map_or_else(unknown, |(spelling, _)| spelling.clone())
    }

    fn spelled_name(&self) -> String {
        let name = self.names.iter().max_by_key(|(_, count)| **count).map(|(name, _)| name.clone());
        let whole = self.spellings.iter().max_by_key(|(_, count)| **count);
        let whole = whole.and_then(|(spelling, _)| spelling.split_once('/'));
        let name = whole.map(|(_, name)| name.to_owned()).or(name);
        name.unwrap_or_else(|| self.repository.name.clone())
    }

    /// Counts the topics of one citation, given as vocabulary indices.
    pub(super) fn add_topics(&mut self, topics: &[u32]) {
        for topic in topics {
            *self.topics.entry(*topic).or_insert(0) += 1;
        }
    }

    /// The vocabulary indices of the topics that are mentioned with it, the most frequent first.
    fn by_count(&self) -> Vec<u32> {
        let mut topics: Vec<(u32, u32)> = self.topics.iter().map(|(at, n)| (*at, *n)).collect();
        topics.sort_by_key(|(at, count)| (std::cmp::Reverse(*count), *at));
        topics.into_iter().map(|(at, _)| at).collect()
    }

    pub fn cite(&mut self, voice: &Voice, mut citation: Citation) {
        self.sources.insert(citation.source.clone());
        if let Some(known) = self.voices.remove(voice) {
            let remarks = [known.remark.clone(), citation.remark.clone()].into_iter().flatten();
            let remark = remarks.max_by_key(|remark| remark.text().chars().count());
            let (own, near) = (known.own.or(citation.own), known.near.or(citation.near));
            let better =
                if citation.informativeness() > known.informativeness() { citation } else { known };
            citation = Citation { remark, own, near, ..better };
        }
        self.voices.insert(voice.clone(), citation);
    }

    /// Adds the data of `other`, which describes the same repository.
    pub fn take(&mut self, other: CitedRepository) {
        self.others.extend(other.others);
        self.sources.extend(other.sources);
        self.pages.extend(other.pages.into_iter().take(MOST_PAGES));
        self.is_named |= other.is_named;
        self.is_among_data |= other.is_among_data;
        self.dead_since = self.dead_since.take().or(other.dead_since);
        for (topic, count) in other.topics {
            *self.topics.entry(topic).or_insert(0) += count;
        }
        add(&mut self.titles, other.titles);
        add(&mut self.spellings, other.spellings);
        add(&mut self.names, other.names);
        for (voice, citation) in other.voices {
            self.cite(&voice, citation);
        }
    }

    /// Removes the titles, spellings and remarks. They describe one page of the site, not the repository.
    pub fn forget_names(&mut self) {
        self.titles.clear();
        self.names.clear();
        self.spellings.clear();
        for citation in self.voices.values_mut() {
            citation.remark = None;
        }
    }
}

impl Citation {
    /// A sort key: the most informative citation has the greatest key. A citation with a remark comes before all
    /// others, then one with a sign of study material near the link, then one with a longer sentence. Characters of the
    /// sentence beyond the length that is shown don't count.
    fn informativeness(&self) -> (bool, bool, usize) {
        let length = self.sentence.chars().count().min(SENTENCE_CHARS);
        (self.remark.is_some(), self.near.study, length)
    }
}

fn add(counts: &mut BTreeMap<String, u32>, more: BTreeMap<String, u32>) {
    for (text, count) in more {
        *counts.entry(text).or_insert(0) += count;
    }
}
