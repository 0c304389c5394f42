//! Collects the repositories that the sources cite, from all sections.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::address::{CitedPage, CitedPlace};
use super::cited::{Citation, CitedRepository, MOST_PAGES};
use super::phrase::LinkRemark;
use super::repository::RepositoryName;
use super::words::{WordSigns, lists_data};
use crate::annotate::SectionRole;
use crate::annotate::resources::CitedResource;
use crate::catalogue::Voice;
use crate::extract::Link;
use crate::library::Library;
use crate::search::{SearchError, SectionId, SectionRecord};
use crate::vocabulary::folded::FoldedText;

/// If at least this many different first path segments of one site are cited, all its pages are assigned to the
/// repository of the site, not to one project per segment. Segments that name a known project count too, but their
/// pages stay assigned to that project.
const PARTS_OF_A_SITE: usize = 2;
/// The maximum number of projects that are listed as alternatives for a site.
const MOST_PROJECTS: usize = 2;

/// A sentence that names more topics is a list, which does not show what a link is about.
const MOST_SENTENCE_TOPICS: usize = 5;

impl Library {
    /// All repositories that sources cite, ordered by name. Ignores copies, boilerplate and off-topic sections. A page
    /// of a site counts for the project that its first path segment names, if that project is cited itself or is in
    /// `known`. Otherwise, the repository of the page is guessed. Reads the whole index.
    pub(super) fn cited_repositories(
        &self,
        known: &HashSet<RepositoryName>,
    ) -> Result<Vec<CitedRepository>, SearchError> {
        let mut gathered = GatheredCitations::default();
        let mut resources: HashMap<&str, &CitedResource> = HashMap::new();
        for resource in &self.graph.resources {
            let urls = resource.also.iter().chain([&resource.url]);
            resources.extend(urls.map(|url| (url.as_str(), resource)));
        }
        self.searcher.each(|id, record| {
            if matches!(record.role, SectionRole::Boilerplate | SectionRole::OffTopic) {
                return;
            }
            let voice = self.voices.of(&record.source);
            for link in &record.links {
                // A cited URL is a resource only if the text or the sentence of some link to it describes the target. A
                // link to any other URL does not count as a citation.
                let Some(resource) = resources.get(link.url.as_str()) else { continue };
                let Some(place) = CitedPlace::of(&link.url) else { continue };
                let topics = self.cited_topics(resource, link);
                let cited = gathered.add(place, resource, &voice, id, &record, link);
                cited.into_iter().for_each(|cited| cited.add_topics(&topics));
            }
        })?;
        Ok(gathered.finish(known))
    }

    /// The vocabulary indices of the topics that `link` may be about: those of the `resource`, and those that the sentence with
    /// the link names with labels that need no rule, unless these are more than [`MOST_SENTENCE_TOPICS`].
    fn cited_topics(&self, resource: &CitedResource, link: &Link) -> Vec<u32> {
        let (labels, sentence) = (self.searcher.labels(), FoldedText::of(&link.sentence));
        let matches = labels.matches(&sentence);
        let owners = matches.iter().flat_map(|found| labels.owners(found, &sentence));
        let plain = owners.filter(|owner| owner.rule.is_none());
        let mut named: Vec<u32> = plain.map(|owner| owner.topic).collect();
        named.sort_unstable();
        named.dedup();
        if named.len() > MOST_SENTENCE_TOPICS {
            named.clear();
        }
        named.retain(|topic| !resource.topics.contains(topic));
        named.extend(&resource.topics);
        named
    }
}

/// Whether `title` is only a URL without its scheme.
fn is_address(title: &str) -> bool {
    !title.contains(' ') && title.contains('.') && title.contains('/')
}

/// Citations collected so far.
#[derive(Default)]
struct GatheredCitations {
    repositories: BTreeMap<RepositoryName, CitedRepository>,
    /// Citations of sites, by the owner of the site and then by the first path segment of the page; `None` if this
    /// segment can't name a project.
    sites: BTreeMap<String, BTreeMap<Option<String>, CitedRepository>>,
}

impl GatheredCitations {
    /// Adds the citation by `link`. Returns the cited repository.
    fn add(
        &mut self,
        place: CitedPlace,
        resource: &CitedResource,
        voice: &Voice,
        section: SectionId,
        record: &SectionRecord,
        link: &Link,
    ) -> Option<&mut CitedRepository> {
        let (page, is_site) = match &place {
            CitedPlace::Repository(_, page) => (*page, false),
            CitedPlace::Site { page, .. } => (*page, true),
        };
        let cited = self.cited(place)?;
        // Only the title of the front page describes the repository. Other titles describe only their own pages.
        let is_front = page == CitedPage::Front;
        if is_front && !is_address(&resource.title) {
            *cited.titles.entry(resource.title.clone()).or_insert(0) += 1;
            cited.dead_since.clone_from(&resource.dead_since);
        }
        cited.is_named |= !is_site;
        if is_site && cited.pages.len() < MOST_PAGES {
            cited.pages.insert(link.url.clone());
        }
        spell(cited, link);
        let mut above = record.headings.iter().chain([&record.title]);
        cited.is_among_data |= above.any(|text| lists_data(text));
        let remark = LinkRemark::of(&link.text, &link.sentence).filter(|_| is_front);
        cited.cite(voice, citation(record, section, link, page, remark));
        Some(cited)
    }

    fn cited(&mut self, place: CitedPlace) -> Option<&mut CitedRepository> {
        Some(match place {
            CitedPlace::Repository(repository, _) => {
                let key = repository.clone();
                self.repositories.entry(key).or_insert_with(|| CitedRepository::new(repository))
            }
            CitedPlace::Site { owner, first, .. } => {
                let repository = match &first {
                    Some(part) => RepositoryName::new(&owner, &part.name)?,
                    None => RepositoryName::site(&owner)?,
                };
                let parts = self.sites.entry(owner).or_default();
                let key = first.as_ref().map(|part| part.name.clone());
                let cited = parts.entry(key).or_insert_with(|| CitedRepository::new(repository));
                if let Some(part) = first {
                    *cited.names.entry(part.spelling).or_insert(0) += 1;
                }
                cited
            }
        })
    }

    /// Returns the repositories. The pages of a site that have the same first path segment are assigned to the project
    /// of that name, or to the repository of the owner's site. This is a guess, and the alternatives are recorded,
    /// unless the project is cited itself or is in `known`.
    fn finish(mut self, known: &HashSet<RepositoryName>) -> Vec<CitedRepository> {
        for (owner, parts) in std::mem::take(&mut self.sites) {
            let Some(site) = RepositoryName::site(&owner) else { continue };
            let (sure, open): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, cited)| {
                self.repositories.contains_key(&cited.repository)
                    || known.contains(&cited.repository)
            });
            let projects: BTreeSet<RepositoryName> = open
                .iter()
                .filter(|(first, _)| first.is_some())
                .map(|(_, cited)| cited.repository.clone())
                .collect();
            let is_one_site = sure.iter().chain(&open).filter(|(first, _)| first.is_some()).count()
                >= PARTS_OF_A_SITE;
            for (first, mut cited) in open {
                if is_one_site && first.is_some() {
                    cited.forget_names();
                    cited.repository = site.clone();
                }
                if cited.repository == site {
                    cited.others.extend(projects.iter().take(MOST_PROJECTS).cloned());
                } else {
                    cited.others.insert(site.clone());
                }
                self.take(cited);
            }
            sure.into_iter().for_each(|(_, cited)| self.take(cited));
        }
        self.repositories.into_values().collect()
    }

    fn take(&mut self, cited: CitedRepository) {
        match self.repositories.get_mut(&cited.repository) {
            Some(known) => known.take(cited),
            None => {
                self.repositories.insert(cited.repository.clone(), cited);
            }
        }
    }
}

/// Counts the spellings of `owner/name` in the text and the sentence of `link`, and those of the name alone in its
/// text. A GitHub URL in the index does not show the spelling, because its owner and name are lower-cased.
fn spell(cited: &mut CitedRepository, link: &Link) {
    for text in [&link.text, &link.sentence] {
        if let Some(spelling) = cited.repository.spelling_in(text) {
            *cited.spellings.entry(spelling).or_insert(0) += 1;
        }
    }
    // Only a word with a hyphen or an underscore counts as a spelling of the name. Any other word that equals the name
    // may be an ordinary word of a title.
    let name = cited.repository.name.clone();
    let is_name = |word: &&str| word.contains(['-', '_']) && word.eq_ignore_ascii_case(&name);
    if let Some(word) = link.text.split_whitespace().find(is_name) {
        *cited.names.entry(word.to_owned()).or_insert(0) += 1;
    }
}

fn citation(
    record: &SectionRecord,
    section: SectionId,
    link: &Link,
    page: CitedPage,
    remark: Option<LinkRemark>,
) -> Citation {
    let heading = record.headings.last().map_or("", String::as_str);
    let using = WordSigns { tool: page == CitedPage::Using, ..WordSigns::default() };
    let remarked =
        remark.as_ref().map(|remark| WordSigns::of_remark(remark.text())).unwrap_or_default();
    Citation {
        source: record.source.clone(),
        path: record.path.clone(),
        address: record.address,
        section,
        text: link.text.clone(),
        sentence: link.sentence.split_whitespace().collect::<Vec<_>>().join(" "),
        remark,
        // If the link leads to another page than the front page, its text describes only that page.
        own: if page == CitedPage::Front {
            WordSigns::of_link(&link.text).or(remarked)
        } else {
            remarked
        },
        near: WordSigns::of(&link.sentence).or(WordSigns::of(heading)).or(using),
    }
}
