//! The cited works, before resources are made of them.

use super::citing::CitingNames;
use super::merge::{WorkUrls, merge};
use super::urls::CitedUrls;
use super::{CitedResource, LinkFacts};
use crate::crawl::arxiv::PaperMetadata;

/// The cited works. Making a resource of a work takes much longer than telling whether it would be the same as before,
/// by [`CitedWorks::hash`].
pub struct CitedWorks<'f> {
    facts: &'f LinkFacts,
    names: CitingNames,
    urls: CitedUrls,
    /// In the order of the hashes of their URLs.
    works: Vec<CitedWork>,
}

/// A cited work, for the functions of [`CitedWorks`].
#[derive(Clone, Debug)]
pub struct CitedWork {
    /// A hash of its URL.
    pub url_hash: u64,
    urls: WorkUrls,
}

impl<'f> CitedWorks<'f> {
    /// The works with these `urls`, completed with `facts`.
    pub(super) fn new(urls: CitedUrls, facts: &'f LinkFacts) -> CitedWorks<'f> {
        let work = |of: WorkUrls| CitedWork { url_hash: urls.hash(of.best), urls: of };
        let mut works: Vec<CitedWork> = merge(&urls, facts).into_iter().map(work).collect();
        works.sort_unstable_by_key(|work| work.url_hash);
        CitedWorks { facts, names: urls.sources.names(), urls, works }
    }

    /// All works, in an order that depends only on their URLs.
    pub fn all(&self) -> &[CitedWork] {
        &self.works
    }

    /// Adds everything that the resource of `work` depends on to `hash`. O(citations).
    pub fn hash(&self, work: &CitedWork, hash: &mut blake3::Hasher) {
        for url in work.urls.all() {
            let citations = self.urls.citations(url);
            hash.update(&self.urls.hash(url).to_le_bytes()).update(&citations.len().to_le_bytes());
            for citation in citations {
                let source = self.urls.sources.get(citation.source).hash;
                hash.update(&citation.hash.to_le_bytes()).update(&source.to_le_bytes());
            }
        }
        if let Some(paper) = self.paper(work) {
            hash.update(format!("paper {paper:?}").as_bytes());
        }
        if let Some(day) = self.dead_since(work) {
            hash.update(b"dead").update(day.as_bytes());
        }
    }

    /// The resource that is made of `work`. `None` if its citations can't be decoded. O(citations).
    pub fn resource(&self, work: &CitedWork) -> Option<CitedResource> {
        let mut entries = work.urls.all().filter_map(|url| self.urls.entry(url));
        let mut best = entries.next()?;
        entries.for_each(|other| best.take(other));
        best.paper = self.paper(work);
        Some(best.resource(&self.names, &self.facts.dead))
    }

    /// The URL of each work that is a paper with known metadata, with the metadata. O(URLs).
    pub fn papers(&self) -> impl Iterator<Item = (&str, &PaperMetadata)> {
        let works = if self.facts.papers.is_empty() { &[][..] } else { &self.works };
        works.iter().filter_map(|work| Some((self.url(work.urls.best)?, self.paper(work)?)))
    }

    /// The day on which the URL of `work` was first found dead.
    fn dead_since(&self, work: &CitedWork) -> Option<&'f String> {
        let dead = &self.facts.dead;
        if dead.is_empty() { None } else { dead.get(self.url(work.urls.best)?) }
    }

    /// The metadata of `work`, by the first of its URLs for which it is known.
    fn paper(&self, work: &CitedWork) -> Option<&'f PaperMetadata> {
        if self.facts.papers.is_empty() {
            return None;
        }
        work.urls.all().find_map(|url| self.facts.paper(self.url(url)?))
    }

    fn url(&self, number: u32) -> Option<&str> {
        self.urls.head(number).map(|head| head.url)
    }
}
