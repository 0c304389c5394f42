//! Fetches private repositories, only through the API and only with the token.
//!
//! The API redirects to the URL of the archive. That URL contains a short-lived secret. Cairn requests it without the
//! token, and no message contains the secret. Without a token, Cairn sends no request at all, not even to codeload, so
//! it does not disclose the name of a private repository.

use super::super::crawler::SourceFetch;
use super::super::pace::ApiResource;
use super::super::request::{CrawlRequest, RequestTarget};
use super::super::{CrawlError, Fetched, Snapshot};
use super::{HeadCommit, at_commit};

impl SourceFetch<'_> {
    /// Fetches the private repository `owner/name` if it changed since `known`. Sends one conditional request, and two
    /// more if the repository changed.
    pub(in crate::crawl) async fn private(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let repository = || format!("{owner}/{name}");
        let session = &self.crawler.session;
        if !session.signs_in() {
            return Err(match session.token_refused() {
                true => CrawlError::Unauthorised(repository()),
                false => CrawlError::NoToken(repository()),
            });
        }
        let fetched = match self.head_commit(owner, name, known).await {
            Ok(HeadCommit { sha: None, .. }) => Ok(Fetched::Unchanged),
            Ok(HeadCommit { sha: Some(sha), at }) => self.through_api(at.as_str(), sha).await,
            Err(error) => Err(error),
        };
        fetched.map_err(|error| match error {
            CrawlError::Unauthorised(url) => {
                self.crawler.session.refuse_token();
                CrawlError::Unauthorised(url)
            }
            CrawlError::NotFound(_) => CrawlError::Hidden(repository()),
            error => error,
        })
    }

    /// Fetches the archive of the commit `sha`. `head` is the URL at which the API returned this sha.
    async fn through_api(&mut self, head: &str, sha: String) -> Result<Fetched, CrawlError> {
        let repository = head.strip_suffix("/commits/HEAD").unwrap_or(head);
        let url = format!("{repository}/tarball/{sha}");
        let request =
            CrawlRequest::get(&url, RequestTarget::Api(ApiResource::Core), None).only_with_token();
        let session = &self.crawler.session;
        let Some(to) = session.leads_to(&request, &mut self.report.traffic).await? else {
            let cause = "the response has no URL of the archive".to_owned();
            return Err(CrawlError::Network { url, cause });
        };
        Ok(at_commit(self.archive(to.as_str(), None).await?, sha))
    }
}
