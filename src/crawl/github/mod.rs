//! GitHub's addresses and answers: is it new, and where is its archive.
//!
//! With a token, `GET /repos/{o}/{r}/commits/HEAD` with `Accept: application/vnd.github.sha`: its
//! ETag is the sha, and an authorised 304 costs no quota. Without one, `GET codeload
//! /{o}/{r}/tar.gz/HEAD` with `If-None-Match`, which costs no API quota at all; a 200 with the ETag
//! that is known means unchanged, and its body is dropped unread; so is the rest of an archive that names the known
//! commit, which GitHub may pack again with other bytes. Where codeload answers 404, the web host is asked once: it redirects renamed
//! repositories, which codeload is said not to do. A token that GitHub refuses is left aside for the rest of the run.
//!
//! [`client`] speaks to the API through octocrab, [`mod@graphql`] to its
//! GraphQL part; [`metadata`] says what is kept of a repository and its owner, [`thread`] what of a discussion or an
//! issue; [`discussions`] and [`issues`] fetch those, page by page, within the bounds of [`threads`];
//! [`name`] gives their links. [`private`] fetches what only the token may read, [`discovery`] searches for
//! repositories, and [`assumptions`] tries whether GitHub is as all this takes it to be.

pub mod assumptions;
pub(super) mod client;
pub mod discovery;
pub mod discussions;
pub(super) mod graphql;
pub mod issues;
pub mod metadata;
pub mod name;
mod nodes;
mod private;
pub mod thread;
pub mod threads;

use reqwest::Url;
use reqwest::header;

use super::crawler::Fetch;
use super::hosts::authority;
use super::judge::{short_body, text_header};
use super::pace::Resource;
use super::session::{Answer, Question, Target, backoff, full_jitter, network, without_query};
use super::{CrawlError, Fetched, Moved, Sent, Snapshot};
use crate::config::GitHubHosts;

/// Why a new archive is not fetched in a run that has fetched enough.
const RUN_LIMIT_REACHED: &str =
    "has something new, but this run has fetched all that `run_megabytes` allows";
/// How long after such a run the next one may follow.
const RUN_LIMIT_SECONDS: i64 = 60 * 60;

/// The commit at the head of a repository.
struct Head {
    /// `None` if it is the known one.
    sha: Option<String>,
    /// Where the API answered for it: by the repository's number, if it was renamed.
    at: Url,
}

impl Fetch<'_> {
    pub(super) async fn github(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        if self.crawler.session.signs_in() {
            match self.head_commit(owner, name, known).await {
                Ok(Head { sha: None, .. }) => return Ok(Fetched::Unchanged),
                Ok(Head { sha: Some(sha), .. }) => {
                    let fetched = self.public_archive((owner, name), &sha, None).await?;
                    return Ok(at_commit(fetched, sha));
                }
                Err(CrawlError::Unauthorised(_)) => self.crawler.session.refuse_token(),
                Err(error) => return Err(error),
            }
        }
        self.public_archive((owner, name), "HEAD", known).await
    }

    /// The archive of the commit `reference`: from codeload and, after its 404, once from the web host.
    async fn public_archive(
        &mut self,
        (owner, name): (&str, &str),
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

    pub(super) async fn archive_at(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let fetched = self.archive(url, known).await;
        // Where an archive is kept says nothing of a repository's name.
        self.report.moved = Moved::No;
        fetched
    }

    /// The commit of HEAD.
    async fn head_commit(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Head, CrawlError> {
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
        let sha = sha.filter(|sha| known.is_none_or(|snapshot| snapshot.revision != *sha));
        Ok(Head { sha, at })
    }

    /// The archive at `url`, unless it is that of `known` by its ETag or its commit. A transfer that breaks
    /// off is started again.
    async fn archive(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let validator = known.and_then(|snapshot| snapshot.validator.as_deref());
        let question = Question::get(url, Target::Open, validator);
        let commit = known.map(|snapshot| snapshot.revision.as_str());
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
            if validator.is_some() && etag.as_deref() == validator {
                return Ok(Fetched::Unchanged);
            }
            if self.crawler.session.has_reached_run_limit() {
                let (host, why) = (authority(response.url()), RUN_LIMIT_REACHED.to_owned());
                let until = Some(chrono::Utc::now().timestamp() + RUN_LIMIT_SECONDS);
                return Err(CrawlError::Deferred { host, why, until });
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
            tracing::debug!(url, %error, ?wait, "the transfer broke off; it starts again");
            self.files.send(Sent::Restarted).await.map_err(|_| CrawlError::Ended)?;
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    fn note_move(&mut self, asked: &str, answered: &Url) {
        if let Some(name) = moved(&self.crawler.github, asked, answered.as_str()) {
            self.report.moved = Moved::To(name);
        }
    }
}

/// `fetched`, an archive of the commit `sha`, whatever it says itself.
fn at_commit(fetched: Fetched, sha: String) -> Fetched {
    match fetched {
        Fetched::Changed { validator, .. } => Fetched::Changed { revision: sha, validator },
        other => other,
    }
}

/// GitHub's new `owner/name`, if the answer to `asked` came from the address of another repository's archive.
fn moved(hosts: &GitHubHosts, asked: &str, answered: &str) -> Option<String> {
    let (before, after) = (repository(hosts, asked)?, repository(hosts, answered)?);
    (!before.eq_ignore_ascii_case(&after)).then_some(after)
}

/// The `owner/name` whose archive is at `url`: on codeload below the repository's name directly, on the web host below
/// `archive`.
fn repository(hosts: &GitHubHosts, url: &str) -> Option<String> {
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
    fn a_new_name_is_read_below_any_base_address() {
        let hosts = GitHubHosts {
            api: "https://git.corp/api/v3".into(),
            codeload: "https://git.corp/_codeload".into(),
            raw: "https://git.corp/raw".into(),
            web: "https://git.corp".into(),
        };
        let at = |name: &str| format!("{}/{name}/tar.gz/HEAD", hosts.codeload);
        let on_web = |name: &str| format!("{}/{name}/archive/HEAD.tar.gz", hosts.web);
        let moved = |asked: &str, answered: &str| moved(&hosts, asked, answered);
        assert_eq!(moved(&at("a/b"), &at("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &at("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &on_web("c/d")).as_deref(), Some("c/d"));
        assert_eq!(moved(&on_web("a/b"), &at("a/b")), None, "another host is no move");
        assert_eq!(moved(&at("a/b"), &at("A/B")), None, "case is no move");
        assert_eq!(moved(&at("a/b"), "https://git.corp/login"), None);
    }
}
