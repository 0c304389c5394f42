//! Sends requests within the hosts' rate limits, and retries transient failures. [`super::judge`] interprets the
//! responses.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use reqwest::header;
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::clients::{HttpClients, RedirectHandling};
use super::error::{chain, network};
use super::hosts::{self, AllowedHosts};
use super::judge::{DEFAULT_API_WAIT, DEFAULT_WAIT, Verdict, judge, quota, text_header};
use super::pace::{ApiQuota, ApiResource, HostGate, Pace};
use super::request::{CrawlRequest, CrawlResponse, RequestTarget};
use super::retry::{backoff, full_jitter};
use super::{CrawlError, DeferralCause, Traffic};
use crate::config::Config;

/// The state that all requests of one run share.
pub(super) struct CrawlSession {
    clients: HttpClients,
    hosts: AllowedHosts,
    pace: Pace,
    token: Option<SecretString>,
    token_refused: AtomicBool,
    quotas: Mutex<HashMap<ApiResource, ApiQuota>>,
    /// The rest of the run's byte budget for archives; negative if it was exceeded.
    bytes_left: AtomicI64,
}

impl CrawlSession {
    /// The session of a run with `config`. `Err` if this account may not read the token: [`Config::github_token`].
    pub fn new(config: &Config) -> anyhow::Result<CrawlSession> {
        let hosts = AllowedHosts::new(config);
        Ok(CrawlSession {
            clients: HttpClients::new(hosts.clone(), config.jobs_per_host),
            hosts,
            pace: Pace::new(config.jobs_per_host, config.longest_wait),
            token: config.github_token()?.cloned(),
            token_refused: AtomicBool::new(false),
            quotas: Mutex::default(),
            bytes_left: AtomicI64::new(i64::try_from(config.run_bytes).unwrap_or(i64::MAX)),
        })
    }

    /// Whether requests to the API have a token.
    pub fn signs_in(&self) -> bool {
        self.token.is_some() && !self.token_refused()
    }

    /// Whether GitHub has refused the token.
    pub fn token_refused(&self) -> bool {
        self.token_refused.load(Ordering::Relaxed)
    }

    /// Why a request to `target` is deferred after a rate-limit response. A token helps only at GitHub's API, and only
    /// if there is none or if GitHub refused it.
    fn deferral_cause(&self, target: RequestTarget) -> DeferralCause {
        match target {
            RequestTarget::Api(_) if !self.signs_in() => DeferralCause::WaitWithoutToken,
            RequestTarget::Api(_) | RequestTarget::Open => DeferralCause::Wait,
        }
    }

    /// Stops using the token for the rest of the run.
    pub fn refuse_token(&self) {
        self.token_refused.store(true, Ordering::Relaxed);
    }

    /// Subtracts `bytes`, the number of bytes received of an archive, from the run's byte budget.
    pub fn fetched(&self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.bytes_left.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether the run's byte budget is spent.
    pub fn has_reached_run_limit(&self) -> bool {
        self.bytes_left.load(Ordering::Relaxed) <= 0
    }

    /// The quota of `resource` that the API reported most recently; `None` before the first report.
    pub fn quota(&self, resource: ApiResource) -> Option<ApiQuota> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner).get(&resource).copied()
    }

    /// Sends `request`, with retries after transient failures. Adds the cost to `traffic`.
    pub async fn send(
        &self,
        request: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<CrawlResponse, CrawlError> {
        self.send_within_limits(RedirectHandling::Followed, request, traffic).await
    }

    /// Sends `request` and returns the URL that the response redirects to; `None` if the response is not a redirect.
    /// Does not follow the redirect, so the caller can decide whether to send the token there. `Err` if a request to
    /// the returned URL is not allowed.
    pub async fn leads_to(
        &self,
        request: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<Option<Url>, CrawlError> {
        let response = self.send_within_limits(RedirectHandling::Shown, request, traffic).await?;
        let CrawlResponse::Found(response, _turn) = response else { return Ok(None) };
        let from = response.url();
        let location = text_header(response.headers(), header::LOCATION.as_str());
        let Some(to) = location.and_then(|location| from.join(&location).ok()) else {
            return Ok(None);
        };
        match self.hosts.redirect_refusal(from, &to) {
            Some(cause) => Err(CrawlError::Refused { url: request.name().to_owned(), cause }),
            None => Ok(Some(to)),
        }
    }

    /// The response to `request`, whatever its status. Sends one request: no redirects, no retries.
    pub async fn once(&self, request: &CrawlRequest<'_>) -> Result<Response, CrawlError> {
        let url = self.allowed(request)?;
        let _turn = self.gate(&url, request.target).enter().await?;
        let sent = self.respond(RedirectHandling::Shown, request, self.token_for(request)?).await;
        sent.map_err(|error| network(request.name(), error))
    }

    /// The parsed URL of `request`. `Err` if the URL is invalid or its host must not be contacted.
    fn allowed(&self, request: &CrawlRequest<'_>) -> Result<Url, CrawlError> {
        let named = || request.name().to_owned();
        let url = Url::parse(request.url)
            .map_err(|error| CrawlError::Network { url: named(), cause: error.to_string() })?;
        match self.hosts.refusal(&url) {
            Some(cause) => Err(CrawlError::Refused { url: named(), cause }),
            None => Ok(url),
        }
    }

    /// Sends `request` once the host's rate limits allow it, and retries after transient failures and rate-limit
    /// responses.
    async fn send_within_limits(
        &self,
        redirects: RedirectHandling,
        request: &CrawlRequest<'_>,
        traffic: &mut Traffic,
    ) -> Result<CrawlResponse, CrawlError> {
        let url = self.allowed(request)?;
        let gate = self.gate(&url, request.target);
        let permit = gate.enter().await?;
        let mut waits = backoff();
        loop {
            gate.wait().await?;
            traffic.requests += 1;
            let error = match self.send_once(redirects, request).await {
                Verdict::Usable(response, at) => {
                    gate.answered();
                    return Ok(match response {
                        Some(response) => CrawlResponse::Found(response, permit),
                        None => CrawlResponse::Same(at),
                    });
                }
                Verdict::Limited(wait) => {
                    gate.limited(wait, self.deferral_cause(request.target))?;
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
            tracing::debug!(url = request.name(), %error, ?wait, "trying again");
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    /// Checks that `url` responds, with any status. Returns the time in the response's `date` header, if it has one.
    /// `Err` if there is no response.
    pub async fn reach(&self, url: &str) -> Result<Option<DateTime<Utc>>, CrawlError> {
        let parsed = Url::parse(url).ok();
        if let Some(refusal) = parsed.and_then(|url| self.hosts.refusal(&url)) {
            return Err(CrawlError::Refused { url: url.to_owned(), cause: refusal });
        }
        let failed = |error| network(url, error);
        let http = self.clients.get(RedirectHandling::Followed).map_err(failed)?;
        let response = http.get(url).send().await.map_err(failed)?;
        let date = text_header(response.headers(), header::DATE.as_str());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
        Ok(date.map(|date| date.to_utc()))
    }

    /// The rate limit that applies to requests for `url`.
    fn gate(&self, url: &Url, target: RequestTarget) -> Arc<HostGate> {
        let name = hosts::authority(url);
        // The API and the archives have separate limits, even if their host names are the same. The resources of the
        // API have separate limits too.
        self.pace.gate(&match target {
            RequestTarget::Api(resource) => format!("{name} ({})", resource.name()),
            RequestTarget::Open => name,
        })
    }

    /// Sends `request` once, and stores the quota that the response reports.
    async fn send_once(&self, redirects: RedirectHandling, request: &CrawlRequest<'_>) -> Verdict {
        let token = match self.token_for(request) {
            Ok(token) => token,
            Err(error) => return Verdict::Failed(error),
        };
        match self.respond(redirects, request, token).await {
            Ok(response) => {
                if let (RequestTarget::Api(resource), Some(quota)) =
                    (request.target, quota(response.headers()))
                {
                    let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
                    quotas.insert(resource, quota);
                }
                if redirects == RedirectHandling::Shown && response.status().is_redirection() {
                    let at = response.url().clone();
                    return Verdict::Usable(Some(response), at);
                }
                let default_wait = match request.target {
                    RequestTarget::Api(_) => DEFAULT_API_WAIT,
                    RequestTarget::Open => DEFAULT_WAIT,
                };
                judge(request.name(), default_wait, response).await
            }
            Err(error) if error.is_redirect() || error.is_builder() => {
                let cause = chain(&error.without_url());
                Verdict::Failed(CrawlError::Refused { url: request.name().to_owned(), cause })
            }
            Err(error) => Verdict::Failed(network(request.name(), error)),
        }
    }

    /// The token for `request`: `None` if the target is not the API, or if there is no token or GitHub refused it. `Err`
    /// if the request needs a token and gets none. A parallel request may have caused the refusal, even after the
    /// caller checked [`CrawlSession::signs_in`]. So this is the check that keeps the names of private repositories.
    fn token_for(&self, request: &CrawlRequest<'_>) -> Result<Option<&SecretString>, CrawlError> {
        let is_open = request.target == RequestTarget::Open;
        let token = self.token.as_ref().filter(|_| !is_open && !self.token_refused());
        match token {
            None if request.needs_token => Err(CrawlError::Unauthorised(request.name().to_owned())),
            token => Ok(token),
        }
    }

    /// Sends `request`, with `token` if there is one, and returns the response.
    async fn respond(
        &self,
        redirects: RedirectHandling,
        request: &CrawlRequest<'_>,
        token: Option<&SecretString>,
    ) -> Result<Response, reqwest::Error> {
        let http = self.clients.get(redirects)?;
        let builder = match &request.body {
            None => http.get(request.url),
            Some(body) => http.post(request.url).body(body.clone()),
        };
        let builder = builder.headers(request.headers.clone());
        let builder = match token {
            Some(token) => builder.bearer_auth(token.expose_secret()),
            None => builder,
        };
        builder.send().await
    }
}
