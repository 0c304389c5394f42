//! Private repositories: everything through the API, with the token.
//!
//! The API leads to an address of the archive that holds a short-lived secret of its own. Cairn goes there without
//! the token, and no message names that secret. Without a token nothing is asked, so that the name of a private
//! repository goes to nobody, and codeload is never asked anonymously.

use super::super::crawler::Fetch;
use super::super::pace::Resource;
use super::super::session::{Question, Target};
use super::super::{CrawlError, Fetched, Snapshot};
use super::{Head, at_commit};

impl Fetch<'_> {
    /// What is new in the private repository `owner/name`: one conditional request, two more where something is.
    pub(in crate::crawl) async fn private(
        &mut self,
        (owner, name): (&str, &str),
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
            Ok(Head { sha: None, .. }) => Ok(Fetched::Unchanged),
            Ok(Head { sha: Some(sha), at }) => self.through_api(at.as_str(), sha).await,
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

    /// The archive of the commit `sha`, for which the API answered at `head`.
    async fn through_api(&mut self, head: &str, sha: String) -> Result<Fetched, CrawlError> {
        let repository = head.strip_suffix("/commits/HEAD").unwrap_or(head);
        let url = format!("{repository}/tarball/{sha}");
        let question = Question::get(&url, Target::Api(Resource::Core), None);
        let session = &self.crawler.session;
        let Some(to) = session.leads_to(&question, &mut self.report.traffic).await? else {
            let cause = "the answer names no address of the archive".to_owned();
            return Err(CrawlError::Network { url, cause });
        };
        Ok(at_commit(self.archive(to.as_str(), None).await?, sha))
    }
}
