//! Sends requests: at the hosts' pace, again where a failure may pass, and reads the answers'
//! statuses as GitHub means them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OwnedSemaphorePermit;

use super::hosts::{self, Hosts};
use super::pace::{Gate, Pace, Quota, Resource};
use super::{CrawlError, Traffic};
use crate::config::Config;

/// How often a request is tried when the failure may pass.
const TRIES: usize = 3;
/// The wait where an answer says "too often" but not for how long: GitHub's own advice.
const UNSAID_WAIT: Duration = Duration::from_secs(60);
/// The most that is read of an answer that is no archive.
const SHORT_BODY: usize = 1_000_000;

/// What all requests of one run share.
pub(super) struct Session {
    http: reqwest::Client,
    hosts: Hosts,
    pace: Pace,
    token: Option<SecretString>,
    token_refused: AtomicBool,
    quotas: Mutex<HashMap<Resource, Quota>>,
    /// Bytes of archives that this run may still fetch.
    bytes_left: AtomicI64,
}

/// What a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// GitHub's API: the request carries the token, and its answer tells the quota of the resource.
    Api(Resource),
    /// Anything else; no token.
    Open,
}

/// One request: a GET, or with a body a POST that only reads, so that it may be sent again.
pub(super) struct Question<'a> {
    pub url: &'a str,
    pub target: Target,
    pub headers: HeaderMap,
    pub body: Option<bytes::Bytes>,
}

impl<'a> Question<'a> {
    /// A GET of `url` from `target`; conditional where the ETag `known` is given.
    pub fn get(url: &'a str, target: Target, known: Option<&str>) -> Question<'a> {
        let mut headers = HeaderMap::new();
        if let Some(etag) = known.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        Question { url, target, headers, body: None }
    }

    /// The same with the header `name`.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Question<'a> {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }
}

/// The answer to a question.
pub(super) enum Answer {
    /// 304; the address at which redirects ended.
    Same(Url),
    /// The body is yet to be read; the host's turn ends with the permit.
    Found(Response, OwnedSemaphorePermit),
}

enum Verdict {
    Answer(Option<Response>, Url),
    Limited(Duration),
    Failed(CrawlError),
}

impl Session {
    pub fn new(config: &Config) -> anyhow::Result<Session> {
        // An earlier session in this process may have installed it: that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hosts = Hosts::new(config);
        let http = reqwest::Client::builder()
            .user_agent(concat!("cairn/", env!("CARGO_PKG_VERSION"), " (study-material indexer)"))
            .redirect(hosts.clone().redirects())
            .dns_resolver(hosts::resolver(&hosts))
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(config.jobs_per_host)
            .build()?;
        Ok(Session {
            http,
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

    /// Goes on without the token.
    pub fn refuse_token(&self) {
        self.token_refused.store(true, Ordering::Relaxed);
    }

    /// Notes that `bytes` of an archive were fetched.
    pub fn fetched(&self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.bytes_left.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether this run has fetched all that it may.
    pub fn is_sated(&self) -> bool {
        self.bytes_left.load(Ordering::Relaxed) <= 0
    }

    /// What the API last said of its quota of `resource`.
    pub fn quota(&self, resource: Resource) -> Option<Quota> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner).get(&resource).copied()
    }

    /// Asks `question`, again where a failure may pass; what it cost is added to `traffic`.
    pub async fn ask(
        &self,
        question: &Question<'_>,
        traffic: &mut Traffic,
    ) -> Result<Answer, CrawlError> {
        let failed = |cause: String| CrawlError::Network { url: question.url.to_owned(), cause };
        let url = Url::parse(question.url).map_err(|error| failed(error.to_string()))?;
        if let Some(refusal) = self.hosts.refusal(&url) {
            return Err(CrawlError::Refused { url: question.url.to_owned(), cause: refusal });
        }
        let gate = self.gate(&url, question.target);
        let permit = gate.enter().await?;
        let mut waits = backoff();
        loop {
            gate.wait().await?;
            traffic.requests += 1;
            let error = match self.send(question).await {
                Verdict::Answer(answer, at) => {
                    gate.answered();
                    return Ok(match answer {
                        Some(response) => Answer::Found(response, permit),
                        None => Answer::Same(at),
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
            tracing::debug!(url = question.url, %error, ?wait, "trying again");
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    /// Whether anybody answers at `url`, whatever the status; the answer's own time, if it tells one.
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

    fn gate(&self, url: &Url, target: Target) -> Arc<Gate> {
        let name = hosts::authority(url);
        // An API and its archives may be one host, yet each has limits of its own; so have the API's parts.
        self.pace.gate(&match target {
            Target::Api(resource) => format!("{name} ({})", resource.name()),
            Target::Open => name,
        })
    }

    async fn send(&self, question: &Question<'_>) -> Verdict {
        match self.request(question).send().await {
            Ok(response) => {
                if let (Target::Api(resource), Some(quota)) =
                    (question.target, quota(response.headers()))
                {
                    let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
                    quotas.insert(resource, quota);
                }
                judge(question.url, response).await
            }
            Err(error) if error.is_redirect() || error.is_builder() => {
                let cause = chain(&error.without_url());
                Verdict::Failed(CrawlError::Refused { url: question.url.to_owned(), cause })
            }
            Err(error) => Verdict::Failed(network(question.url, error)),
        }
    }

    fn request(&self, question: &Question<'_>) -> RequestBuilder {
        let request = match &question.body {
            None => self.http.get(question.url),
            Some(body) => self.http.post(question.url).body(body.clone()),
        };
        let request = request.headers(question.headers.clone());
        match &self.token {
            Some(token) if question.target != Target::Open && !self.token_refused() => {
                request.bearer_auth(token.expose_secret())
            }
            _ => request,
        }
    }
}

/// The waits between tries.
pub(super) fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(8))
        .with_max_times(TRIES - 1)
        .build()
}

/// Anything between nothing and `wait`: "full jitter" of Brooker, "Exponential Backoff And Jitter"
/// (AWS Architecture Blog, 2015), which spreads clients best.
pub(super) fn full_jitter(wait: Duration) -> Duration {
    wait.mul_f64(fastrand::f64())
}

/// A failure of the network itself; the address is told once.
pub(super) fn network(url: &str, error: reqwest::Error) -> CrawlError {
    CrawlError::Network { url: url.to_owned(), cause: chain(&error.without_url()) }
}

async fn judge(url: &str, response: Response) -> Verdict {
    let at = response.url().clone();
    let url = url.to_owned();
    let error = match response.status() {
        StatusCode::NOT_MODIFIED => return Verdict::Answer(None, at),
        status if status.is_success() => return Verdict::Answer(Some(response), at),
        StatusCode::TOO_MANY_REQUESTS => return Verdict::Limited(wait(response.headers())),
        StatusCode::SERVICE_UNAVAILABLE if response.headers().contains_key(header::RETRY_AFTER) => {
            return Verdict::Limited(wait(response.headers()));
        }
        StatusCode::FORBIDDEN => return forbidden(url, response).await,
        StatusCode::NOT_FOUND => CrawlError::NotFound(url),
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => CrawlError::Blocked { url, status: 451 },
        StatusCode::CONFLICT => CrawlError::Empty(url),
        StatusCode::UNAUTHORIZED => CrawlError::Unauthorised(url),
        status => CrawlError::Status { url, status: status.as_u16() },
    };
    Verdict::Failed(error)
}

/// GitHub's 403 is many things: the hourly quota used up, a secondary limit (by `retry-after` or by
/// its words), a repository that GitHub has closed, or simply no.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
async fn forbidden(url: String, response: Response) -> Verdict {
    let headers = response.headers().clone();
    let used_up = number(&headers, "x-ratelimit-remaining") == Some(0);
    if used_up || headers.contains_key(header::RETRY_AFTER) {
        return Verdict::Limited(wait(&headers));
    }
    let body = short_body(response).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&body).to_lowercase();
    if said.contains("rate limit") || said.contains("abuse") {
        return Verdict::Limited(UNSAID_WAIT);
    }
    Verdict::Failed(if said.contains("repository access blocked") {
        CrawlError::Blocked { url, status: 403 }
    } else {
        CrawlError::Status { url, status: 403 }
    })
}

/// How long to wait: by `retry-after` (seconds), else by `x-ratelimit-reset` if the quota is used
/// up, else as GitHub advises.
fn wait(headers: &HeaderMap) -> Duration {
    let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    if let Some(wait) = number(headers, "retry-after") {
        return seconds(wait);
    }
    match (number(headers, "x-ratelimit-remaining"), number(headers, "x-ratelimit-reset")) {
        (Some(0), Some(at)) => seconds(at - Utc::now().timestamp()),
        _ => UNSAID_WAIT,
    }
}

fn quota(headers: &HeaderMap) -> Option<Quota> {
    let count = |name| u64::try_from(number(headers, name)?).ok();
    Some(Quota {
        limit: count("x-ratelimit-limit")?,
        remaining: count("x-ratelimit-remaining")?,
        resets_at: number(headers, "x-ratelimit-reset")?,
    })
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    text_header(headers, name)?.trim().parse().ok()
}

pub(super) fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The whole body of the answer from `url`. `Err` if it is longer than `most` bytes or breaks off.
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

/// A body that should be short: its first megabyte.
pub(super) async fn short_body(response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk?);
        if body.len() > SHORT_BODY {
            body.truncate(SHORT_BODY);
            break;
        }
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
