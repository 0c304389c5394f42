//! GitHub's addresses and answers: is it new, and where is its archive.
//!
//! With a token, `GET /repos/{o}/{r}/commits/HEAD` with `Accept: application/vnd.github.sha`: its
//! ETag is the sha, and an authorised 304 costs no quota. Without one, `GET codeload
//! /{o}/{r}/tar.gz/HEAD` with `If-None-Match`, which costs no API quota at all; a 200 with the ETag
//! that is known means unchanged, and its body is dropped unread. A token that GitHub refuses is
//! left aside for the rest of the run.
//!
//! [`client`] speaks to the API through octocrab, [`mod@graphql`] to its
//! GraphQL part; [`metadata`] says what is kept of a repository and its owner, [`thread`] what of a discussion or an
//! issue; [`discussions`] and [`issues`] fetch those, page by page, within the bounds of [`threads`];
//! [`name`] gives their links. [`discovery`] searches for repositories.

pub(super) mod client;
pub mod discovery;
pub mod discussions;
pub(super) mod graphql;
pub mod issues;
pub mod metadata;
pub mod name;
mod nodes;
pub mod thread;
pub mod threads;

use reqwest::Url;
use reqwest::header;

use super::hosts::authority;
use super::pace::Resource;
use super::session::{
    Answer, Question, Target, backoff, full_jitter, network, short_body, text_header,
};
use super::{CrawlError, Fetch, Fetched, Moved, Sent, Snapshot};

/// Why a new archive is not fetched in a run that has fetched enough.
const SATED: &str = "has something new, but this run has fetched all that `run_megabytes` allows";
/// How long after such a run the next one may follow.
const SATED_SECONDS: i64 = 60 * 60;

impl Fetch<'_> {
    pub(super) async fn github(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let codeload = &self.crawler.github.codeload;
        let head = format!("{codeload}/{owner}/{name}/tar.gz/HEAD");
        if self.crawler.session.signs_in() {
            match self.head_commit(owner, name, known).await {
                Ok(None) => return Ok(Fetched::Unchanged),
                Ok(Some(sha)) => {
                    let at_sha = format!("{codeload}/{owner}/{name}/tar.gz/{sha}");
                    return match self.archive(&at_sha, None).await? {
                        Fetched::Changed { validator, .. } => {
                            Ok(Fetched::Changed { revision: sha, validator })
                        }
                        other => Ok(other),
                    };
                }
                Err(CrawlError::Unauthorised(_)) => self.crawler.session.refuse_token(),
                Err(error) => return Err(error),
            }
        }
        let validator = known.and_then(|snapshot| snapshot.validator.clone());
        self.archive(&head, validator).await
    }

    pub(super) async fn archive_at(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let validator = known.and_then(|snapshot| snapshot.validator.clone());
        let fetched = self.archive(url, validator).await;
        // Where an archive is kept says nothing of a repository's name.
        self.report.moved = Moved::No;
        fetched
    }

    /// The sha of HEAD, or `None` if it is the known one.
    async fn head_commit(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Option<String>, CrawlError> {
        let url = format!("{}/repos/{owner}/{name}/commits/HEAD", self.crawler.github.api);
        let etag = known.map(|snapshot| format!("\"{}\"", snapshot.revision));
        let question = Question::get(&url, Target::Api(Resource::Core), etag.as_deref())
            .with(header::ACCEPT, "application/vnd.github.sha");
        let session = &self.crawler.session;
        let (sha, at) = match session.ask(&question, &mut self.report.traffic).await? {
            Answer::Same(at) => (None, at),
            Answer::Found(response, _turn) => {
                let at = response.url().clone();
                let body = short_body(response).await.map_err(|error| network(&url, error))?;
                self.report.traffic.bytes += body.len() as u64;
                let sha = String::from_utf8_lossy(&body).trim().to_owned();
                if !(40..=64).contains(&sha.len()) || !sha.chars().all(|c| c.is_ascii_hexdigit()) {
                    let cause = "the answer is no commit sha".to_owned();
                    return Err(CrawlError::Network { url, cause });
                }
                (Some(sha), at)
            }
        };
        if at.as_str() != url {
            // The API leads to the repository's number, not to its new name.
            self.report.moved = Moved::Somewhere;
        }
        Ok(sha.filter(|sha| known.is_none_or(|snapshot| snapshot.revision != *sha)))
    }

    /// The archive at `url`, unless it is the one with the ETag `validator`. A transfer that breaks
    /// off is begun anew.
    async fn archive(
        &mut self,
        url: &str,
        validator: Option<String>,
    ) -> Result<Fetched, CrawlError> {
        let question = Question::get(url, Target::Open, validator.as_deref());
        let mut waits = backoff();
        loop {
            let session = &self.crawler.session;
            let (response, turn) = match session.ask(&question, &mut self.report.traffic).await? {
                Answer::Same(at) => {
                    self.note_move(url, &at);
                    return Ok(Fetched::Unchanged);
                }
                Answer::Found(response, turn) => (response, turn),
            };
            self.note_move(url, response.url());
            let etag = text_header(response.headers(), header::ETAG.as_str());
            if validator.is_some() && etag == validator {
                return Ok(Fetched::Unchanged);
            }
            if self.crawler.session.is_sated() {
                let (host, why) = (authority(response.url()), SATED.to_owned());
                let until = Some(chrono::Utc::now().timestamp() + SATED_SECONDS);
                return Err(CrawlError::Deferred { host, why, until });
            }
            let unpacked = self.unpack(response).await;
            drop(turn);
            let (error, wait) = match (unpacked, waits.next()) {
                (Ok(revision), _) => return Ok(Fetched::Changed { revision, validator: etag }),
                (Err(error @ CrawlError::Network { .. }), Some(wait)) => (error, wait),
                (Err(error), _) => return Err(error),
            };
            tracing::debug!(url, %error, ?wait, "the transfer broke off; it begins anew");
            self.files.send(Sent::Anew).await.map_err(|_| CrawlError::Ended)?;
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    fn note_move(&mut self, asked: &str, answered: &Url) {
        let base = &self.crawler.github.codeload;
        if let Some(name) = moved(base, asked, answered.as_str()) {
            self.report.moved = Moved::To(name);
        }
    }
}

/// GitHub's new `owner/name`, if the answer to `asked` came from another repository's address below
/// `base`.
fn moved(base: &str, asked: &str, answered: &str) -> Option<String> {
    let repository = |url: &str| {
        let mut parts = url.strip_prefix(base)?.trim_start_matches('/').split('/');
        Some(format!("{}/{}", parts.next()?, parts.next()?))
    };
    let (before, after) = (repository(asked)?, repository(answered)?);
    (!before.eq_ignore_ascii_case(&after)).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_is_read_below_any_base_address() {
        let base = "https://git.corp/_codeload";
        let at = |name: &str| format!("{base}/{name}/tar.gz/HEAD");
        assert_eq!(moved(base, &at("a/b"), &at("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(base, &at("a/b"), &at("A/B")), None, "case is no move");
        assert_eq!(moved(base, &at("a/b"), "https://git.corp/login"), None);
    }
}
