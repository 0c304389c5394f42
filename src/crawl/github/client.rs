//! GitHub's API through octocrab, over the paced transport of `session.rs`.
//!
//! octocrab writes requests and reads answers into its models. It brings no client, retry, redirect, TLS or
//! token of its own: [`Transport`] hands each request to the session, which keeps to the pace, the quotas and
//! the hosts, adds the token for the API's own host alone, and judges the status. So octocrab sees only
//! answers that are 2xx or 304, and every failure comes back as the [`CrawlError`] that the session made.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use reqwest::Url;
use serde::de::DeserializeOwned;

use super::super::hosts::authority;
use super::super::pace::Resource;
use super::super::session::{Answer, Question, Session, Target, whole_body};
use super::super::{CrawlError, Crawler, Traffic};

/// The most that is read of one answer of the API: a page of 100 threads with long texts.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// octocrab, and what its requests have cost so far.
pub(in super::super) struct Api {
    octocrab: Octocrab,
    transport: Transport,
}

/// An answer to a conditional request.
pub(in super::super) enum Conditional<T> {
    /// 304: as the known ETag says.
    Same,
    New {
        value: T,
        etag: Option<String>,
        /// Whether the list has a further page, by the header `Link`.
        has_next: bool,
    },
}

/// The service under octocrab.
#[derive(Clone)]
struct Transport {
    session: Arc<Session>,
    base: Base,
    spent: Arc<Mutex<Traffic>>,
}

/// The API's base address without a slash at its end.
#[derive(Clone)]
struct Base(String);

impl Crawler {
    /// GitHub's API. Costs a task of the runtime; call it inside one. No request is made.
    pub(in super::super) fn api(&self) -> Api {
        let transport = Transport {
            session: Arc::clone(&self.session),
            base: Base(self.github.api.trim_end_matches('/').to_owned()),
            spent: Arc::default(),
        };
        let builder = OctocrabBuilder::new_empty().with_service(transport.clone());
        let octocrab = match builder.with_auth(AuthState::None).build() {
            Ok(octocrab) => octocrab,
            Err(never) => match never {},
        };
        Api { octocrab, transport }
    }
}

impl Api {
    /// octocrab itself, for its typed builders; [`Api::read`] reads their results.
    pub fn octocrab(&self) -> &Octocrab {
        &self.octocrab
    }

    /// The whole address of `route`.
    pub fn address(&self, route: &str) -> String {
        self.transport.base.address(route)
    }

    /// Requests and bytes since this was made.
    pub fn spent(&self) -> Traffic {
        *self.transport.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The outcome of octocrab's request for `route`, with its error as the session made it.
    pub fn read<T>(&self, route: &str, result: octocrab::Result<T>) -> Result<T, CrawlError> {
        result.map_err(|error| failure(&self.address(route), error))
    }

    /// The object at `route` (from `/`), unless it is the one with the ETag `known`.
    pub async fn get_if_new<T: DeserializeOwned>(
        &self,
        route: &str,
        known: Option<&str>,
    ) -> Result<Conditional<T>, CrawlError> {
        Ok(match self.conditional(route, "application/vnd.github+json", known).await? {
            Conditional::Same => Conditional::Same,
            Conditional::New { value, etag, has_next } => {
                let value = serde_json::from_slice(&value);
                let unlike = |error: serde_json::Error| {
                    unlike_github(&self.address(route), &error.to_string())
                };
                Conditional::New { value: value.map_err(unlike)?, etag, has_next }
            }
        })
    }

    /// The bytes of the file at `route` (from `/`), unless it is the one with the ETag `known`.
    pub async fn get_raw_if_new(
        &self,
        route: &str,
        known: Option<&str>,
    ) -> Result<Conditional<Bytes>, CrawlError> {
        self.conditional(route, "application/vnd.github.raw+json", known).await
    }

    /// The body at `route` in the form `accept`, unless it is the one with the ETag `known`.
    async fn conditional(
        &self,
        route: &str,
        accept: &'static str,
        known: Option<&str>,
    ) -> Result<Conditional<Bytes>, CrawlError> {
        let url = self.address(route);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if let Some(etag) = known.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        let response =
            self.read(route, self.octocrab._get_with_headers(route, Some(headers)).await)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Conditional::Same);
        }
        let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
        let etag = etag.map(str::to_owned);
        let link = response.headers().get(header::LINK).and_then(|link| link.to_str().ok());
        let has_next = link.is_some_and(|link| link.contains("rel=\"next\""));
        let body = response.into_body().collect().await.map_err(|error| failure(&url, error))?;
        Ok(Conditional::New { value: body.to_bytes(), etag, has_next })
    }
}

impl Base {
    /// The address of `route`. GraphQL is next to the REST API of GitHub Enterprise (`/api/v3`, `/api/graphql`),
    /// and below that of GitHub.
    fn address(&self, route: &str) -> String {
        if route.starts_with("https://") || route.starts_with("http://") {
            return route.to_owned();
        }
        let base = match self.0.strip_suffix("/v3") {
            Some(enterprise) if is_graphql(route) => enterprise,
            _ => &self.0,
        };
        format!("{base}{route}")
    }

    /// What a request for `url` goes to: the token is the API's own host's alone.
    fn target(&self, url: &str) -> Target {
        let (api, url) = (Url::parse(&self.0).ok(), Url::parse(url).ok());
        let (Some(api), Some(url)) = (api, url) else { return Target::Open };
        if authority(&api) != authority(&url) || api.scheme() != url.scheme() {
            return Target::Open;
        }
        let path = url.path();
        let below = path.strip_prefix(api.path().trim_end_matches('/')).unwrap_or(path);
        Target::Api(match below {
            _ if is_graphql(below) || path == "/api/graphql" => Resource::GraphQl,
            _ if below.starts_with("/search/") => Resource::Search,
            _ => Resource::Core,
        })
    }
}

impl Transport {
    /// The answer to `request`. A token that GitHub refuses is left aside for the rest of the run, and the
    /// request sent again without it, save to GraphQL, which answers nobody without a token.
    async fn answer(self, request: Request<OctoBody>) -> Result<Response<Full<Bytes>>, CrawlError> {
        let (parts, body) = request.into_parts();
        let url = self.base.address(&parts.uri.to_string());
        let unlike = |error: octocrab::Error| failure(&url, error);
        let body = body.collect().await.map_err(unlike)?.to_bytes();
        let body = (parts.method == http::Method::POST).then_some(body);
        let target = self.base.target(&url);
        let mut headers = parts.headers;
        headers.remove(header::CONTENT_LENGTH);
        let question = Question { url: &url, target, headers, body };
        match self.ask(&question).await {
            Err(CrawlError::Unauthorised(_)) if self.session.signs_in() => {
                self.session.refuse_token();
                match target {
                    Target::Api(Resource::GraphQl) => Err(CrawlError::Unauthorised(url.clone())),
                    _ => self.ask(&question).await,
                }
            }
            answer => answer,
        }
    }

    async fn ask(&self, question: &Question<'_>) -> Result<Response<Full<Bytes>>, CrawlError> {
        let mut traffic = Traffic::default();
        let answer = self.session.ask(question, &mut traffic).await;
        let (status, headers, body) = match answer {
            Ok(Answer::Same(_)) => (StatusCode::NOT_MODIFIED, HeaderMap::new(), Ok(Vec::new())),
            Ok(Answer::Found(response, _turn)) => {
                let (status, headers) = (response.status(), response.headers().clone());
                (status, headers, whole_body(question.url, response, MOST_BYTES).await)
            }
            Err(error) => (StatusCode::OK, HeaderMap::new(), Err(error)),
        };
        traffic.bytes += body.as_ref().map_or(0, |body| body.len() as u64);
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += traffic;
        let mut response = Response::new(Full::new(Bytes::from(body?)));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}

impl tower::Service<Request<OctoBody>> for Transport {
    type Response = Response<Full<Bytes>>;
    type Error = CrawlError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, CrawlError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CrawlError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

fn is_graphql(route: &str) -> bool {
    route == "/graphql"
}

/// The session's error inside of octocrab's, or octocrab's own about the answer from `url`.
fn failure(url: &str, error: octocrab::Error) -> CrawlError {
    let error = match error {
        octocrab::Error::Service { source, .. } => match source.downcast::<CrawlError>() {
            Ok(error) => return *error,
            Err(other) => other.to_string(),
        },
        octocrab::Error::Json { source, .. } => format!("{}: {}", source.path(), source.inner()),
        other => other.to_string(),
    };
    unlike_github(url, &error)
}

fn unlike_github(url: &str, error: &str) -> CrawlError {
    let cause = format!("the answer is not what GitHub's API gives: {error}");
    CrawlError::Network { url: url.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(api: &str) -> Base {
        Base(api.to_owned())
    }

    #[test]
    fn graphql_is_beside_the_rest_api_of_enterprise_and_below_that_of_github() {
        let enterprise = base("https://git.corp/api/v3");
        assert_eq!(enterprise.address("/graphql"), "https://git.corp/api/graphql");
        assert_eq!(enterprise.address("/users/a"), "https://git.corp/api/v3/users/a");
        let next = "https://git.corp/api/v3/repositories/1/issues?page=2";
        assert_eq!(enterprise.address(next), next);
        let public = base("https://api.github.com");
        assert_eq!(public.address("/graphql"), "https://api.github.com/graphql");
    }

    #[test]
    fn the_token_goes_to_the_apis_own_host_alone() {
        let public = base("https://api.github.com");
        let target = |url: &str| public.target(url);
        assert_eq!(target("https://api.github.com/graphql"), Target::Api(Resource::GraphQl));
        assert_eq!(
            target("https://api.github.com/search/repositories?q=x"),
            Target::Api(Resource::Search)
        );
        assert_eq!(target("https://api.github.com/repositories/1"), Target::Api(Resource::Core));
        for other in [
            "http://api.github.com/users/a",
            "https://api.github.com:8443/users/a",
            "https://api.github.com.evil.example/users/a",
            "https://codeload.github.com/a/b/tar.gz/HEAD",
            "no address",
        ] {
            assert_eq!(target(other), Target::Open, "{other}");
        }
        let enterprise = base("https://git.corp/api/v3");
        let target = |url: &str| enterprise.target(url);
        assert_eq!(target("https://git.corp/api/graphql"), Target::Api(Resource::GraphQl));
        let next = "https://git.corp/api/v3/repositories/1/issues?page=2";
        assert_eq!(target(next), Target::Api(Resource::Core), "a next-page link carries it");
    }
}
