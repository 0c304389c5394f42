//! Repositories that the catalogue lacks: those that our own sources cite, with what is said of them.
//!
//! [`address`] says which repository an address is of, [`cited`] gathers who cites which and in what words,
//! [`words`] reads those words for what they call the repository, [`rank`] orders.
//!
//! # The rule
//!
//! A candidate's score is `log2(1 + voices) × fit × relevance`:
//!
//! - `voices`: the independent voices ([`crate::catalogue::voice`]) that cite it. Its own owner is none.
//! - `fit`, in (0, 1): whether it is something to study rather than to run. `(S + 0.1) / (S + T + 2)`, where the
//!   signs of study material `S` count 4 in its name (`awesome-…`, `…-interview`, `…-book`), 2 in the words of a link
//!   to it, 2 where several pages of it are cited as a site, and 0.5 for each voice (at most 3) whose sentence or heading has one; and the signs of software or data
//!   `T` (library, framework, dataset, …) count 2 in its name, 3 where data sets are listed, and 1 for each voice (at most 3) whose sentence or
//!   heading has one, or that links to its issues, releases or source files. What everybody uses is cited most and
//!   is no study material: a library that five cite has a fit of 0.02, a course that one cites of 0.7.
//! - `relevance`, from 0.5 to 1.5: 0.1 for each of the first five topics that it is cited beside, and 0.5 where its
//!   name or a link to it has a word of what the catalogue is for: interview, design, production, serving, …
//!
//! Equal scores are ordered by voices, then topics, then name.
//!
//! Dropped, with the reason, are repositories that only their own author cites, those whose address is dead, and those
//! that a source of the same name cites: its original, its new name or a mirror.

pub mod address;
mod cited;
mod rank;
mod words;

use super::Library;
use super::view::{CandidateView, DiscoverView, DroppedView};
use crate::catalogue::{Catalogue, Origin};
use crate::search::SearchError;
use address::Repository;
use cited::Cited;

/// What is to be discovered.
#[derive(Clone, Copy, Debug)]
pub struct DiscoverRequest<'a> {
    /// Place in the vocabulary of a topic that they are cited beside; `None` means any.
    pub topic: Option<usize>,
    /// How many candidates, and of those that are dropped how many are named.
    pub limit: usize,
    /// The catalogue, whose repositories are known already.
    pub catalogue: &'a Catalogue,
}

impl Library {
    /// Repositories that `request.catalogue` lacks and that the sources cite, the best first.
    ///
    /// Reads the whole index: a second or two, and what is cited in memory. Asks nobody.
    pub fn discover(&self, request: &DiscoverRequest) -> Result<DiscoverView, SearchError> {
        let mut cited = self.cited_repositories()?;
        self.drop_known(request.catalogue, &mut cited);
        let topic = request.topic.and_then(|topic| u32::try_from(topic).ok());
        if let Some(topic) = topic {
            cited.retain(|cited| cited.topics.contains_key(&topic));
        }
        let mut view = DiscoverView::default();
        for (rating, cited) in rank::ranked(cited) {
            match reason_to_drop(&cited) {
                Some(why) if view.dropped.len() < request.limit => {
                    view.dropped.push(DroppedView { repo: cited.repository.to_string(), why });
                }
                None if view.candidates.len() < request.limit => {
                    view.candidates.push(self.candidate(&rating, &cited));
                }
                _ => {}
            }
        }
        Ok(view)
    }

    /// Leaves out what the catalogue or the generation has, under any of its names.
    fn drop_known(&self, catalogue: &Catalogue, cited: &mut Vec<Cited>) {
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
        let known: std::collections::HashSet<Repository> = listed.chain(ids).chain(held).collect();
        cited.retain(|cited| !known.contains(&cited.repository));
    }

    fn candidate(&self, rating: &rank::Rating, cited: &Cited) -> CandidateView {
        let topics = self.slugs(cited);
        let evidence = cited.best().map(|citation| self.citation(citation)).collect();
        let repo = cited.repository.to_string();
        CandidateView {
            url: format!("{}/{repo}", self.web),
            title: cited.title(),
            cited_by: cited.independent(),
            sources: cited.sources.iter().cloned().collect(),
            reads_as: rating.reads_as,
            score: rating.score,
            entry: crate::catalogue::edit::entry(&repo, &self.why(cited)),
            topics,
            evidence,
            repo,
        }
    }
}

/// Why `cited` is no candidate, if it is none.
fn reason_to_drop(cited: &Cited) -> Option<String> {
    let source = cited.sources.first()?;
    if cited.independent() == 0 {
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
