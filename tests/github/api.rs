//! The REST API: authentication, quotas, redirects, and the documents of `shapes.rs` with the
//! headers that GitHub sends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use serde_json::Value;

use super::Fault;
use super::documents::{self, Bases};
use super::errors::{self, Error};
use super::faults::Surface;
use super::http::{Answer, Call, weak_etag};
use super::quota::{Quota, Quotas};
use super::search;
use super::shapes;
use super::state::{Found, Shared, State};

pub enum Asked {
    Quota,
    Search,
    /// An account's login.
    User(String),
    /// A repository's full name, and the rest of the path.
    Name(String, String),
    Id(u64, String),
}

/// Headers of every response of the API.
const ALWAYS: [(&str, &str); 11] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "ETag, Location, Retry-After, X-RateLimit-Limit"),
    ("content-security-policy", "default-src 'none'"),
    ("referrer-policy", "origin-when-cross-origin, strict-origin-when-cross-origin"),
    ("server", "github.com"),
    ("strict-transport-security", "max-age=31536000; includeSubdomains; preload"),
    ("vary", "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "deny"),
    ("x-github-api-version-selected", "2022-11-28"),
    ("x-xss-protection", "0"),
];

/// The client of a request, according to its token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Client {
    Anonymous,
    SignedIn,
    /// The token is not accepted.
    Refused,
}

pub fn answer(shared: &Shared, call: &Call, asked: &Asked) -> Answer {
    let mut state = shared.lock();
    let client = state.client(call);
    if client == Client::Refused {
        let quota = *state.quotas(client).core();
        return stamp(error(&Error::status(401)), quota, client);
    }
    let origin = &shared.base;
    let web = state.web.clone().unwrap_or_else(|| origin.clone());
    let archives = if call.mount.is_empty() { "" } else { "/_codeload" };
    let (api, archives) = (format!("{origin}{}", call.mount), format!("{origin}{archives}"));
    let bases = Bases { api: &api, web: &web, archives: &archives };
    let (answer, quota) = match asked {
        Asked::Search => find(&mut state, bases, call, client),
        _ => decide(&mut state, bases, call, asked, client),
    };
    stamp(answer, quota, client)
}

/// The response, and the quota for its headers.
fn decide(
    state: &mut State,
    bases: Bases<'_>,
    call: &Call,
    asked: &Asked,
    client: Client,
) -> (Answer, Quota) {
    let (found, rest) = match asked {
        Asked::Quota => {
            let quotas = state.quotas(client);
            return (json(200, &shapes::rate_limit(quotas)), *quotas.core());
        }
        Asked::Search | Asked::User(_) => (Found::Missing, ""),
        Asked::Name(name, rest) => (state.by_name(name), rest.as_str()),
        Asked::Id(id, rest) => (state.by_id(*id), rest.as_str()),
    };
    let name = match (&found, asked) {
        (Found::Here(entry), _) => entry.repo.full_name.clone(),
        (_, Asked::Name(name, _) | Asked::User(name)) => name.clone(),
        _ => String::new(),
    };
    let fault = state.fault(&name, Surface::Api);
    let quota = state.quotas(client).core();
    if let Some(refused) = spend(quota, fault) {
        return refused;
    }
    let answer = match (failure(call, fault), asked) {
        (Some(answer), _) => answer,
        (None, Asked::User(login)) => match state.known_account(login) {
            Some(account) => tagged(&account.profile(bases.api)).unless_known(call, fault),
            None => error(&Error::status(404)),
        },
        (None, _) => {
            let found = state.visible(found, client);
            documents::serve(state, bases, call, (found, rest), fault)
        }
    };
    let quota = state.quotas(client).core();
    if client == Client::SignedIn && answer.status == StatusCode::NOT_MODIFIED {
        quota.give_back();
    }
    (answer, *quota)
}

/// The response to a search. Searches have their own quota, and their faults the name `search/repositories`.
fn find(state: &mut State, bases: Bases<'_>, call: &Call, client: Client) -> (Answer, Quota) {
    let fault = state.fault("search/repositories", Surface::Api);
    let quota = state.quotas(client).search();
    if let Some(refused) = spend(quota, fault) {
        return refused;
    }
    let quota = *quota;
    let all = state.all(client);
    let mut answer = failure(call, fault).unwrap_or_else(|| search::answer(bases.api, call, &all));
    answer.fault = fault;
    (answer, quota)
}

/// Counts one request. Returns the error response if no request was left or a fault requires it.
fn spend(quota: &mut Quota, fault: Fault) -> Option<(Answer, Quota)> {
    let quota = match fault {
        Fault::RateLimited { reset_in } => quota.used_up(Some(reset_in)),
        _ if quota.take(1) => return None,
        _ => *quota,
    };
    Some((error(&Error::limited(quota.limit)), quota))
}

/// The response that `fault` sends instead of a document, if it sends one.
pub fn failure(call: &Call, fault: Fault) -> Option<Answer> {
    Some(match fault {
        Fault::Status(status) => error(&Error::status(status)),
        Fault::RetryAfter { seconds } | Fault::SecondaryLimitIn200 { seconds } => {
            error(&Error::secondary_limit()).with("retry-after", seconds.to_string())
        }
        Fault::AccessBlocked => error(&Error::access_blocked()),
        Fault::Elsewhere { port } => {
            let to = format!("http://127.0.0.1:{port}{}", call.target);
            json(302, &errors::moved(&to)).with("location", to)
        }
        _ => return None,
    })
}

pub fn json(status: u16, value: &Value) -> Answer {
    Answer::new(status, value.to_string().into_bytes())
        .with("content-type", "application/json; charset=utf-8")
        .with("x-github-media-type", "github.v3; format=json")
}

pub fn tagged(value: &Value) -> Answer {
    let etag = weak_etag(value.to_string().as_bytes());
    json(200, value).with("etag", etag)
}

pub fn error(error: &Error) -> Answer {
    json(error.status, &error.body())
}

/// Adds the headers of every response of the API.
pub fn stamp(mut answer: Answer, quota: Quota, client: Client) -> Answer {
    let signed_in = client == Client::SignedIn;
    for (name, value) in ALWAYS {
        answer = answer.with(name, value);
    }
    if matches!(answer.status.as_u16(), 200 | 304) {
        let scope = if signed_in { "private" } else { "public" };
        answer = answer.with("cache-control", format!("{scope}, max-age=60, s-maxage=60"));
    }
    if signed_in {
        answer = answer.with("x-accepted-oauth-scopes", "repo").with("x-oauth-scopes", "");
    }
    if answer.status != StatusCode::NOT_MODIFIED {
        let length = answer.content.length().to_string();
        answer = answer.with("content-length", length);
    }
    answer
        .with("x-github-request-id", request_id())
        .with("x-ratelimit-limit", quota.limit.to_string())
        .with("x-ratelimit-remaining", quota.left().to_string())
        .with("x-ratelimit-reset", seconds(quota.reset).to_string())
        .with("x-ratelimit-resource", quota.resource)
        .with("x-ratelimit-used", quota.used.to_string())
}

impl State {
    pub fn client(&self, call: &Call) -> Client {
        let token = call.authorization.as_deref().map(token_in);
        match (token, self.token.as_deref()) {
            (None, _) => Client::Anonymous,
            (Some(token), Some(right)) if token != right => Client::Refused,
            _ => Client::SignedIn,
        }
    }

    /// Requests with a refused token count as anonymous, as at GitHub.
    pub fn quotas(&mut self, client: Client) -> &mut Quotas {
        match client {
            Client::SignedIn => &mut self.signed_in,
            Client::Anonymous | Client::Refused => &mut self.anonymous,
        }
    }
}

/// Unix time in seconds, rounded up, so that a client that waits until then has waited long enough.
pub fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64().ceil() as u64
}

pub fn request_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("CA12:{count:05X}:{:07X}:{:07X}:{:08X}", count * 7, count * 11, count * 13)
}

/// The token in `Bearer TOKEN` or `token TOKEN`.
fn token_in(authorization: &str) -> &str {
    let token = authorization.split_once(' ').map(|(_, token)| token);
    token.unwrap_or(authorization).trim()
}
