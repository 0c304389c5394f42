//! The HTTP part: the fields of requests and responses, and conditional requests, for all routes.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::Fault;
use super::body::{Content, body};
use super::log::Progress;

/// The maximum bytes of a request's body; a larger one is read as empty. GitHub accepts no larger queries either.
const LARGEST_BODY: usize = 1024 * 1024;

/// A parsed request.
pub struct Call {
    pub method: Method,
    /// The URL as sent, with the query.
    pub target: String,
    /// The decoded parameters of the query.
    pub pairs: Vec<(String, String)>,
    /// The body of a POST request.
    pub body: String,
    /// The decoded path without the mount, split at slashes.
    pub segments: Vec<String>,
    /// The path prefix of the API or of archives at GitHub Enterprise; empty for other requests.
    pub mount: &'static str,
    pub if_none_match: Option<String>,
    pub authorization: Option<String>,
    pub accept: String,
    pub user_agent: Option<String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
    /// The fault to apply while the body is sent.
    pub fault: Fault,
}

impl Call {
    pub async fn read(request: Request) -> Call {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
        Call { body: String::from_utf8_lossy(&body).into_owned(), ..Call::new(&parts) }
    }

    fn new(request: &Parts) -> Call {
        let headers = &request.headers;
        let path = decode(request.uri.path());
        let query = request.uri.query().unwrap_or_default();
        let mounts = ["/api/v3", "/_codeload"].into_iter();
        let mount = mounts.into_iter().find(|mount| path.starts_with(&format!("{mount}/")));
        let mount = mount.unwrap_or_default();
        let path = &path[mount.len()..];
        Call {
            method: request.method.clone(),
            target: request.uri.to_string(),
            pairs: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body: String::new(),
            mount,
            segments: path.trim_matches('/').split('/').map(str::to_owned).collect(),
            if_none_match: text(headers, header::IF_NONE_MATCH.as_str()),
            authorization: text(headers, header::AUTHORIZATION.as_str()),
            accept: text(headers, header::ACCEPT.as_str()).unwrap_or_default(),
            user_agent: text(headers, header::USER_AGENT.as_str()),
        }
    }
}

impl Call {
    /// The value of the query parameter `name`.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Answer {
    pub fn new(status: u16, content: Vec<u8>) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).expect("tests ask for statuses that exist"),
            headers: Vec::new(),
            content: Content::Memory(Bytes::from(content)),
            fault: Fault::None,
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// This response with `fault`, or a 304 if the client's `If-None-Match` has its ETag.
    pub fn unless_known(mut self, call: &Call, fault: Fault) -> Answer {
        let etag = self.headers.iter().find(|(name, _)| *name == "etag");
        let known = match (etag, &call.if_none_match) {
            (Some((_, etag)), Some(asked)) => matches(asked, etag),
            _ => false,
        };
        if known && fault != Fault::IgnoresEtag {
            self.status = StatusCode::NOT_MODIFIED;
            self.content = Content::Nothing;
            let about_body = |name: &str| name == "content-type" || name == "content-disposition";
            self.headers.retain(|(name, _)| !about_body(name));
        }
        self.fault = fault;
        self
    }

    pub fn respond(self, progress: Arc<Progress>, head: bool) -> Response {
        // The response to a HEAD request has no body, so no bytes must be counted.
        let content = if head { Content::Nothing } else { self.content };
        let mut response = Response::new(body(content, self.fault, progress));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            let value = HeaderValue::try_from(value).expect("header values are made of plain text");
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// Whether the `If-None-Match` value `asked`, a list or `*`, matches `etag` by weak comparison (RFC 9110, 13.1.2).
pub fn matches(asked: &str, etag: &str) -> bool {
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked.split(',').any(|tag| tag.trim() == "*" || strip(tag) == strip(etag))
}

pub fn weak_etag(of: &[u8]) -> String {
    format!("W/\"{}\"", blake3::hash(of).to_hex())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).filter(|_| *first == b'%');
        let pair = pair.and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
