//! Fetches repositories from GitHub: checks whether a repository has changed, and fetches its archive.
//!
//! With a token, the request `GET /repos/{o}/{r}/commits/HEAD` with `Accept: application/vnd.github.sha` detects
//! changes: its ETag is the sha, and a 304 uses no quota. Without a token, the request
//! `GET codeload /{o}/{r}/tar.gz/HEAD` with `If-None-Match` detects them, and uses no API quota. A 200 with the known
//! ETag also means that nothing changed; its body is not read. GitHub may compress the same commit into different
//! bytes, so reading also stops if an archive names the known commit. If codeload responds with 404, the web host is
//! tried once, because the web host redirects renamed repositories and codeload does not. If GitHub refuses the token,
//! the rest of the run does not use it.
//!
//! [`client`] calls the REST API through octocrab, and [`mod@graphql`] the GraphQL API. [`metadata`] defines the stored
//! data of a repository and its owner, and [`thread`] the stored data of a discussion or an issue. [`discussions`] and
//! [`issues`] fetch threads page by page, within the limits of [`threads`], and [`name`] builds the links to threads.
//! [`private`] fetches private repositories, [`discovery`] searches for repositories, and [`assumptions`] checks
//! whether GitHub behaves as this module expects.

mod api_base;
pub mod assumptions;
pub(super) mod client;
pub mod discovery;
mod discussion_queries;
pub mod discussions;
mod findings;
pub(super) mod graphql;
mod issue_items;
pub mod issues;
pub mod metadata;
pub mod name;
mod nodes;
mod private;
pub mod thread;
pub mod threads;

use reqwest::Url;
use reqwest::header;

use super::crawler::SourceFetch;
use super::error::network;
use super::hosts::authority;
use super::judge::{short_body, text_header};
use super::pace::ApiResource;
use super::request::{CrawlRequest, CrawlResponse, RequestTarget, without_query};
use super::retry::{backoff, full_jitter};
use super::{CrawlError, DeferralCause, FetchMessage, Fetched, RepositoryMove, Snapshot};
use crate::config::GitHubHosts;

/// The reason given for deferring a changed archive when the run's byte budget is spent.
const RUN_LIMIT_REACHED: &str =
    "has something new, but this run has fetched all that `run_megabytes` allows";
/// When the run's byte budget is spent, a source with a changed archive is deferred for this time, in seconds.
const RUN_LIMIT_SECONDS: i64 = 60 * 60;

/// The commit at the head of a repository.
struct HeadCommit {
    /// The commit's sha; `None` if it is the known commit.
    sha: Option<String>,
    /// The URL of the response, after redirects. If the repository was renamed, this URL contains the repository's
    /// number instead of its name.
    at: Url,
}

impl SourceFetch<'_> {
    /// Fetches the public repository `owner/name` if it changed since `known`.
    pub(super) async fn github(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        if self.crawler.session.signs_in() {
            match self.head_commit(owner, name, known).await {
                Ok(HeadCommit { sha: None, .. }) => return Ok(Fetched::Unchanged),
                Ok(HeadCommit { sha: Some(sha), .. }) => {
                    let fetched = self.public_archive(owner, name, &sha, None).await?;
                    return Ok(at_commit(fetched, sha));
                }
                Err(CrawlError::Unauthorised(_)) => self.crawler.session.refuse_token(),
                Err(error) => return Err(error),
            }
        }
        self.public_archive(owner, name, "HEAD", known).await
    }

    /// Fetches the archive of `reference` (a sha or `HEAD`) from codeload, if it changed since `known`. If codeload
    /// responds with 404, tries the web host once.
    async fn public_archive(
        &mut self,
        owner: &str,
        name: &str,
        reference: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let hosts = &self.crawler.github;
        let url = format!("{}/{owner}/{name}/tar.gz/{reference}", hosts.codeload);
        let on_web = hosts.web_archives();
        let on_web = on_web.map(|web| format!("{web}/{owner}/{name}/archive/{reference}.tar.gz"));
        match (self.archive(&url, known).await, on_web) {
            (Err(CrawlError::NotFound(_)), Some(url)) => self.archive(&url, known).await,
            (fetched, _) => fetched,
        }
    }

    /// Fetches a source that the catalogue defines by the URL of an archive, `url`, if it changed since `known`.
    pub(super) async fn archive_at(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let fetched = self.archive(url, known).await;
        // This source is not a repository, so a redirect does not mean that a repository was renamed.
        self.report.moved = RepositoryMove::No;
        fetched
    }

    /// Requests the commit of HEAD, only with the token; the request is conditional if there is a `known` commit. Sends
    /// one request, or none if GitHub has refused the token.
    async fn head_commit(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<HeadCommit, CrawlError> {
        let url = format!("{}/repos/{owner}/{name}/commits/HEAD", self.crawler.github.api);
        let etag = known.map(|snapshot| format!("\"{}\"", snapshot.revision));
        let request =
            CrawlRequest::get(&url, RequestTarget::Api(ApiResource::Core), etag.as_deref())
                .with(header::ACCEPT, "application/vnd.github.sha")
                .only_with_token();
        let session = &self.crawler.session;
        let (sha, at) = match session.send(&request, &mut self.report.traffic).await? {
            CrawlResponse::Same(at) => (None, at),
            CrawlResponse::Found(response, _turn) => {
                let at = response.url().clone();
                let body = short_body(response).await.map_err(|error| network(&url, error))?;
                self.report.traffic.bytes += body.len() as u64;
                let sha = String::from_utf8_lossy(&body).trim().to_owned();
                if !(40..=64).contains(&sha.len()) || !sha.chars().all(|c| c.is_ascii_hexdigit()) {
                    let cause = "the response is not a commit sha".to_owned();
                    return Err(CrawlError::Network { url, cause });
                }
                (Some(sha), at)
            }
        };
        if at.as_str() != url {
            // The API redirects to the repository's number, not to its new name.
            self.report.moved = RepositoryMove::Somewhere;
        }
        let sha = sha.filter(|sha| known.is_none_or(|snapshot| snapshot.revision != *sha));
        Ok(HeadCommit { sha, at })
    }

    /// Fetches the archive at `url`, unless its ETag or its commit is the same as that of `known`. If the transfer is
    /// interrupted, retries it from the beginning.
    async fn archive(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let validator = known.and_then(|snapshot| snapshot.validator.as_deref());
        let request = CrawlRequest::get(url, RequestTarget::Open, validator);
        let commit = known.map(|snapshot| snapshot.revision.as_str());
        let mut waits = backoff();
        loop {
            let session = &self.crawler.session;
            let (response, turn) = match session.send(&request, &mut self.report.traffic).await? {
                CrawlResponse::Same(at) => {
                    self.note_move(url, &at);
                    return Ok(Fetched::Unchanged);
                }
                CrawlResponse::Found(response, turn) => (response, turn),
            };
            self.note_move(url, response.url());
            let etag = text_header(response.headers(), header::ETAG.as_str());
            if validator.is_some() && etag.as_deref() == validator {
                return Ok(Fetched::Unchanged);
            }
            if self.crawler.session.has_reached_run_limit() {
                return Err(deferred_by_run_limit(response.url()));
            }
            let unpacked = self.unpack(response, commit).await;
            drop(turn);
            let (error, wait) = match (unpacked, waits.next()) {
                (Ok(Some(revision)), _) => {
                    return Ok(Fetched::Changed { revision, validator: etag });
                }
                (Ok(None), _) => return Ok(Fetched::SameCommit { validator: etag }),
                (Err(error @ CrawlError::Network { .. }), Some(wait)) => (error, wait),
                (Err(error), _) => return Err(error),
            };
            let url = without_query(url);
            tracing::debug!(url, %error, ?wait, "the transfer was interrupted; retrying");
            self.files.send(FetchMessage::Restarted).await.map_err(|_| CrawlError::Ended)?;
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    /// Records the repository's new name, if the request for `requested` was redirected to another repository's archive
    /// at `answered`.
    fn note_move(&mut self, requested: &str, answered: &Url) {
        if let Some(name) = moved(&self.crawler.github, requested, answered.as_str()) {
            self.report.moved = RepositoryMove::To(name);
        }
    }
}

/// The error that defers the archive at `url`, because the run's byte budget is spent.
fn deferred_by_run_limit(url: &Url) -> CrawlError {
    let until = chrono::Utc::now().timestamp() + RUN_LIMIT_SECONDS;
    CrawlError::Deferred {
        host: authority(url),
        why: RUN_LIMIT_REACHED.to_owned(),
        cause: DeferralCause::ByteBudget,
        until: Some(until),
    }
}

/// Returns `fetched`. If it has a revision, sets the revision to `sha`, even if the archive names another commit.
fn at_commit(fetched: Fetched, sha: String) -> Fetched {
    match fetched {
        Fetched::Changed { validator, .. } => Fetched::Changed { revision: sha, validator },
        other => other,
    }
}

/// The new `owner/name` of a repository, if the request for its archive at `requested` was redirected to the archive of
/// another repository at `answered`; else `None`.
fn moved(hosts: &GitHubHosts, requested: &str, answered: &str) -> Option<String> {
    let before = repository_of_archive(hosts, requested)?;
    let after = repository_of_archive(hosts, answered)?;
    (!before.eq_ignore_ascii_case(&after)).then_some(after)
}

/// The `owner/name` of the repository whose archive is at `url`: `{owner}/{name}/tar.gz/…` on codeload, or
/// `{owner}/{name}/archive/…` on the web host. `None` for other URLs.
fn repository_of_archive(hosts: &GitHubHosts, url: &str) -> Option<String> {
    let below = |base: &str| url.strip_prefix(base)?.strip_prefix('/');
    let of = |path: &str| {
        let mut parts = path.split('/');
        Some((format!("{}/{}", parts.next()?, parts.next()?), parts.next()?.to_owned()))
    };
    let archive = |base: &str, kinds: &[&str]| {
        let (name, kind) = of(below(base)?)?;
        kinds.contains(&kind.as_str()).then_some(name)
    };
    archive(&hosts.codeload, &["tar.gz", "legacy.tar.gz"])
        .or_else(|| archive(&hosts.web, &["archive"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_name_of_a_moved_repository_is_detected_for_any_base_url() {
        let hosts = GitHubHosts {
            api: "https://git.corp/api/v3".into(),
            codeload: "https://git.corp/_codeload".into(),
            raw: "https://git.corp/raw".into(),
            web: "https://git.corp".into(),
        };
        let at = |name: &str| format!("{}/{name}/tar.gz/HEAD", hosts.codeload);
        let on_web = |name: &str| format!("{}/{name}/archive/HEAD.tar.gz", hosts.web);
        let moved = |requested: &str, answered: &str| moved(&hosts, requested, answered);
        assert_eq!(moved(&at("a/b"), &at("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &at("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &on_web("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &at("a/b")), None, "another host is no move");
        assert_eq!(moved(&at("a/b"), &at("A/B")), None, "case is no move");
        assert_eq!(moved(&at("a/b"), "https://git.corp/login"), None);
    }
}
