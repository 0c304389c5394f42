//! Repositories that the catalogue lacks: those that our own sources cite, with what is said of them, and those that
//! GitHub's search finds.
//!
//! [`address`] says which repository an address is of, [`cited`] gathers who cites which and in what words, [`found`]
//! asks GitHub, [`words`] reads what a repository is called, [`rank`] orders.
//!
//! # The rule
//!
//! A candidate's score is `voices × fit × relevance × standing`:
//!
//! - `voices`: `log2(1 + n)` for the n independent voices ([`crate::catalogue::voice`]) that cite it, of which its own
//!   owner is none; 0.5 for what the search alone has found.
//! - `fit`, in (0, 1): whether it is something to study rather than to run. `(S + 0.1) / (S + T + 2)`, where the signs
//!   of study material `S` count 4 in its name (`awesome-…`, `…-interview`, `…-book`), 2 in the words of a link to it
//!   or in its description, 2 where several pages of its site are cited, or one by several voices, and 0.5 for each voice (at most 3) whose
//!   sentence or heading has one; and the signs of software or data `T` (library, framework, dataset, …) count 2 in
//!   its name, 3 where data sets are listed, 1 in its description, and 1 for each voice (at most 3) whose sentence or
//!   heading has one, or that links to its issues, releases or source files. What everybody uses is cited most and is
//!   no study material: a library that five cite has a fit of 0.02, a course that one cites of 0.7.
//! - `relevance`, from 0.5 to 1.5: up to 0.5 more for the topics that it is cited beside (five are all) or that its
//!   README names (20 in a thousand words are all), and 0.5 where its name, a link to it or its description has a word
//!   of what the catalogue is for: interview, design, production, serving, …
//! - `standing`, where GitHub was asked: 1, and 0.1 for each tenfold of stars; times 0.8 if nothing was pushed for two
//!   years, times 0.9 if its licence allows excerpts only.
//!
//! Equal scores are ordered by voices, then topics, then name.
//!
//! Dropped, with the reason, are repositories that only their own author cites, those whose address is dead, those
//! that a source of the same name cites (its original, its new name or a mirror), and of what GitHub finds forks,
//! mirrors and copies of commercial books.

pub mod address;
mod cited;
pub mod found;
mod rank;
mod words;

use std::collections::{BTreeMap, HashSet};

use super::Library;
use super::view::{CandidateView, DiscoverView, DroppedView, GitHubView};
use crate::catalogue::edit::NewEntry;
use crate::catalogue::{Catalogue, Origin, Policy};
use crate::search::SearchError;
use address::Repository;
use cited::Cited;
use found::{Findings, Found};
use rank::{Candidate, Rating};

/// What is to be discovered.
#[derive(Clone, Copy, Debug)]
pub struct DiscoverRequest<'a> {
    /// Place in the vocabulary of a topic that they are cited beside; `None` means any. What GitHub has found was
    /// found by it.
    pub topic: Option<usize>,
    /// How many candidates, and of those that are dropped how many are named.
    pub limit: usize,
    /// The catalogue, whose repositories are known already.
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
}

impl Library {
    /// Repositories that `request.catalogue` lacks and that the sources cite or GitHub has found (`findings`, empty where
    /// it was not asked), the best first.
    ///
    /// Reads the whole index: a second or two, and what is cited in memory. Asks nobody.
    pub fn discover(
        &self,
        request: &DiscoverRequest,
        findings: Findings,
    ) -> Result<DiscoverView, SearchError> {
        let known = self.known_repositories(request.catalogue);
        let mut candidates: BTreeMap<Repository, Candidate> = BTreeMap::new();
        for cited in self.cited_repositories()? {
            let repository = cited.repository.clone();
            let candidate = Candidate { repository, cited: Some(cited), found: None };
            candidates.insert(candidate.repository.clone(), candidate);
        }
        for found in findings.found {
            let repository = found.repository.clone();
            let alone = || Candidate { repository: repository.clone(), cited: None, found: None };
            let candidate = candidates.entry(repository.clone()).or_insert_with(alone);
            candidate.found = Some(found);
        }
        for dropped in &findings.dropped {
            candidates.retain(|repository, _| repository.to_string() != dropped.repo);
        }
        let topic = request.topic.and_then(|topic| u32::try_from(topic).ok());
        let about = |candidate: &Candidate| candidate.is_about(topic);
        let candidates = candidates.into_values();
        let candidates = candidates.filter(|c| !known.contains(&c.repository) && about(c));
        let now = chrono::Utc::now().timestamp();
        let ranked = rank::ranked(candidates.collect(), request.policy, now);
        let mut view = DiscoverView {
            dropped: findings.dropped,
            notes: findings.notes,
            ..DiscoverView::default()
        };
        for (rating, candidate) in &ranked {
            match reason_to_drop(candidate) {
                Some(why) if view.dropped.len() < request.limit => {
                    view.dropped.push(DroppedView { repo: candidate.repository.to_string(), why });
                }
                None if view.candidates.len() < request.limit => {
                    view.candidates.push(self.candidate(rating, candidate));
                }
                _ => {}
            }
        }
        view.dropped.truncate(request.limit);
        Ok(view)
    }

    /// The repositories that `catalogue` or the generation has, under any of their names.
    pub fn known_repositories(&self, catalogue: &Catalogue) -> HashSet<Repository> {
        let listed = catalogue.sources.iter().filter_map(|source| match &source.origin {
            Origin::GitHub { owner, name } => Repository::new(owner, name),
            Origin::Archive { url } => Repository::of(url),
            Origin::Folder { .. } => None,
        });
        let forks = catalogue.sources.iter().filter_map(|source| source.fork_of.as_ref());
        let ids = catalogue.sources.iter().map(|source| &source.id).chain(forks);
        let ids = ids.filter_map(|id| Repository::named(&id.0));
        let held = self.manifest.sources.iter().flat_map(|source| {
            let names = [Some(&source.id), Some(&source.origin), source.moved_to.as_ref()];
            names.into_iter().flatten().filter_map(|name| Repository::named(name))
        });
        listed.chain(ids).chain(held).collect()
    }

    fn candidate(&self, rating: &Rating, candidate: &Candidate) -> CandidateView {
        let (cited, found) = (candidate.cited.as_ref(), candidate.found.as_ref());
        let repo = candidate.repository.to_string();
        let mut topics = cited.map(|cited| self.slugs(cited)).unwrap_or_default();
        let readme = found.and_then(|found| found.readme.as_ref());
        let named = readme.into_iter().flat_map(|readme| &readme.topics);
        let named: Vec<String> = named.filter(|slug| !topics.contains(slug)).cloned().collect();
        topics.extend(named.into_iter().take(cited::MOST_TOPICS.saturating_sub(topics.len())));
        let title = cited.map_or_else(|| candidate.repository.name.clone(), Cited::title);
        let why = match (cited, found) {
            (Some(cited), _) => self.why(cited),
            (None, found) => {
                found.and_then(Found::describes_itself).unwrap_or_else(|| title.clone())
            }
        };
        CandidateView {
            url: format!("{}/{repo}", self.web),
            title,
            cited_by: candidate.independent(),
            is_guess: found.is_none() && cited.is_some_and(|cited| !cited.is_named),
            sources: cited.map(|cited| cited.sources.iter().cloned().collect()).unwrap_or_default(),
            topics,
            reads_as: rating.reads_as,
            score: rating.score,
            evidence: cited
                .map(|cited| cited.best().map(|citation| self.citation(citation)).collect())
                .unwrap_or_default(),
            github: found.map(github),
            entry: NewEntry { repo: &repo, why: &why, author: None }.text(),
            repo,
        }
    }
}

fn github(found: &Found) -> GitHubView {
    let metadata = &found.about.metadata;
    let pushed = metadata.pushed_at.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    let per_thousand = found.readme.as_ref().map(rank::per_thousand);
    GitHubView {
        description: metadata.description.clone(),
        stars: metadata.stars,
        licence: metadata.licence.clone(),
        pushed_at: pushed.map(|time| time.format("%Y-%m-%d").to_string()),
        archived: metadata.archived,
        topics_per_thousand_words: per_thousand.map(|number| (number * 10.0).round() / 10.0),
    }
}

/// Why `candidate` is none, if it is none.
fn reason_to_drop(candidate: &Candidate) -> Option<String> {
    let cited = candidate.cited.as_ref()?;
    let source = cited.sources.first()?;
    if cited.independent() == 0 && candidate.found.is_none() {
        return Some(format!("only its own author cites it, in {source}"));
    }
    let namesake = cited.sources.iter().find(|source| {
        let source = Repository::named(source);
        source.is_some_and(|source| source.name == cited.repository.name)
    });
    if let Some(source) = namesake {
        return Some(format!(
            "{source} has its name and cites it: its original, its new name or a mirror"
        ));
    }
    let day = cited.dead_since.as_ref()?;
    Some(format!("its address leads nowhere since {day}"))
}
