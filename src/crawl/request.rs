//! The requests of the crawler and their responses.

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};
use tokio::sync::OwnedSemaphorePermit;

use super::pace::ApiResource;

/// The kind of server that a request is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestTarget {
    /// GitHub's API. The request has the token if there is one, and the response reports the quota of the resource.
    Api(ApiResource),
    /// Any other server, or the API used anonymously. The request has no token.
    Open,
}

/// One request: a GET if it has no body, else a POST that only reads data. Both can be retried.
pub(super) struct CrawlRequest<'a> {
    pub url: &'a str,
    pub target: RequestTarget,
    pub headers: HeaderMap,
    pub body: Option<bytes::Bytes>,
    /// Whether the request must not be sent without the token, because its URL contains the name of a private
    /// repository, or because the API requires a token for it.
    pub needs_token: bool,
}

impl<'a> CrawlRequest<'a> {
    /// A GET request for `url`. If `known` is an ETag, the request is conditional: the server responds with 304 if the
    /// ETag is still valid.
    pub fn get(url: &'a str, target: RequestTarget, known: Option<&str>) -> CrawlRequest<'a> {
        let mut headers = HeaderMap::new();
        if let Some(etag) = known.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        CrawlRequest { url, target, headers, body: None, needs_token: false }
    }

    /// Sets the header `name` to `value`.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> CrawlRequest<'a> {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Forbids to send the request without the token.
    pub fn only_with_token(mut self) -> CrawlRequest<'a> {
        self.needs_token = true;
        self
    }

    /// The URL for messages. Omits the query string unless the target is the API, because a query string may contain a
    /// secret: for a private archive, the API redirects to a URL that contains a token.
    pub fn name(&self) -> &str {
        if self.target == RequestTarget::Open { without_query(self.url) } else { self.url }
    }
}

/// The response to a [`CrawlRequest`].
pub(super) enum CrawlResponse {
    /// The status is 304: the content is unchanged. Holds the last URL of the redirect chain.
    Same(Url),
    /// A response with an unread body, and the permit of the host's slot. The caller drops the permit to free the slot.
    Found(Response, OwnedSemaphorePermit),
}

/// `url` without its query string, because a query string may contain a secret.
pub(super) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}
