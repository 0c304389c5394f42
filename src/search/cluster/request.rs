//! A request to a cluster.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters of a part of a path that are escaped.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b',').remove(b'*');

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    /// One JSON value.
    Json(Bytes),
    /// JSON values, each on a line of its own that ends with a line break, as `_bulk` and `_msearch` need them.
    Lines(Bytes),
}

/// Whether a request may be sent again if it failed, or if its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Sending the request twice has the same effect as sending it once.
    Allowed,
    Forbidden,
}

/// A request to any node of a cluster.
#[derive(Clone, Debug)]
pub struct ClusterRequest {
    pub method: Method,
    /// The path with its query string, such as `/cairn-1/_search?allow_partial_search_results=false`. Begins with a
    /// slash.
    pub path: String,
    pub body: Body,
    pub repeat: Repeat,
    /// The time limit of the request with its repetition. `None` for the time limit of a search.
    pub limit: Option<Duration>,
}

impl ClusterRequest {
    /// A repeatable request with the time limit of a search and without a body.
    pub fn new(method: Method, path: impl Into<String>) -> ClusterRequest {
        ClusterRequest {
            method,
            path: path.into(),
            body: Body::None,
            repeat: Repeat::Allowed,
            limit: None,
        }
    }

    /// A GET request.
    pub fn get(path: impl Into<String>) -> ClusterRequest {
        ClusterRequest::new(Method::GET, path)
    }

    /// A POST request with the JSON text `json`. It is repeatable, as searches are.
    pub fn post(path: impl Into<String>, json: impl Into<Bytes>) -> ClusterRequest {
        ClusterRequest { body: Body::Json(json.into()), ..ClusterRequest::new(Method::POST, path) }
    }

    /// A PUT request with the JSON text `json`. It is repeatable: if it creates an index and the first answer was lost,
    /// the second one is an error of the kind `resource_already_exists_exception`.
    pub fn put(path: impl Into<String>, json: impl Into<Bytes>) -> ClusterRequest {
        ClusterRequest { body: Body::Json(json.into()), ..ClusterRequest::new(Method::PUT, path) }
    }

    /// Forbids a repetition.
    #[must_use]
    pub fn once(mut self) -> ClusterRequest {
        self.repeat = Repeat::Forbidden;
        self
    }

    /// Sets the time limit.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> ClusterRequest {
        self.limit = Some(limit);
        self
    }
}

/// `name` as a part of a path. Commas and asterisks stay, so it can be a list or a pattern of names of indexes.
pub fn path_part(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}
