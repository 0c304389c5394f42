//! Repositories that the catalogue lacks: those that its sources cite, and those that GitHub's search finds.
//!
//! [`address`] finds the [`repository`] that a URL belongs to. [`phrase`] finds what a sentence says about its link.
//! [`words`] classifies a repository by words; [`word_lists`] lists them. [`cited`] is a repository with its citations,
//! which [`gather`] collects from the sections. [`found`] queries GitHub, [`readme`] caches the topics of READMEs, and
//! [`rank`] orders the candidates.
//!
//! # The rule
//!
//! A candidate's score is `voices × fit × form × certainty × relevance × standing`:
//!
//! - `voices`: the number of independent voices ([`crate::catalogue::voice`]) that cite it, at most 5. Its own owner
//!   does not count. 0.5 if no voice counts, so that only GitHub's search has found it. The score is proportional to
//!   `voices`, so that the favourite of one author does not rank above what three authors cite.
//! - `fit`, in (0, 1): whether it is something to study rather than to run: `(S + 0.1) / (S + T + 2)`. The signs of
//!   study material `S` count 4 in its name (`…-interview`, `…-book`, `cs231n`); 3 in a link text, in a remark, or in
//!   its description (if a remark also mentions software, only words such as book or course count); 2 if only its site
//!   is cited: several pages, or one page by several voices; and 0.5 for each voice (at most 3) with a sign in the
//!   sentence or heading. The signs of software or data `T` (library, framework, dataset, …) count 2 in its name, 3 if
//!   it is cited in a list of data sets, 1 in a link text, remark or description, and 1 for each voice (at most 3) with
//!   a sign in the sentence or heading, or with a link to its issues, releases or source files. Popular software is
//!   cited most: a library that five voices cite has a fit of 0.02, a course that one voice cites has 0.7.
//! - `form`: 0.25 for a bare list of links or papers (`awesome-…`, `…-papers`, "a curated list of …"), unless the words
//!   about it say that it explains its entries; 0.5 if `T` exceeds `S`, so that a tool does not rank high only because
//!   many voices cite it; else 1. Lists count as study material in `fit`, so that they rank above most tools.
//! - `certainty`: 0.75 if GitHub's search has not found it and one of these holds: only the URL of a site is known, so
//!   that the name is a guess; or no source describes it. The user must check such a repository first. Else 1.
//! - `relevance`, from 0.5 to 1.5: 0.5, plus 0.3 for a word of the catalogue's purpose (interview, design, production,
//!   serving, …) in its name, a link text or its description, plus 0.3 if it has such a word or any topic, plus up to
//!   0.4 for the number of its topics. These are the topics that it is cited with (0.4 for five or more) or those that
//!   its README mentions (0.4 for 20 or more per thousand words), whichever gives more. The first topic counts most,
//!   because well-known courses are often cited for one topic in few words.
//! - `standing`, if GitHub's search found it: 1 plus 0.1 for each power of ten in its number of stars (at most five);
//!   times 0.8 if nothing was pushed for two years, times 0.9 if its licence allows excerpts only. Else 1.
//!
//! Equal scores are ordered by voices, then topics, then name.
//!
//! These repositories are dropped, with a reason:
//!
//! - repositories that the policy refuses
//! - repositories that only their own author cites, and that GitHub's search has not found
//! - repositories with a dead URL
//! - repositories that are cited by a source with the same name but another owner: the source is their original, a
//!   mirror of them, or the same repository under its new name
//! - forks, mirrors and repositories with copies of commercial books, among those that GitHub's search finds

mod address;
mod cited;
pub mod found;
mod gather;
mod phrase;
mod rank;
mod readme;
pub mod repository;
mod word_lists;
mod words;

use std::collections::{BTreeMap, HashSet};

use super::Library;
use super::view::{CandidateView, DiscoverView, DropReason, DroppedView, GitHubView};
use crate::catalogue::edit::NewEntry;
use crate::catalogue::{Catalogue, Origin, Policy};
use crate::printable::time;
use crate::search::SearchError;
use cited::CitedRepository;
use found::{SearchFindings, SearchedRepository};
pub use phrase::tidy;
use rank::{CandidateRating, CandidateRepository};
use repository::RepositoryName;

/// If no description of a repository is known, its entry gets this text as the reason (`why`), followed by topics.
const PLACEHOLDER: &str = "TODO: say what it is and why it belongs here";

/// A request for candidates.
#[derive(Clone, Copy, Debug)]
pub struct DiscoverRequest<'a> {
    /// The vocabulary index of a topic; `None` means any. The candidates are cited with this topic, or the search on
    /// GitHub for this topic found them.
    pub topic: Option<usize>,
    /// The maximum number of candidates that are listed. It is also the maximum number of dropped repositories that are
    /// listed.
    pub limit: usize,
    /// The catalogue, whose repositories are excluded.
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
}

impl Library {
    /// Repositories that `request.catalogue` lacks, the best first: those that the sources cite, and those that
    /// GitHub's search has found (`findings`, which is empty if GitHub was not queried).
    ///
    /// Reads the whole index, which takes a second or two, and holds all citations in memory. Sends no requests.
    pub fn discover(
        &self,
        request: &DiscoverRequest,
        findings: SearchFindings,
    ) -> Result<DiscoverView, SearchError> {
        let known = self.known_repositories(request.catalogue);
        let mut candidates: BTreeMap<RepositoryName, CandidateRepository> = BTreeMap::new();
        for cited in self.cited_repositories(&known)? {
            let repository = cited.repository.clone();
            let candidate = CandidateRepository { repository, cited: Some(cited), found: None };
            candidates.insert(candidate.repository.clone(), candidate);
        }
        for found in findings.found {
            let repository = found.repository.clone();
            let alone =
                || CandidateRepository { repository: repository.clone(), cited: None, found: None };
            let candidate = candidates.entry(repository.clone()).or_insert_with(alone);
            candidate.found = Some(found);
        }
        for dropped in &findings.dropped {
            candidates.retain(|repository, _| repository.to_string() != dropped.repo);
        }
        let topic = request.topic.and_then(|topic| u32::try_from(topic).ok());
        let is_wanted = |candidate: &CandidateRepository| {
            !candidate.is_known(&known) && candidate.is_about(topic)
        };
        let candidates = candidates.into_values().filter(is_wanted).collect();
        let ranked = rank::ranked(candidates, request.policy, chrono::Utc::now().timestamp());
        let is_fetched =
            |id: &str| self.manifest.source(id).is_some_and(|s| s.fetched_at.is_some());
        let sources = &request.catalogue.sources;
        let mut view = DiscoverView {
            dropped_total: findings.dropped.len(),
            dropped: findings.dropped,
            notes: findings.notes,
            github_asked: findings.is_queried,
            sources_total: sources.len(),
            sources_unfetched: sources.iter().filter(|source| !is_fetched(&source.id.0)).count(),
            ..DiscoverView::default()
        };
        for (rating, candidate) in &ranked {
            if let Some(dropped) = dropped(candidate, request.policy) {
                view.dropped_total += 1;
                view.dropped.push(dropped);
            } else {
                view.candidates_total += 1;
                if view.candidates.len() < request.limit {
                    view.candidates.push(self.candidate(rating, candidate));
                }
            }
        }
        view.dropped.truncate(request.limit);
        Ok(view)
    }

    /// The repositories in `catalogue` and in the generation, each with all of its names.
    pub fn known_repositories(&self, catalogue: &Catalogue) -> HashSet<RepositoryName> {
        let listed = catalogue.sources.iter().filter_map(|source| match &source.origin {
            Origin::GitHub { owner, name } => RepositoryName::new(owner, name),
            Origin::Archive { url } => RepositoryName::of(url),
            Origin::Folder { .. } => None,
        });
        let forks = catalogue.sources.iter().filter_map(|source| source.fork_of.as_ref());
        let ids = catalogue.sources.iter().map(|source| &source.id).chain(forks);
        let ids = ids.filter_map(|id| RepositoryName::named(&id.0));
        let held = self.manifest.sources.iter().flat_map(|source| {
            let names = [Some(&source.id), Some(&source.origin), source.moved_to.as_ref()];
            names.into_iter().flatten().filter_map(|name| RepositoryName::named(name))
        });
        listed.chain(ids).chain(held).collect()
    }

    fn candidate(
        &self,
        rating: &CandidateRating,
        candidate: &CandidateRepository,
    ) -> CandidateView {
        let (cited, found) = (candidate.cited.as_ref(), candidate.found.as_ref());
        let repo = candidate.repository.to_string();
        let mut topics = cited.map(|cited| self.slugs(cited)).unwrap_or_default();
        let readme = found.and_then(|found| found.readme.as_ref());
        let named = readme.into_iter().flat_map(|readme| &readme.topics);
        let named: Vec<String> = named.filter(|slug| !topics.contains(slug)).cloned().collect();
        topics.extend(named.into_iter().take(cited::MOST_TOPICS.saturating_sub(topics.len())));
        let title = cited.map_or_else(|| candidate.repository.name.clone(), CitedRepository::title);
        let said = cited.and_then(|cited| self.what_it_is(cited)).map(|quote| quote.to_string());
        let said = said.or_else(|| found.and_then(SearchedRepository::describes_itself));
        let spelling =
            found.map(SearchedRepository::spelling).or(cited.map(CitedRepository::spelling));
        let spelling = spelling.unwrap_or_else(|| repo.clone());
        let placeholder = || {
            let topics = cited.map(|cited| self.topics_beyond(cited, &title)).unwrap_or_default();
            format!("{PLACEHOLDER}{topics}")
        };
        let is_guess = candidate.is_guess();
        let is_ready = said.is_some() && !is_guess;
        let entry = entry(&spelling, &said.unwrap_or_else(placeholder));
        CandidateView {
            url: format!("{}/{spelling}", self.web),
            title,
            cited_by: candidate.independent(),
            is_guess,
            others: candidate.others(),
            site: cited.filter(|_| is_guess).and_then(|cited| cited.pages.first().cloned()),
            sources: cited.map(|cited| cited.sources.iter().cloned().collect()).unwrap_or_default(),
            topics,
            reads_as: rating.reads_as,
            score: rating.score,
            evidence: cited
                .map(|cited| cited.best().map(|citation| self.citation(citation)).collect())
                .unwrap_or_default(),
            github: found.map(github),
            entry: if is_ready { entry } else { commented_out(&entry) },
            is_ready,
            spelling,
            repo,
        }
    }
}

/// The catalogue entry of `repo`.
fn entry(repo: &str, why: &str) -> String {
    NewEntry { repo, why, author: None }.text()
}

/// `entry` with a `#` before each line.
fn commented_out(entry: &str) -> String {
    entry.lines().map(|line| format!("# {line}\n")).collect()
}

fn github(found: &SearchedRepository) -> GitHubView {
    let metadata = &found.about.metadata;
    let per_thousand = found.readme.as_ref().map(rank::per_thousand);
    GitHubView {
        description: metadata.description.clone(),
        stars: metadata.stars,
        licence: metadata.licence.clone(),
        pushed_at: metadata.pushed_at.and_then(time::day_of_unix),
        archived: metadata.archived,
        topics_per_thousand_words: per_thousand.map(|number| (number * 10.0).round() / 10.0),
    }
}

/// The reason to drop `candidate`, for output; `None` if it is kept. `policy` lists the refused repositories.
fn dropped(candidate: &CandidateRepository, policy: &Policy) -> Option<DroppedView> {
    let repository = candidate.repository.to_string();
    if let Some(why) = policy.refusal(&repository) {
        let why = format!("the policy refuses it: {why}");
        return Some(DroppedView { repo: repository, reason: DropReason::Refused, why });
    }
    let cited = candidate.cited.as_ref()?;
    let source = cited.sources.first()?;
    let drop =
        |reason, why| Some(DroppedView { repo: candidate.repository.to_string(), reason, why });
    if cited.independent() == 0 && candidate.found.is_none() {
        let why = format!("only its own author cites it, in {source}");
        return drop(DropReason::OwnAuthor, why);
    }
    let namesake = cited.sources.iter().find(|source| {
        let source = RepositoryName::named(source);
        source.is_some_and(|source| source.name == cited.repository.name)
    });
    if let Some(source) = namesake {
        let why =
            format!("{source} has its name and cites it: its original, its new name or a mirror");
        return drop(DropReason::Namesake, why);
    }
    let day = cited.dead_since.as_ref()?;
    drop(DropReason::Dead, format!("its URL has been dead since {day}"))
}
