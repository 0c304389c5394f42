//! Sends requests within the hosts' rate limits, and retries transient failures. [`super::judge`] interprets the
//! responses.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OwnedSemaphorePermit;

use super::hosts::{self, AllowedHosts};
use super::http_client;
use super::judge::{UNSAID_API_WAIT, UNSAID_WAIT, Verdict, judge, quota, text_header};
use super::pace::{ApiQuota, ApiResource, HostGate, Pace};
use super::{CrawlError, Traffic};
use crate::config::Config;

/// The number of attempts for a request that fails with a transient error.
const TRIES: usize = 3;

/// The state that all requests of one run share.
pub(super) struct CrawlSession {
    http: reqwest::Client,
    /// Follows no redirect.
    unfollowing: reqwest::Client,
    hosts: AllowedHosts,
    pace: Pace,
    token: Option<SecretString>,
    token_refused: AtomicBool,
    quotas: Mutex<HashMap<ApiResource, ApiQuota>>,
    /// The rest of the run's byte budget for archives.
    bytes_left: AtomicI64,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestTarget {
    /// GitHub's API: the request carries the token, and the response reports the resource's quota.
    Api(ApiResource),
    /// Anywhere else, without the token.
    Open,
}

/// One request: a GET, or with a body a read-only POST. Both can be retried.
pub(super) struct CrawlRequest<'a> {
    pub url: &'a str,
    pub target: RequestTarget,
    pub headers: HeaderMap,
    pub body: Option<bytes::Bytes>,
}

impl<'a> CrawlRequest<'a> {
    /// A GET of `url` from `target`; conditional where the ETag `known` is given.
    pub fn get(url: &'a str, target: RequestTarget, known: Option<&str>) -> CrawlRequest<'a> {
        let mut headers = HeaderMap::new();
        if let Some(etag) = known.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        CrawlRequest { url, target, headers, body: None }
    }

    /// The same with the header `name`.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> CrawlRequest<'a> {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// The URL as messages show it. A query string may hold a secret: for a private archive, the API redirects to a URL
    /// with a token.
    fn name(&self) -> &str {
        if self.target == RequestTarget::Open { without_query(self.url) } else { self.url }
    }
}

/// How to handle a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RedirectHandling {
    Followed,
    /// Return the redirect as the response.
    Shown,
}

/// The response to a [`CrawlRequest`].
pub(super) enum CrawlResponse {
    /// 304. The URL is the last one of the redirect chain.
    Same(Url),
    /// The body is still unread. Dropping the permit frees the host's slot.
    Found(Response, OwnedSemaphorePermit),
}

impl CrawlSession {
    pub fn new(config: &Config) -> anyhow::Result<CrawlSession> {
        let hosts = AllowedHosts::new(config);
        let client = |redirects: Policy| {
            http_client::builder(&hosts, "study-material indexer")
                .redirect(redirects)
                .read_timeout(Duration::from_secs(60))
                .pool_max_idle_per_host(config.jobs_per_host)
                .build()
        };
        Ok(CrawlSession {
            http: client(hosts.clone().redirects())?,
            unfollowing: client(Policy::none())?,
            hosts,
            pace: Pace::new(config.jobs_per_host, config.longest_wait),
            token: config.token.clone(),
            token_refused: AtomicBool::new(false),
            quotas: Mutex::default(),
            bytes_left: AtomicI64::new(i64::try_from(config.run_bytes).unwrap_or(i64::MAX)),
        })
    }

    /// Whether requests to the API carry a token.
    pub fn signs_in(&self) -> bool {
        self.token.is_some() && !self.token_refused()
    }

    /// Whether GitHub has refused the token.
    pub fn token_refused(&self) -> bool {
        self.token_refused.load(Ordering::Relaxed)
    }

    /// Continues without the token.
    pub fn refuse_token(&self) {
        self.token_refused.store(true, Ordering::Relaxed);
    }

    /// Subtracts `bytes` of an archive from the run's byte budget.
    pub fn fetched(&self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.bytes_left.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether the run's byte budget is spent.
    pub fn has_reached_run_limit(&self) -> bool {
        self.bytes_left.load(Ordering::Relaxed) <= 0
    }

    /// The quota of `resource` in the last response of the API.
    pub fn quota(&self, resource: ApiResource) -> Option<ApiQuota> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner).get(&resource).copied()
    }

    /// Sends `question`, with retries after transient failures. Adds the cost to `traffic`.
    pub async fn ask(
        &self,
        question: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<CrawlResponse, CrawlError> {
        self.ask_through(RedirectHandling::Followed, question, traffic).await
    }

    /// The target of the redirect that answers `question`, or `None` if the response is not a redirect. Does not follow
    /// it, so that the caller decides what to send there. `Err` if the target's host must not be contacted.
    pub async fn leads_to(
        &self,
        question: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<Option<Url>, CrawlError> {
        let answer = self.ask_through(RedirectHandling::Shown, question, traffic).await?;
        let CrawlResponse::Found(response, _turn) = answer else { return Ok(None) };
        let from = response.url();
        let location = text_header(response.headers(), header::LOCATION.as_str());
        let Some(to) = location.and_then(|location| from.join(&location).ok()) else {
            return Ok(None);
        };
        match self.hosts.redirect_refusal(from, &to) {
            Some(cause) => Err(CrawlError::Refused { url: question.name().to_owned(), cause }),
            None => Ok(Some(to)),
        }
    }

    /// The response to `question`, whatever its status. Sends one request: no redirects, no retries.
    pub async fn once(&self, question: &CrawlRequest<'_>) -> Result<Response, CrawlError> {
        let url = self.allowed(question)?;
        let _turn = self.gate(&url, question.target).enter().await?;
        let sent = self.request(&self.unfollowing, question).send().await;
        sent.map_err(|error| network(question.name(), error))
    }

    /// The URL of `question`, if its host may be contacted.
    fn allowed(&self, question: &CrawlRequest<'_>) -> Result<Url, CrawlError> {
        let named = || question.name().to_owned();
        let url = Url::parse(question.url)
            .map_err(|error| CrawlError::Network { url: named(), cause: error.to_string() })?;
        match self.hosts.refusal(&url) {
            Some(cause) => Err(CrawlError::Refused { url: named(), cause }),
            None => Ok(url),
        }
    }

    async fn ask_through(
        &self,
        redirects: RedirectHandling,
        question: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<CrawlResponse, CrawlError> {
        let url = self.allowed(question)?;
        let gate = self.gate(&url, question.target);
        let permit = gate.enter().await?;
        let mut waits = backoff();
        loop {
            gate.wait().await?;
            traffic.requests += 1;
            let error = match self.send(redirects, question).await {
                Verdict::Answer(answer, at) => {
                    gate.answered();
                    return Ok(match answer {
                        Some(response) => CrawlResponse::Found(response, permit),
                        None => CrawlResponse::Same(at),
                    });
                }
                Verdict::Limited(wait) => {
                    gate.limited(wait)?;
                    continue;
                }
                Verdict::Failed(error) => error,
            };
            if !error.is_passing() {
                gate.answered();
                return Err(error);
            }
            let Some(wait) = waits.next() else {
                gate.failed();
                return Err(error);
            };
            tracing::debug!(url = question.name(), %error, ?wait, "trying again");
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    /// Whether `url` answers, whatever the status; returns the time in the response's `date` header, if any.
    pub async fn reach(&self, url: &str) -> Result<Option<DateTime<Utc>>, CrawlError> {
        let parsed = Url::parse(url).ok();
        if let Some(refusal) = parsed.and_then(|url| self.hosts.refusal(&url)) {
            return Err(CrawlError::Refused { url: url.to_owned(), cause: refusal });
        }
        let response = self.http.get(url).send().await.map_err(|error| network(url, error))?;
        let date = text_header(response.headers(), header::DATE.as_str());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
        Ok(date.map(|date| date.to_utc()))
    }

    fn gate(&self, url: &Url, target: RequestTarget) -> Arc<HostGate> {
        let name = hosts::authority(url);
        // API and archives may share a host name but have separate limits, as do the parts of the API.
        self.pace.gate(&match target {
            RequestTarget::Api(resource) => format!("{name} ({})", resource.name()),
            RequestTarget::Open => name,
        })
    }

    async fn send(&self, redirects: RedirectHandling, question: &CrawlRequest<'_>) -> Verdict {
        let http = match redirects {
            RedirectHandling::Followed => &self.http,
            RedirectHandling::Shown => &self.unfollowing,
        };
        match self.request(http, question).send().await {
            Ok(response) => {
                if let (RequestTarget::Api(resource), Some(quota)) =
                    (question.target, quota(response.headers()))
                {
                    let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
                    quotas.insert(resource, quota);
                }
                if redirects == RedirectHandling::Shown && response.status().is_redirection() {
                    let at = response.url().clone();
                    return Verdict::Answer(Some(response), at);
                }
                let unsaid = match question.target {
                    RequestTarget::Api(_) => UNSAID_API_WAIT,
                    RequestTarget::Open => UNSAID_WAIT,
                };
                judge(question.name(), unsaid, response).await
            }
            Err(error) if error.is_redirect() || error.is_builder() => {
                let cause = chain(&error.without_url());
                Verdict::Failed(CrawlError::Refused { url: question.name().to_owned(), cause })
            }
            Err(error) => Verdict::Failed(network(question.name(), error)),
        }
    }

    fn request(&self, http: &reqwest::Client, question: &CrawlRequest<'_>) -> RequestBuilder {
        let request = match &question.body {
            None => http.get(question.url),
            Some(body) => http.post(question.url).body(body.clone()),
        };
        let request = request.headers(question.headers.clone());
        match &self.token {
            Some(token) if question.target != RequestTarget::Open && !self.token_refused() => {
                request.bearer_auth(token.expose_secret())
            }
            _ => request,
        }
    }
}

/// The waits between attempts.
pub(super) fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(8))
        .with_max_times(TRIES - 1)
        .build()
}

/// A random wait between zero and `wait`: "full jitter", from M. Brooker, "Exponential Backoff And Jitter" (AWS
/// Architecture Blog, 2015).
pub(super) fn full_jitter(wait: Duration) -> Duration {
    wait.mul_f64(fastrand::f64())
}

/// A network failure. The message contains the URL once.
pub(super) fn network(url: &str, error: reqwest::Error) -> CrawlError {
    CrawlError::Network { url: url.to_owned(), cause: chain(&error.without_url()) }
}

/// `url` without its query, which may hold a secret.
pub(super) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// The whole body of the response from `url`. `Err` if it is longer than `most` bytes or truncated.
pub(super) async fn whole_body(
    url: &str,
    response: Response,
    most: usize,
) -> Result<Vec<u8>, CrawlError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| network(url, error))?;
        if body.len() + chunk.len() > most {
            let cause = format!("the answer is longer than {most} bytes");
            return Err(CrawlError::Refused { url: url.to_owned(), cause });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
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
