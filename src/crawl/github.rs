//! GitHub's addresses and answers: is it new, and where is its archive.
//!
//! With a token, `GET /repos/{o}/{r}/commits/HEAD` with `Accept: application/vnd.github.sha`: its
//! ETag is the sha, and an authorised 304 costs no quota. Without one, `GET codeload
//! /{o}/{r}/tar.gz/HEAD` with `If-None-Match`, which costs no API quota at all; a 200 with the ETag
//! that is known means unchanged, and its body is dropped unread.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::header::{self, HeaderMap};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use secrecy::ExposeSecret;

use super::{CrawlError, Fetch, Fetched, Snapshot, TRIES};
use crate::config::GitHubHosts;

/// Host and port of each base address: where redirects may lead.
pub(super) fn hosts_of(hosts: &GitHubHosts) -> Vec<String> {
    [&hosts.api, &hosts.codeload, &hosts.raw, &hosts.web]
        .into_iter()
        .filter_map(|base| Url::parse(base).ok())
        .map(|url| authority(&url))
        .collect()
}

/// Host and port of `url`.
pub(super) fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or(0);
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

impl Fetch<'_> {
    pub(super) async fn github(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let codeload = &self.crawler.hosts.codeload;
        let head = format!("{codeload}/{owner}/{name}/tar.gz/HEAD");
        if self.crawler.token.is_none() {
            let validator = known.and_then(|snapshot| snapshot.validator.clone());
            return self.archive(&head, validator).await;
        }
        let Some(sha) = self.head_commit(owner, name, known).await? else {
            return Ok(Fetched::Unchanged);
        };
        let at_sha = format!("{codeload}/{owner}/{name}/tar.gz/{sha}");
        match self.archive(&at_sha, None).await? {
            // The commit is the validator of the way with a token.
            Fetched::Changed { moved_to, .. } => Ok(Fetched::Changed {
                validator: Some(format!("\"{sha}\"")),
                revision: sha,
                moved_to,
            }),
            Fetched::Unchanged => Ok(Fetched::Unchanged),
        }
    }

    pub(super) async fn archive_at(
        &mut self,
        url: &str,
        known: Option<&Snapshot>,
    ) -> Result<Fetched, CrawlError> {
        let validator = known.and_then(|snapshot| snapshot.validator.clone());
        match self.archive(url, validator).await? {
            // Where an archive is kept says nothing of a repository's name.
            Fetched::Changed { revision, validator, .. } => {
                Ok(Fetched::Changed { revision, validator, moved_to: None })
            }
            Fetched::Unchanged => Ok(Fetched::Unchanged),
        }
    }

    /// The sha of HEAD, or `None` if it is the known one.
    async fn head_commit(
        &mut self,
        owner: &str,
        name: &str,
        known: Option<&Snapshot>,
    ) -> Result<Option<String>, CrawlError> {
        let url = format!("{}/repos/{owner}/{name}/commits/HEAD", self.crawler.hosts.api);
        let mut request =
            self.crawler.http.get(&url).header(header::ACCEPT, "application/vnd.github.sha");
        if let Some(token) = &self.crawler.token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(snapshot) = known {
            request = request.header(header::IF_NONE_MATCH, format!("\"{}\"", snapshot.revision));
        }
        let Some(response) = self.ask(&url, request).await? else { return Ok(None) };
        let network = |error| failed(&url, error);
        let sha = response.text().await.map_err(network)?.trim().to_owned();
        let is_sha = sha.len() >= 40 && sha.chars().all(|c| c.is_ascii_hexdigit());
        if !is_sha {
            let cause = "the answer is no commit sha".to_owned();
            return Err(CrawlError::Network { url, cause });
        }
        self.report.traffic.bytes += sha.len() as u64;
        Ok((known.is_none_or(|snapshot| snapshot.revision != sha)).then_some(sha))
    }

    /// The archive at `url`, unless it is the one with the ETag `validator`.
    async fn archive(
        &mut self,
        url: &str,
        validator: Option<String>,
    ) -> Result<Fetched, CrawlError> {
        let mut request = self.crawler.http.get(url);
        if let Some(etag) = &validator {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let Some(response) = self.ask(url, request).await? else { return Ok(Fetched::Unchanged) };
        let etag = text_header(response.headers(), header::ETAG.as_str());
        if validator.is_some() && etag == validator {
            return Ok(Fetched::Unchanged);
        }
        let moved_to = moved(url, response.url());
        let revision = self.unpack(response).await?;
        Ok(Fetched::Changed { revision, validator: etag, moved_to })
    }

    /// Sends `request`, again where a failure may pass; `None` for 304.
    async fn ask(
        &mut self,
        url: &str,
        request: RequestBuilder,
    ) -> Result<Option<Response>, CrawlError> {
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(8))
            .with_max_times(TRIES - 1)
            .with_jitter()
            .build();
        loop {
            let attempt = request.try_clone().ok_or(CrawlError::Ended)?;
            self.report.traffic.requests += 1;
            let result = match attempt.send().await {
                Ok(response) => judge(url, response),
                Err(error) => Err(failed(url, error)),
            };
            match result {
                Err(error) if error.is_passing() => match waits.next() {
                    Some(wait) => {
                        tracing::debug!(url, %error, ?wait, "trying again");
                        tokio::time::sleep(wait).await;
                    }
                    None => return Err(error),
                },
                settled => return settled,
            }
        }
    }
}

/// A failure of the network itself; the address is told once.
fn failed(url: &str, error: reqwest::Error) -> CrawlError {
    CrawlError::Network { url: url.to_owned(), cause: chain(&error.without_url()) }
}

fn judge(url: &str, response: Response) -> Result<Option<Response>, CrawlError> {
    let url = url.to_owned();
    let status = response.status();
    match status {
        StatusCode::NOT_MODIFIED => Ok(None),
        _ if status.is_success() => Ok(Some(response)),
        StatusCode::NOT_FOUND => Err(CrawlError::NotFound(url)),
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Err(CrawlError::Blocked(url)),
        StatusCode::CONFLICT => Err(CrawlError::Empty(url)),
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            let wait_s = wait_seconds(response.headers());
            Err(CrawlError::RateLimited { url, status: status.as_u16(), wait_s })
        }
        _ => Err(CrawlError::Status { url, status: status.as_u16() }),
    }
}

/// Seconds to wait by `retry-after`, else by `x-ratelimit-reset`, else a minute.
fn wait_seconds(headers: &HeaderMap) -> u64 {
    let number = |name: &str| text_header(headers, name)?.parse::<i64>().ok();
    let now = chrono::Utc::now().timestamp();
    let wait = number("retry-after").or_else(|| number("x-ratelimit-reset").map(|at| at - now));
    u64::try_from(wait.unwrap_or(60)).unwrap_or(0)
}

fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// GitHub's new `owner/name`, if the answer to `asked` came from another repository's address.
fn moved(asked: &str, answered: &Url) -> Option<String> {
    let repository = |url: &Url| {
        let mut parts = url.path_segments()?;
        Some(format!("{}/{}", parts.next()?, parts.next()?))
    };
    let (before, after) = (repository(&Url::parse(asked).ok()?)?, repository(answered)?);
    (!before.eq_ignore_ascii_case(&after)).then_some(after)
}

/// An error with its causes, which reqwest's own message leaves out.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
