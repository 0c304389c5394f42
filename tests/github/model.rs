//! What tests hand to the server and what it hands back: repositories, faults, requests seen.

use std::path::PathBuf;
use std::time::Duration;

/// One request as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    /// What was posted; empty for the other methods.
    pub body: String,
    pub status: u16,
    pub if_none_match: Option<String>,
    /// An `Authorization` header came with it, accepted or not.
    pub authorized: bool,
    pub user_agent: Option<String>,
    /// Bytes of the body handed to the connection so far.
    pub bytes_sent: u64,
    /// No more of the body will follow: it is out, or the connection is gone.
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
    /// Without a token that is taken, there is nothing of this repository to see.
    pub private: bool,
    pub has_discussions: bool,
    pub has_issues: bool,
    pub topics: Vec<String>,
    pub homepage: Option<String>,
    /// RFC 3339; `None`: a date that follows the number of pushes so far.
    pub pushed_at: Option<String>,
    /// The full name of what this is a fork of, which need not be served here.
    pub fork_of: Option<String>,
    pub archive: Archive,
}

/// Where a repository's tar.gz comes from.
#[derive(Clone, Debug)]
pub enum Archive {
    Bytes(Vec<u8>),
    /// Read again on each request; the repository's sha follows the file when it changes.
    File(PathBuf),
}

/// What goes wrong with the requests for one repository, API and archive alike unless said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    Status(u16),
    /// The next request only.
    StatusOnce(u16),
    /// The API's 403 with no requests left; archives have no such quota and are served. Ends
    /// `reset_in` after the first request it met.
    RateLimited {
        reset_in: Duration,
    },
    /// The API's secondary limit (403), or 429 for an archive. Ends `seconds` after the first
    /// request it met.
    RetryAfter {
        seconds: u64,
    },
    /// GraphQL's secondary limit as a 200 that has only `errors`; elsewhere as `RetryAfter`.
    SecondaryLimitIn200 {
        seconds: u64,
    },
    /// Half of the body, then the connection breaks.
    Truncated,
    /// A web page where the archive should be.
    NotGzip,
    /// Small chunks (1 KiB) with a pause before each.
    Slow {
        per_chunk: Duration,
    },
    /// 200 with the ETag the client already has.
    IgnoresEtag,
    /// Half of the body, then silence on an open connection.
    Stall,
    /// 403 for a repository that GitHub itself has closed.
    AccessBlocked,
    /// This status from the host of the archives alone, with no header that names a wait.
    ArchiveStatus(u16),
    /// 302 to the same path on another port of this machine.
    Elsewhere {
        port: u16,
    },
}

impl Request {
    /// The variables of a GraphQL request; null if there are none.
    pub fn variables(&self) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["variables"].clone()
    }

    /// The value of `name` in the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Repo {
    /// A repository with the usual settings; for others: `Repo { stars: 5, ..Repo::new(..) }`.
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
