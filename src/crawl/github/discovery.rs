//! GitHub's search for repositories and their READMEs: what the discovery of sources judges.

use super::super::{CrawlError, Crawler, Traffic};
use super::client::Conditional;
use super::metadata::Metadata;

/// The most that is kept of a README, in bytes: it is there to judge by.
const MOST_README: usize = 256 * 1024;

/// A repository that the search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundRepository {
    /// `owner/name`.
    pub full_name: String,
    pub metadata: Metadata,
    /// The address that it mirrors, by GitHub's word.
    pub mirror_of: Option<String>,
}

/// A repository's README.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readme {
    /// At most 256 KB of it.
    pub bytes: Vec<u8>,
    /// The answer's ETag, for the next request.
    pub etag: Option<String>,
}

impl Crawler {
    /// The repositories that `query` finds, in GitHub's order, at most `most` (1 to 100). One request, which counts
    /// against the quota of searches.
    ///
    /// `Err` as for every request to the API; a quota that is used up defers.
    pub async fn search_repositories(
        &self,
        query: &str,
        most: u8,
        traffic: &mut Traffic,
    ) -> Result<Vec<FoundRepository>, CrawlError> {
        let api = self.api();
        let answer = api.octocrab().search().repositories(query).per_page(most).send().await;
        *traffic += api.spent();
        let page = api.read("/search/repositories", answer)?;
        let found = page.items.into_iter().take(usize::from(most)).map(|repository| {
            let mirror_of = repository.mirror_url.as_ref().map(ToString::to_string);
            let full_name = repository.full_name.clone().unwrap_or_default();
            FoundRepository { full_name, metadata: repository.into(), mirror_of }
        });
        Ok(found.collect())
    }

    /// The README of `owner/name`; `None` if it is still the one with the ETag `known`. One request; an authorised
    /// answer that nothing has changed costs no quota.
    ///
    /// `Err` is [`CrawlError::NotFound`] where there is none.
    pub async fn readme(
        &self,
        (owner, name): (&str, &str),
        known: Option<&str>,
        traffic: &mut Traffic,
    ) -> Result<Option<Readme>, CrawlError> {
        let api = self.api();
        let route = format!("/repos/{owner}/{name}/readme");
        let answer = api.get_raw_if_new(&route, known).await;
        *traffic += api.spent();
        Ok(match answer? {
            Conditional::Same => None,
            Conditional::New { value, etag, .. } => {
                let kept = &value[..value.len().min(MOST_README)];
                Some(Readme { bytes: kept.to_vec(), etag })
            }
        })
    }
}
