//! Repositories that GitHub's search finds for the vocabulary, with the topics of their READMEs.
//!
//! Sends one search for each of a few labels, and one conditional request for the README of each promising repository.
//! Stays within GitHub's quotas and leaves a reserve for other uses. The results for a README are cached with its ETag
//! in `discover.json` of the index folder, so that the next call fetches it again only if the README or the vocabulary
//! has changed.

use std::collections::{BTreeMap, HashSet};

use super::readme::{CachedReadme, ReadmeCache, ReadmeContent};
use super::repository::RepositoryName;
use super::words::WordSigns;
use crate::annotate::Tagger;
use crate::catalogue::Policy;
use crate::catalogue::rights::truncated;
use crate::config::Config;
use crate::crawl::github::discovery::FoundRepository;
use crate::crawl::{ApiResource, CrawlError, Crawler, Traffic};
use crate::library::Library;
use crate::library::view::{DropReason, DroppedView};
use crate::printable::strip;
use crate::refresh::reader::read_one;

/// The maximum number of searches in one call.
const MOST_SEARCHES: usize = 10;
/// The maximum number of repositories that one search returns.
const PER_SEARCH: u8 = 30;
/// The maximum number of READMEs that are requested in one call.
const MOST_READMES: usize = 40;
/// The minimum number of stars; repositories with fewer are not searched for.
const LEAST_STARS: u32 = 10;
/// The maximum length of a description in an entry, in characters; the rest is cut off.
const DESCRIPTION_CHARS: usize = 150;

/// A repository that the search found.
#[derive(Clone, Debug)]
pub struct SearchedRepository {
    pub repository: RepositoryName,
    pub about: FoundRepository,
    /// The content of its README; `None` if it has none, or if the README could not be read.
    pub readme: Option<ReadmeContent>,
}

impl SearchedRepository {
    /// `owner/name` as GitHub spells it.
    pub(super) fn spelling(&self) -> String {
        let name = self.about.full_name.as_str();
        let is_same = name.eq_ignore_ascii_case(&self.repository.to_string());
        if is_same { name.to_owned() } else { self.repository.to_string() }
    }

    /// The repository's description on one line, truncated; `None` if it has no description.
    pub(super) fn describes_itself(&self) -> Option<String> {
        let text = strip(self.about.metadata.description.as_deref()?).into_owned();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then(|| truncated(line, DESCRIPTION_CHARS))
    }
}

/// The results of querying GitHub.
#[derive(Clone, Debug, Default)]
pub struct SearchFindings {
    /// Whether GitHub was queried.
    pub is_queried: bool,
    pub found: Vec<SearchedRepository>,
    pub dropped: Vec<DroppedView>,
    /// Requests that were not made, and why.
    pub notes: Vec<String>,
    pub traffic: Traffic,
}

/// The state of one call of [`find`].
struct GitHubSearch<'a> {
    library: &'a Library,
    config: &'a Config,
    policy: &'a Policy,
    crawler: Crawler,
    tagger: Tagger,
    cache: ReadmeCache,
    findings: SearchFindings,
}

/// The repositories that GitHub's search finds for the top topics of `library`'s vocabulary. If `topic` (a vocabulary
/// index) is given, searches for this topic and the topics directly below it instead. Leaves out the repositories in
/// `known`.
///
/// Sends at most 10 searches and 40 conditional requests for READMEs, or fewer if the quotas do not allow so many. If a
/// request fails, no more requests are sent, and the error becomes a note. An error that concerns only one README is
/// ignored. Writes `discover.json` into the index folder; a failure to write is only logged. `Err` if the network can't
/// be set up.
pub fn find(
    library: &Library,
    config: &Config,
    policy: &Policy,
    known: &HashSet<RepositoryName>,
    topic: Option<usize>,
) -> anyhow::Result<SearchFindings> {
    let path = config.index.join("discover.json");
    let mut search = GitHubSearch {
        library,
        config,
        policy,
        crawler: Crawler::new(config, policy.limits)?,
        tagger: Tagger::new(&library.graph.vocabulary),
        cache: ReadmeCache::read(&path),
        findings: SearchFindings { is_queried: true, ..SearchFindings::default() },
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Err(error) = runtime.block_on(search.all(known, topic)) {
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        search
            .findings
            .notes
            .push(format!("no further requests were sent to GitHub: {error}{hint}"));
    }
    search.cache.write(&path);
    Ok(search.findings)
}

impl GitHubSearch<'_> {
    async fn all(
        &mut self,
        known: &HashSet<RepositoryName>,
        topic: Option<usize>,
    ) -> Result<(), CrawlError> {
        let quotas = self.crawler.fetch_quotas(&mut self.findings.traffic).await?;
        let share = |resource, quota, most: usize| {
            let share = self.crawler.share_of(resource, quota);
            usize::try_from(share).unwrap_or(usize::MAX).min(most)
        };
        let searches = share(ApiResource::Search, quotas.search, MOST_SEARCHES);
        let readmes = share(ApiResource::Core, quotas.core, MOST_READMES);
        let found = self.search(known, &self.library.fields(topic, searches)).await?;
        let mut kept: Vec<(RepositoryName, FoundRepository)> = Vec::new();
        for (repository, about) in found {
            match reason_to_drop(&about, self.policy) {
                Some((reason, why)) => self.drop(&repository, reason, why),
                None => kept.push((repository, about)),
            }
        }
        kept.sort_by(|(a, one), (b, two)| {
            promise(two).total_cmp(&promise(one)).then_with(|| a.cmp(b))
        });
        kept.truncate(readmes);
        for (repository, about) in kept {
            let readme = self.readme(&repository).await?;
            match readme.as_ref().and_then(|readme| readme.book.clone()) {
                Some(book) => {
                    let why = format!("its README links to a copy of a commercial book: {book}");
                    self.drop(&repository, DropReason::BookCopies, why);
                }
                None => self.findings.found.push(SearchedRepository { repository, about, readme }),
            }
        }
        Ok(())
    }

    fn drop(&mut self, repository: &RepositoryName, reason: DropReason, why: String) {
        self.findings.dropped.push(DroppedView { repo: repository.to_string(), reason, why });
    }

    /// The repositories that the searches for `labels` find, without duplicates and without those in `known`.
    async fn search(
        &mut self,
        known: &HashSet<RepositoryName>,
        labels: &[String],
    ) -> Result<BTreeMap<RepositoryName, FoundRepository>, CrawlError> {
        let mut all = BTreeMap::new();
        for label in labels {
            let query =
                format!("\"{label}\" in:name,description,topics fork:true stars:>={LEAST_STARS}");
            let traffic = &mut self.findings.traffic;
            let found = self.crawler.search_repositories(&query, PER_SEARCH, traffic).await?;
            for about in found {
                let repository = RepositoryName::named(&about.full_name);
                if let Some(repository) = repository.filter(|found| !known.contains(found)) {
                    all.entry(repository).or_insert(about);
                }
            }
        }
        Ok(all)
    }

    /// The content of the README of `repository`; `None` if it has none, or if GitHub refuses the request for this
    /// repository only.
    async fn readme(
        &mut self,
        repository: &RepositoryName,
    ) -> Result<Option<ReadmeContent>, CrawlError> {
        let vocabulary = &self.library.graph.vocabulary;
        let cached = self.cache.get(repository, &vocabulary.version).cloned();
        let etag = cached.as_ref().map(|cached| cached.etag.as_str());
        let requested_at = chrono::Utc::now().timestamp();
        let (owner, name) = (repository.owner.as_str(), repository.name.as_str());
        let response = self.crawler.readme(owner, name, etag, &mut self.findings.traffic).await;
        let readme = match response {
            Ok(Some(readme)) => readme,
            Ok(None) => {
                let Some(cached) = cached else { return Ok(None) };
                let reading = cached.reading.clone();
                self.cache.insert(repository, CachedReadme { requested_at, ..cached });
                return Ok(Some(reading));
            }
            // Errors that concern only this repository do not stop the other requests.
            Err(
                CrawlError::NotFound(_) | CrawlError::Blocked { .. } | CrawlError::Status { .. },
            ) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let extracted = read_one(self.config.program.as_deref(), "md", &readme.bytes);
        let content =
            |document| ReadmeContent::of(&document, &vocabulary.topics, &self.tagger, self.policy);
        let reading = extracted.document.map(content).unwrap_or_default();
        if let Some(etag) = readme.etag {
            let (vocabulary, reading) = (vocabulary.version.clone(), reading.clone());
            let readme = CachedReadme { etag, vocabulary, reading, requested_at };
            self.cache.insert(repository, readme);
        }
        Ok(Some(reading))
    }
}

impl Library {
    /// At most `most` labels to search for. Without `topic`, these are the labels of the top topics, the most mentioned
    /// topics first. With `topic` (a vocabulary index), these are its own label and then the labels of the topics
    /// directly below it, the most mentioned topics first.
    fn fields(&self, topic: Option<usize>, most: usize) -> Vec<String> {
        let topics = &self.graph.vocabulary.topics;
        let slug = topic.and_then(|at| topics.get(at)).map(|topic| &topic.slug);
        let mut places: Vec<usize> = (0..topics.len())
            .filter(|at| match slug {
                Some(slug) => topics[*at].broader.contains(slug),
                None => topics[*at].top,
            })
            .collect();
        places.sort_by_key(|at| std::cmp::Reverse(self.graph.mentions.get(*at).copied()));
        let places = topic.into_iter().chain(places).take(most);
        places.map(|at| topics[at].pref_label.replace('"', " ")).collect()
    }
}

/// The reason to drop a repository, according to the policy or GitHub's metadata; `None` if it is kept.
fn reason_to_drop(about: &FoundRepository, policy: &Policy) -> Option<(DropReason, String)> {
    if let Some(why) = policy.refusal(&about.full_name) {
        return Some((DropReason::Refused, format!("the policy refuses it: {why}")));
    }
    let metadata = &about.metadata;
    let description = metadata.description.as_deref().unwrap_or_default();
    let copy = |why| Some((DropReason::Copy, why));
    if metadata.fork {
        let of = metadata.parent.as_ref().map(|parent| format!(" of {parent}"));
        return copy(format!("a fork{}", of.unwrap_or_default()));
    }
    if let Some(original) = &about.mirror_of {
        return copy(format!("a mirror of {original}"));
    }
    let lower = description.to_lowercase();
    if lower.starts_with("mirror of") || lower.contains("read-only mirror") {
        return copy("a mirror, as it says itself".to_owned());
    }
    let says_book = policy.offers_book(&about.full_name) || policy.offers_book(description);
    let why = "it offers a copy of a commercial book".to_owned();
    says_book.then_some((DropReason::BookCopies, why))
}

/// The priority of a repository when choosing which READMEs to request: the highest come first.
fn promise(about: &FoundRepository) -> f64 {
    let description = about.metadata.description.as_deref().unwrap_or_default();
    let signs = WordSigns::of_name(&about.full_name).or(WordSigns::of(description));
    let study = if signs.study || signs.list { 2.0 } else { 0.0 };
    let tool = if signs.tool { 1.0 } else { 0.0 };
    study - tool + (1.0 + about.metadata.stars as f64).log10() / 10.0
}
