//! The types that tests exchange with the server: repositories, faults, logged requests.

use std::path::PathBuf;
use std::time::Duration;

/// A request as the server received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The body of a POST request; empty for other methods.
    pub body: String,
    pub status: u16,
    pub if_none_match: Option<String>,
    /// Whether it has an `Authorization` header, accepted or not.
    pub authorized: bool,
    pub user_agent: Option<String>,
    /// Bytes of the response's body passed to the connection so far.
    pub bytes_sent: u64,
    /// Whether the response is over: its body is sent, or the connection is closed.
    pub finished: bool,
}

/// A repository to serve. An empty `sha` with `Archive::Bytes` is a repository without commits.
#[derive(Clone, Debug)]
pub struct Repo {
    pub full_name: String,
    pub sha: String,
    pub default_branch: String,
    /// An SPDX identifier.
    pub licence: Option<String>,
    pub description: Option<String>,
    pub stars: u64,
    pub archived: bool,
    /// Whether the repository is visible only with an accepted token.
    pub private: bool,
    pub has_discussions: bool,
    pub has_issues: bool,
    pub topics: Vec<String>,
    pub homepage: Option<String>,
    /// RFC 3339. If `None`, the date depends on the number of content changes so far.
    pub pushed_at: Option<String>,
    /// The full name of the repository that this is a fork of; it need not be served.
    pub fork_of: Option<String>,
    pub archive: Archive,
}

/// The source of a repository's tar.gz.
#[derive(Clone, Debug)]
pub enum Archive {
    Bytes(Vec<u8>),
    /// A file, read for each request; when it changes, so does the repository's sha.
    File(PathBuf),
}

/// A fault for the requests for one repository, at the API and other hosts unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    Status(u16),
    /// This status for the next request only.
    StatusOnce(u16),
    /// The API's 403 with no requests left; archives have no such quota and are served. Ends
    /// `reset_in` after the first affected request.
    RateLimited {
        reset_in: Duration,
    },
    /// The API's secondary limit (403), or 429 for an archive. Ends `seconds` after the first
    /// affected request.
    RetryAfter {
        seconds: u64,
    },
    /// GraphQL's secondary limit as a 200 with only `errors`; for other requests, as `RetryAfter`.
    SecondaryLimitIn200 {
        seconds: u64,
    },
    /// Half of the body is sent, then the connection breaks.
    Truncated,
    /// A web page instead of the archive.
    NotGzip,
    /// Small chunks (1 KiB) with a pause before each.
    Slow {
        per_chunk: Duration,
    },
    /// 200 with the ETag the client already has.
    IgnoresEtag,
    /// Half of the body is sent, then nothing more, on an open connection.
    Stall,
    /// 403 for a repository that GitHub has blocked.
    AccessBlocked,
    /// This status from the archive host only, without a header with a wait time.
    ArchiveStatus(u16),
    /// 302 to the same path on another port of this machine.
    Elsewhere {
        port: u16,
    },
}

impl Request {
    /// The variables of a GraphQL request; JSON null if there are none.
    pub fn variables(&self) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["variables"].clone()
    }

    /// The decoded value of the query parameter `name`.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Repo {
    /// A repository with default settings. To change some: `Repo { stars: 5, ..Repo::new(..) }`.
    pub fn new(full_name: &str, sha: &str, archive: Archive) -> Repo {
        Repo {
            full_name: full_name.to_owned(),
            sha: sha.to_owned(),
            default_branch: "main".to_owned(),
            licence: None,
            description: None,
            stars: 0,
            archived: false,
            private: false,
            has_discussions: true,
            has_issues: true,
            topics: Vec::new(),
            homepage: None,
            pushed_at: None,
            fork_of: None,
            archive,
        }
    }
}
