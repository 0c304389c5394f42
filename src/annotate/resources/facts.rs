//! What is known about cited URLs from their own hosts, and not from the sources that cite them.

use std::collections::{BTreeMap, HashMap};

use super::CitedResource;
use crate::crawl::arxiv::{ArxivId, PaperMetadata};

/// What earlier runs found out about cited URLs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// Dead URLs, each with the day since which it is dead.
    pub dead: HashMap<String, String>,
    /// The metadata of papers on arXiv.
    pub papers: BTreeMap<ArxivId, PaperMetadata>,
}

impl LinkFacts {
    /// The metadata of the paper at `url`, if that is its page at arXiv and the metadata is known.
    pub fn paper(&self, url: &str) -> Option<&PaperMetadata> {
        self.papers.get(&ArxivId::of_url(url)?)
    }

    /// The metadata of `resource`, by any of its URLs.
    pub fn paper_of(&self, resource: &CitedResource) -> Option<&PaperMetadata> {
        let urls = std::iter::once(&resource.url).chain(&resource.also);
        urls.into_iter().find_map(|url| self.paper(url))
    }
}
