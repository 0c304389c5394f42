//! Data about cited URLs that comes from the hosts of the URLs, not from the sources that cite them.

use std::collections::{BTreeMap, HashMap};

use super::CitedResource;
use crate::crawl::arxiv::{ArxivId, PaperMetadata};

/// What earlier runs found out about cited URLs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// The dead URLs, each with the day on which it was first found dead (`YYYY-MM-DD`).
    pub dead: HashMap<String, String>,
    /// The metadata of papers on arXiv.
    pub papers: BTreeMap<ArxivId, PaperMetadata>,
}

impl LinkFacts {
    /// The metadata of the paper at `url`, if `url` is a page of arXiv and the metadata is known.
    pub fn paper(&self, url: &str) -> Option<&PaperMetadata> {
        if self.papers.is_empty() { None } else { self.papers.get(&ArxivId::of_url(url)?) }
    }

    /// The metadata of the paper `resource`, found by any of its URLs.
    pub fn paper_of(&self, resource: &CitedResource) -> Option<&PaperMetadata> {
        let urls = std::iter::once(&resource.url).chain(&resource.also);
        urls.into_iter().find_map(|url| self.paper(url))
    }
}
