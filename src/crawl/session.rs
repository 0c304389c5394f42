//! Sends requests: at the hosts' pace, and again where a failure may pass. [`super::judge`] reads the answers.

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

use super::hosts::{self, Hosts};
use super::judge::{UNSAID_API_WAIT, UNSAID_WAIT, Verdict, judge, quota, text_header};
use super::pace::{Gate, Pace, Quota, Resource};
use super::{CrawlError, Traffic};
use crate::config::Config;

/// How often a request is tried when the failure may pass.
const TRIES: usize = 3;

/// What all requests of one run share.
pub(super) struct Session {
    http: reqwest::Client,
    /// Follows no redirect.
    unfollowing: reqwest::Client,
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

    /// How messages name the address. A query may hold a secret: the API sends readers of a private archive to an
    /// address with a token in it.
    fn name(&self) -> &str {
        if self.target == Target::Open { without_query(self.url) } else { self.url }
    }
}

/// What is done about an answer that is a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Redirects {
    Followed,
    /// The redirect is the answer.
    Shown,
}

/// The answer to a question.
pub(super) enum Answer {
    /// 304; the address at which redirects ended.
    Same(Url),
    /// The body is yet to be read; the host's turn ends with the permit.
    Found(Response, OwnedSemaphorePermit),
}

impl Session {
    pub fn new(config: &Config) -> anyhow::Result<Session> {
        // An earlier session in this process may have installed it: that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hosts = Hosts::new(config);
        let client = |redirects: Policy| {
            reqwest::Client::builder()
                .user_agent(concat!(
                    "cairn/",
                    env!("CARGO_PKG_VERSION"),
                    " (study-material indexer)"
                ))
                .redirect(redirects)
                .dns_resolver(hosts::resolver(&hosts))
                .connect_timeout(Duration::from_secs(10))
                .read_timeout(Duration::from_secs(60))
                .pool_max_idle_per_host(config.jobs_per_host)
                .build()
        };
        Ok(Session {
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
    pub fn has_reached_run_limit(&self) -> bool {
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
        self.ask_through(Redirects::Followed, question, traffic).await
    }

    /// The address to which the answer to `question` leads, or `None` if it is no redirect. It is not followed, so
    /// that whoever asks decides what is sent there. `Err` if it leads to a host that may not be asked.
    pub async fn leads_to(
        &self,
        question: &Question<'_>,
        traffic: &mut Traffic,
    ) -> Result<Option<Url>, CrawlError> {
        let answer = self.ask_through(Redirects::Shown, question, traffic).await?;
        let Answer::Found(response, _turn) = answer else { return Ok(None) };
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

    /// The answer to `question`, whatever its status. One request: nothing is followed or tried again.
    pub async fn once(&self, question: &Question<'_>) -> Result<Response, CrawlError> {
        let url = self.allowed(question)?;
        let _turn = self.gate(&url, question.target).enter().await?;
        let sent = self.request(&self.unfollowing, question).send().await;
        sent.map_err(|error| network(question.name(), error))
    }

    /// The address of `question`, if it may be asked.
    fn allowed(&self, question: &Question<'_>) -> Result<Url, CrawlError> {
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
        redirects: Redirects,
        question: &Question<'_>,
        traffic: &mut Traffic,
    ) -> Result<Answer, CrawlError> {
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
            tracing::debug!(url = question.name(), %error, ?wait, "trying again");
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

    async fn send(&self, redirects: Redirects, question: &Question<'_>) -> Verdict {
        let http = match redirects {
            Redirects::Followed => &self.http,
            Redirects::Shown => &self.unfollowing,
        };
        match self.request(http, question).send().await {
            Ok(response) => {
                if let (Target::Api(resource), Some(quota)) =
                    (question.target, quota(response.headers()))
                {
                    let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
                    quotas.insert(resource, quota);
                }
                if redirects == Redirects::Shown && response.status().is_redirection() {
                    let at = response.url().clone();
                    return Verdict::Answer(Some(response), at);
                }
                let unsaid = match question.target {
                    Target::Api(_) => UNSAID_API_WAIT,
                    Target::Open => UNSAID_WAIT,
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

    fn request(&self, http: &reqwest::Client, question: &Question<'_>) -> RequestBuilder {
        let request = match &question.body {
            None => http.get(question.url),
            Some(body) => http.post(question.url).body(body.clone()),
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

/// `url` without its query, which may hold a secret.
pub(super) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
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
