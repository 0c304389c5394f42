//! Which repositories the sources cite, by whom and in what words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::address::{Page, Place, Repository};
use super::words::{Signs, lists_data};
use crate::annotate::Role;
use crate::annotate::resources::Resource;
use crate::catalogue::{Shown, Voice, policy};
use crate::extract::{Address, Link};
use crate::library::Library;
use crate::library::view::EvidenceView;
use crate::printable::strip;
use crate::search::{Record, SearchError, SectionId};

/// Sentences shown of a candidate, each of another voice.
const MOST_EVIDENCE: usize = 3;
/// The longest sentence that is shown, in characters, whatever the licence: it is there to judge by, not to read.
const SENTENCE_CHARS: usize = 300;
/// Topics named of a candidate, and in the reason for it.
pub(super) const MOST_TOPICS: usize = 5;
const WHY_TOPICS: usize = 2;
/// The longest title, in characters.
const TITLE_CHARS: usize = 100;
/// Addresses kept of a site's pages.
const MOST_PAGES: usize = 8;
/// A site of which so many different first parts are cited is one site, not so many projects.
const PARTS_OF_A_SITE: usize = 2;

/// A repository that sources cite.
#[derive(Clone, Debug)]
pub(super) struct Cited {
    pub repository: Repository,
    /// The most telling citation of each voice, its own owner's too.
    voices: BTreeMap<Voice, Citation>,
    /// Addresses of its site's pages that are cited, a few of them.
    pub pages: BTreeSet<String>,
    /// Whether an address of GitHub itself names it, not only that of its site.
    pub is_named: bool,
    /// Whether it is cited where data sets are listed.
    pub is_among_data: bool,
    /// The day since which the address of its front page is dead, if it was found so.
    pub dead_since: Option<String>,
    /// All sources that cite it, its own owner's too.
    pub sources: BTreeSet<String>,
    /// How often each topic is named where it is cited, by place in the vocabulary.
    pub topics: BTreeMap<u32, u32>,
    /// Its titles as resources have them, each with how often it is cited by it.
    titles: BTreeMap<String, u32>,
}

/// A place where a source cites a repository.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    source: String,
    path: String,
    address: Address,
    section: SectionId,
    /// The words of the link.
    pub text: String,
    sentence: String,
    /// What the words round all links of this voice call it.
    pub signs: Signs,
}

impl Library {
    /// All repositories that sources cite, in the order of their names. Copies are left out, and so is what stands
    /// in boilerplate. Reads the whole index.
    pub(super) fn cited_repositories(&self) -> Result<Vec<Cited>, SearchError> {
        let mut gathered = Gathered::default();
        let mut resources: HashMap<&str, &Resource> = HashMap::new();
        for resource in &self.graph.resources {
            let urls = resource.also.iter().chain([&resource.url]);
            resources.extend(urls.map(|url| (url.as_str(), resource)));
        }
        self.searcher.each(|id, record| {
            if matches!(record.role, Role::Boilerplate | Role::OffTopic) {
                return;
            }
            let voice = self.voices.of(&record.source);
            for link in &record.links {
                // A link that says nothing of what it leads to is no resource, and no citation.
                let Some(resource) = resources.get(link.url.as_str()) else { continue };
                let Some(place) = Place::of(&link.url) else { continue };
                gathered.add((place, resource), (&voice, id), (&record, link));
            }
        })?;
        Ok(gathered.finish())
    }

    /// The slugs of the topics that `cited` is cited beside, the most named first.
    pub(super) fn slugs(&self, cited: &Cited) -> Vec<String> {
        let topics = &self.graph.vocabulary.topics;
        let known = cited.by_count().into_iter().filter_map(|at| topics.get(at as usize));
        known.take(MOST_TOPICS).map(|topic| topic.slug.0.clone()).collect()
    }

    /// One line on why `cited` may belong into the catalogue.
    pub(super) fn why(&self, cited: &Cited) -> String {
        let topics = &self.graph.vocabulary.topics;
        let known = cited.by_count().into_iter().filter_map(|at| topics.get(at as usize));
        let labels: Vec<&str> = known.take(WHY_TOPICS).map(|t| t.pref_label.as_str()).collect();
        let beside = match &labels[..] {
            [] => String::new(),
            labels => format!(" beside {}", labels.join(" and ")),
        };
        let by = match cited.independent() {
            1 => "1 author cites it".to_owned(),
            many => format!("{many} authors cite it"),
        };
        format!("{}: {by}{beside}", cited.title())
    }

    /// `citation` with the address of its lines.
    pub(super) fn citation(&self, citation: &Citation) -> EvidenceView {
        let Citation { source, path, address, section, .. } = citation;
        let chars = SENTENCE_CHARS.min(self.manifest.excerpt_chars);
        EvidenceView {
            sentence: policy::show(&citation.sentence, Shown::Excerpt, chars).into_owned(),
            url: self.link(source, path, *address, *section),
            place: (*address).into(),
            source: source.clone(),
            path: path.clone(),
        }
    }
}

impl Cited {
    fn new(repository: Repository) -> Cited {
        Cited {
            repository,
            voices: BTreeMap::new(),
            pages: BTreeSet::new(),
            is_named: false,
            is_among_data: false,
            dead_since: None,
            sources: BTreeSet::new(),
            topics: BTreeMap::new(),
            titles: BTreeMap::new(),
        }
    }

    /// How many independent voices cite it: its own owner is none.
    pub fn independent(&self) -> usize {
        self.voices.keys().filter(|voice| !self.is_own(voice)).count()
    }

    /// Whether it is read as a site: several pages of it are cited, or one by several independent voices. The site of
    /// a repository that is cited itself is that one's documentation.
    pub fn is_read_as_site(&self) -> bool {
        let pages = self.pages.len();
        !self.is_named && (pages > 1 || (pages == 1 && self.independent() > 1))
    }

    /// The most telling citation of each voice, its own owner's too.
    pub fn citations(&self) -> impl Iterator<Item = &Citation> {
        self.voices.values()
    }

    fn is_own(&self, voice: &Voice) -> bool {
        matches!(voice, Voice::Owner(owner) if *owner == self.repository.owner)
    }

    /// The citations that say most, of different independent voices.
    pub fn best(&self) -> impl Iterator<Item = &Citation> {
        let others = self.voices.iter().filter(|(voice, _)| !self.is_own(voice));
        let mut all: Vec<&Citation> = others.map(|(_, citation)| citation).collect();
        all.sort_by_key(|citation| {
            (std::cmp::Reverse(citation.telling()), citation.source.clone(), citation.path.clone())
        });
        all.into_iter().take(MOST_EVIDENCE)
    }

    /// What it is called: the title that most links to it have, else its name. One line.
    pub fn title(&self) -> String {
        let best = self.titles.iter().max_by_key(|(title, count)| (**count, title.len()));
        let title = best.map_or(self.repository.name.as_str(), |(title, _)| title.as_str());
        let words = strip(title).split_whitespace().collect::<Vec<_>>().join(" ");
        policy::show(&words, Shown::Excerpt, TITLE_CHARS).into_owned()
    }

    /// Places of its topics in the vocabulary, the most named first.
    fn by_count(&self) -> Vec<u32> {
        let mut topics: Vec<(u32, u32)> = self.topics.iter().map(|(at, n)| (*at, *n)).collect();
        topics.sort_by_key(|(at, count)| (std::cmp::Reverse(*count), *at));
        topics.into_iter().map(|(at, _)| at).collect()
    }

    fn cite(&mut self, voice: &Voice, citation: Citation) {
        self.sources.insert(citation.source.clone());
        match self.voices.get_mut(voice) {
            None => {
                self.voices.insert(voice.clone(), citation);
            }
            Some(known) => {
                let signs = known.signs.or(citation.signs);
                if citation.telling() > known.telling() {
                    *known = citation;
                }
                known.signs = signs;
            }
        }
    }

    /// Takes over what is said of `other`, the same repository.
    fn take(&mut self, other: Cited) {
        self.sources.extend(other.sources);
        self.pages.extend(other.pages.into_iter().take(MOST_PAGES));
        self.is_named |= other.is_named;
        self.is_among_data |= other.is_among_data;
        self.dead_since = self.dead_since.take().or(other.dead_since);
        for (topic, count) in other.topics {
            *self.topics.entry(topic).or_insert(0) += count;
        }
        for (title, count) in other.titles {
            *self.titles.entry(title).or_insert(0) += count;
        }
        for (voice, citation) in other.voices {
            self.cite(&voice, citation);
        }
    }
}

impl Citation {
    /// How much its sentence tells of the repository, up to what is shown.
    fn telling(&self) -> (bool, usize) {
        (self.signs.study, self.sentence.chars().count().min(SENTENCE_CHARS))
    }
}

/// Whether `title` is only an address without its scheme.
fn is_address(title: &str) -> bool {
    !title.contains(' ') && title.contains('.') && title.contains('/')
}

/// What is cited, as links come by.
#[derive(Default)]
struct Gathered {
    repositories: BTreeMap<Repository, Cited>,
    /// By owner of a site, by the first part of the path.
    sites: BTreeMap<String, BTreeMap<Option<String>, Cited>>,
}

impl Gathered {
    fn add(
        &mut self,
        (place, resource): (Place, &Resource),
        (voice, section): (&Voice, SectionId),
        (record, link): (&Record, &Link),
    ) {
        let (page, is_site) = match &place {
            Place::Repository(_, page) => (*page, false),
            Place::Site { .. } => (Page::Front, true),
        };
        let Some(cited) = self.cited(place) else { return };
        for topic in &resource.topics {
            *cited.topics.entry(*topic).or_insert(0) += 1;
        }
        // The title of another page of it says what that page is.
        if page == Page::Front && !is_address(&resource.title) {
            *cited.titles.entry(resource.title.clone()).or_insert(0) += 1;
            cited.dead_since.clone_from(&resource.dead_since);
        }
        let heading = record.headings.last().map_or("", String::as_str);
        cited.is_named |= !is_site;
        if is_site && cited.pages.len() < MOST_PAGES {
            cited.pages.insert(link.url.clone());
        }
        let mut above = record.headings.iter().chain([&record.title]);
        cited.is_among_data |= above.any(|text| lists_data(text));
        let using = Signs { study: false, tool: page == Page::Using };
        let signs = Signs::of(&link.sentence).or(Signs::of(heading)).or(using);
        let citation = Citation {
            source: record.source.clone(),
            path: record.path.clone(),
            address: record.address,
            section,
            text: link.text.clone(),
            sentence: link.sentence.split_whitespace().collect::<Vec<_>>().join(" "),
            signs,
        };
        cited.cite(voice, citation);
    }

    fn cited(&mut self, place: Place) -> Option<&mut Cited> {
        Some(match place {
            Place::Repository(repository, _) => {
                let key = repository.clone();
                self.repositories.entry(key).or_insert_with(|| Cited::new(repository))
            }
            Place::Site { owner, first } => {
                let name = first.clone().unwrap_or_else(|| format!("{owner}.github.io"));
                let repository = Repository::new(&owner, &name)?;
                let parts = self.sites.entry(owner).or_default();
                parts.entry(first).or_insert_with(|| Cited::new(repository))
            }
        })
    }

    /// The repositories, each part of a site given to the project or to the owner's site.
    fn finish(mut self) -> Vec<Cited> {
        for (owner, parts) in self.sites {
            let is_one_site = parts.keys().flatten().count() >= PARTS_OF_A_SITE;
            for mut cited in parts.into_values() {
                let is_known = self.repositories.contains_key(&cited.repository);
                if is_one_site
                    && !is_known
                    && let Some(site) = Repository::site(&owner)
                {
                    cited.repository = site;
                }
                let key = cited.repository.clone();
                match self.repositories.get_mut(&key) {
                    Some(known) => known.take(cited),
                    None => {
                        self.repositories.insert(key, cited);
                    }
                }
            }
        }
        self.repositories.into_values().collect()
    }
}
