//! GitHub's API through octocrab. `session.rs` sends the requests.
//!
//! octocrab builds requests and parses responses into its models. It does not send requests itself, and has no token:
//! [`ApiTransport`] passes each request to the session. The session enforces rate limits and the rules for hosts, sends
//! the token only to the API's own host, and checks the status of the response. So octocrab receives only responses
//! with 2xx or 304, and every failure is returned as the session's [`CrawlError`].

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use serde::de::DeserializeOwned;

use super::super::judge::whole_body;
use super::super::request::{CrawlRequest, CrawlResponse};
use super::super::session::CrawlSession;
use super::super::{CrawlError, Crawler, Traffic};
use super::api_base::ApiBase;

/// The maximum length of a response of the API, in bytes; a longer one is an error. It is enough for a page of 100
/// threads with long texts.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// An octocrab client with our transport. The transport counts the traffic.
pub(in super::super) struct Api {
    octocrab: Octocrab,
    transport: ApiTransport,
}

/// The response to a conditional request.
pub(in super::super) enum Conditional<T> {
    /// The status is 304: the content still has the known ETag.
    Same,
    New {
        value: T,
        etag: Option<String>,
        /// Whether the list has a further page, according to the header `Link`.
        has_next: bool,
    },
}

/// Sends octocrab's requests through the session.
#[derive(Clone)]
struct ApiTransport {
    session: Arc<CrawlSession>,
    base: ApiBase,
    /// Whether requests must not be sent without the token.
    needs_token: bool,
    spent: Arc<Mutex<Traffic>>,
}

impl Crawler {
    /// Makes a client of GitHub's API. Sends no request. Spawns a task, so it must be called inside a Tokio runtime.
    pub(in super::super) fn api(&self) -> Api {
        self.client(false)
    }

    /// Makes a client that sends no request without the token: for private repositories, and for what the API shows
    /// only with a token. Its requests fail with [`CrawlError::Unauthorised`] once GitHub has refused the token.
    pub(in super::super) fn api_with_token(&self) -> Api {
        self.client(true)
    }

    fn client(&self, needs_token: bool) -> Api {
        let transport = ApiTransport {
            session: Arc::clone(&self.session),
            base: ApiBase::new(&self.github.api),
            needs_token,
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
    /// The octocrab client, for its typed request builders. Callers pass the results to [`Api::read`].
    pub fn octocrab(&self) -> &Octocrab {
        &self.octocrab
    }

    /// The absolute URL of `route`.
    pub fn address(&self, route: &str) -> String {
        self.transport.base.address(route)
    }

    /// The number of requests and bytes since this client was created.
    pub fn spent(&self) -> Traffic {
        *self.transport.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value in `result`, the result of octocrab's request for `route`. Converts octocrab's error to a
    /// [`CrawlError`].
    pub fn read<T>(&self, route: &str, result: octocrab::Result<T>) -> Result<T, CrawlError> {
        result.map_err(|error| failure(&self.address(route), error))
    }

    /// Requests the object at `route`, which begins with `/`. Returns [`Conditional::Same`] if the object still has the
    /// ETag `known`.
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

    /// Requests the bytes of the file at `route`, which begins with `/`. Returns [`Conditional::Same`] if the file
    /// still has the ETag `known`.
    pub async fn get_raw_if_new(
        &self,
        route: &str,
        known: Option<&str>,
    ) -> Result<Conditional<Bytes>, CrawlError> {
        self.conditional(route, "application/vnd.github.raw+json", known).await
    }

    /// Requests the content at `route` in the media type `accept`. Returns [`Conditional::Same`] if the content still
    /// has the ETag `known`.
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

impl ApiTransport {
    /// Sends `request`. If GitHub refuses the token, the rest of the run does not use the token. The request is then
    /// sent again without the token, unless it needs one.
    async fn respond(
        self,
        request: Request<OctoBody>,
    ) -> Result<Response<Full<Bytes>>, CrawlError> {
        let (parts, body) = request.into_parts();
        let url = self.base.address(&parts.uri.to_string());
        let unlike = |error: octocrab::Error| failure(&url, error);
        let body = body.collect().await.map_err(unlike)?.to_bytes();
        let body = (parts.method == http::Method::POST).then_some(body);
        let target = self.base.target(&url);
        let mut headers = parts.headers;
        headers.remove(header::CONTENT_LENGTH);
        let request =
            CrawlRequest { url: &url, target, headers, body, needs_token: self.needs_token };
        match self.send(&request).await {
            Err(CrawlError::Unauthorised(_)) if self.session.signs_in() => {
                self.session.refuse_token();
                match request.needs_token {
                    true => Err(CrawlError::Unauthorised(url.clone())),
                    false => self.send(&request).await,
                }
            }
            response => response,
        }
    }

    /// Sends `request` through the session, and adds the traffic to the client's count.
    async fn send(&self, request: &CrawlRequest<'_>) -> Result<Response<Full<Bytes>>, CrawlError> {
        let mut traffic = Traffic::default();
        let response = self.session.send(request, &mut traffic).await;
        let (status, headers, body) = match response {
            Ok(CrawlResponse::Same(_)) => {
                (StatusCode::NOT_MODIFIED, HeaderMap::new(), Ok(Vec::new()))
            }
            Ok(CrawlResponse::Found(response, _turn)) => {
                let (status, headers) = (response.status(), response.headers().clone());
                (status, headers, whole_body(request.url, response, MOST_BYTES).await)
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

impl tower::Service<Request<OctoBody>> for ApiTransport {
    type Response = Response<Full<Bytes>>;
    type Error = CrawlError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, CrawlError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CrawlError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        Box::pin(self.clone().respond(request))
    }
}

/// Converts octocrab's `error` about a request for `url`: returns the session's error inside it, if there is one; else
/// a [`CrawlError::Network`] with octocrab's message.
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
    let cause = format!("the response does not have the format of GitHub's API: {error}");
    CrawlError::Network { url: url.to_owned(), cause }
}
