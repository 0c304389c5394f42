//! Searches for repositories on GitHub, and fetches their READMEs. The discovery of sources evaluates both.

use super::super::{CrawlError, Crawler, Traffic};
use super::client::Conditional;
use super::metadata::Metadata;

/// The maximum length of a README, in bytes; the rest is discarded. This is enough to evaluate a repository.
const MOST_README: usize = 256 * 1024;

/// A repository that the search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundRepository {
    /// `owner/name`.
    pub full_name: String,
    pub metadata: Metadata,
    /// The URL that the repository mirrors, according to GitHub; `None` if it is not a mirror.
    pub mirror_of: Option<String>,
}

/// A repository's README.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readme {
    /// The README's bytes, truncated to 256 KiB.
    pub bytes: Vec<u8>,
    /// The response's ETag, for the next request.
    pub etag: Option<String>,
}

impl Crawler {
    /// Searches for repositories with `query`. Returns the first `most` (1 to 100) results in GitHub's order. Sends one
    /// request, which uses the search quota.
    ///
    /// `Err` if the request fails; [`CrawlError::Deferred`] if the quota is used up.
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

    /// Requests the README of `owner/name`; `None` if the README still has the ETag `known`. Sends one request. With a
    /// token, the request uses no quota if the README is unchanged.
    ///
    /// `Err` is [`CrawlError::NotFound`] if the repository has no README.
    pub async fn readme(
        &self,
        owner: &str,
        name: &str,
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
