//! The requests of the crawler and their responses.

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};
use tokio::sync::OwnedSemaphorePermit;

use super::pace::ApiResource;

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
    /// A GET of `url` at `target`, conditional if the ETag `known` is given.
    pub fn get(url: &'a str, target: RequestTarget, known: Option<&str>) -> CrawlRequest<'a> {
        let mut headers = HeaderMap::new();
        if let Some(etag) = known.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        CrawlRequest { url, target, headers, body: None }
    }

    /// The same request with the header `name`.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> CrawlRequest<'a> {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// The URL as messages show it. A query string may hold a secret: for a private archive, the API redirects to a URL
    /// with a token.
    pub fn name(&self) -> &str {
        if self.target == RequestTarget::Open { without_query(self.url) } else { self.url }
    }
}

/// The response to a [`CrawlRequest`].
pub(super) enum CrawlResponse {
    /// 304: unchanged. The URL is the last one of the redirect chain.
    Same(Url),
    /// The body is still unread. Dropping the permit frees the host's slot.
    Found(Response, OwnedSemaphorePermit),
}

/// `url` without its query, which may hold a secret.
pub(super) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}
