//! Fetches the files of the sources in the catalogue. The only module with an HTTP client.
//!
//! [`Crawler::fetch`] checks with one conditional request whether a source changed. If it did, it streams the source's
//! files to the caller through a channel. This module writes nothing to disk. A truncated or hostile archive ends in an
//! error, and the caller keeps what it had. [`mod@session`] sends requests, [`judge`] interprets responses, [`pace`]
//! enforces rate limits, [`hosts`] says which hosts may be contacted. [`github`] knows GitHub's URLs and its API
//! (through octocrab, over the same session), [`archive`] and [`unpack`] unpack in memory, [`folder`] reads local
//! folders.

mod archive;
pub mod folder;
pub mod github;
mod hosts;
mod http_client;
mod judge;
pub mod links;
mod pace;
mod session;
mod unpack;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::catalogue::policy::Limits;
use crate::catalogue::{Origin, Selection, Source, SourceId, Visibility};
use crate::config::{Config, GitHubHosts, Sources};
use crate::problem::Problem;

pub use pace::{Quota, Resource};
use session::Session;

/// Git's name for a file's content: the SHA-1 of `blob <length>\0` and the bytes, in hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

impl BlobId {
    /// The id of `bytes`, as `git hash-object` gives it. O(length).
    ///
    /// ```
    /// use cairn::crawl::BlobId;
    /// assert_eq!(BlobId::of(b"").0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    /// ```
    pub fn of(bytes: &[u8]) -> BlobId {
        let mut hash = Sha1::new();
        hash.update(format!("blob {}\0", bytes.len()));
        hash.update(bytes);
        let mut hex = String::with_capacity(40);
        for byte in hash.finalize() {
            // Writing to a String can't fail.
            let _ = write!(hex, "{byte:02x}");
        }
        BlobId(hex)
    }
}

/// One file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFile {
    /// Inside the source, `/`-separated, without `..` and never absolute.
    pub path: String,
    pub blob: BlobId,
    pub bytes: Vec<u8>,
}

/// The state of a source at its last complete fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub source: SourceId,
    /// The commit's sha; for folders and archives without one, a hash of the content.
    pub revision: String,
    /// The ETag for the next conditional request.
    pub validator: Option<String>,
    /// Seconds since 1970.
    pub fetched_at: i64,
    /// [`Selection::fingerprint`] under which it was fetched.
    pub selection: String,
}

/// A file of a source that the rules left out when it was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub path: String,
    pub size: u64,
}

/// An item that a fetch sends to its caller.
#[derive(Debug)]
pub enum Sent {
    /// A file, with its share of the memory limit. Dropping the share frees it.
    File(RawFile, Room),
    /// Discard everything sent so far: the transfer broke off and restarts.
    Restarted,
}

/// A file's share of the memory limit between network and store.
#[derive(Debug)]
pub struct Room {
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// The memory limit for all files in transit together, in kibibytes.
    const KIBIBYTES: u32 = 32 * 1024;

    /// The number of permits for a file of this many bytes.
    fn wanted(bytes: u64) -> u32 {
        u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(Room::KIBIBYTES)
    }

    fn of(permit: OwnedSemaphorePermit) -> Room {
        Room { _permit: permit }
    }
}

/// The result of comparing a source with its [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Unchanged; nothing was sent.
    Unchanged,
    /// The archive's bytes differ but it is of the known commit; nothing was sent. Holds the new ETag.
    SameCommit { validator: Option<String> },
    /// A folder without any file, such as an empty mount point; nothing was sent.
    Nothing,
    /// All files were sent.
    Changed { revision: String, validator: Option<String> },
}

/// Whether the response came from another URL than the requested one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    #[default]
    No,
    /// To this `owner/name`.
    To(String),
    /// To a repository whose name the redirect does not contain.
    Somewhere,
}

/// Why a source could not be fetched. Its indexed documents stay, except after [`CrawlError::Blocked`].
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error("{0} answers 404: the repository is gone, private, or misspelt")]
    NotFound(String),
    #[error(
        "{0} is private, and GitHub answers 404: it is gone, misspelt, or the token may not read it"
    )]
    Hidden(String),
    #[error("{0} is private, and there is no token to ask GitHub with; it was not asked")]
    NoToken(String),
    #[error("{url} answers {status}: access to the repository is blocked")]
    Blocked { url: String, status: u16 },
    #[error("{0} answers 409: the repository is empty")]
    Empty(String),
    #[error("{0} answers 401: the token is not accepted")]
    Unauthorised(String),
    #[error("{host} {why}; deferred to a later run")]
    Deferred {
        host: String,
        why: String,
        /// When the host may be requested again, if it said so; Unix time in seconds.
        until: Option<i64>,
    },
    #[error("{url} answers {status}")]
    Status { url: String, status: u16 },
    #[error("{url}: {cause}")]
    Network { url: String, cause: String },
    #[error("{url} is not asked: {cause}")]
    Refused { url: String, cause: String },
    #[error("the archive of {source_id}: {cause}")]
    Archive { source_id: SourceId, cause: String },
    #[error("the folder {path}: {cause}")]
    Folder { path: String, cause: String },
    #[error("the folder {path} is empty now, but {files} files of it are stored: they are kept")]
    Emptied { path: String, files: usize },
    #[error("the run was ended")]
    Ended,
}

impl CrawlError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            CrawlError::NotFound(_) => {
                "if it stays so, remove it from the catalogue; a private repository needs \
                 `private = true` there"
                    .into()
            }
            CrawlError::Empty(_) => "if it stays so, remove it from the catalogue".into(),
            CrawlError::Hidden(_) => {
                "give the token read access to the repository's contents, or correct the entry"
                    .into()
            }
            CrawlError::NoToken(_) => {
                "set GITHUB_TOKEN, or token_file under [github], to a token that may read the \
                 repository's contents"
                    .into()
            }
            CrawlError::Deferred { until: Some(_), .. } => {
                "the next run asks it; for the API, GITHUB_TOKEN brings a larger quota".into()
            }
            CrawlError::Network { .. } | CrawlError::Deferred { .. } => {
                "is the network up? the next run tries again".into()
            }
            CrawlError::Unauthorised(_) => "renew GITHUB_TOKEN, or unset it".into(),
            CrawlError::Refused { .. } => "mend the address in the catalogue or settings".into(),
            CrawlError::Archive { .. } => {
                "the next run fetches it again; `include` takes less of it".into()
            }
            CrawlError::Folder { .. } => {
                "make it readable (is its disk mounted?), or correct `folder` in the catalogue"
                    .into()
            }
            CrawlError::Emptied { .. } => {
                "is its disk mounted? `cairn refresh --accept-loss` drops them".into()
            }
            _ => return None,
        })
    }

    /// Whether a retry may succeed.
    fn is_passing(&self) -> bool {
        match self {
            CrawlError::Network { .. } => true,
            CrawlError::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// The cost of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    pub requests: u64,
    /// Bytes of response bodies on the wire.
    pub bytes: u64,
    /// Points of GitHub's GraphQL API.
    #[serde(default)]
    pub points: u64,
}

impl std::ops::AddAssign for Traffic {
    fn add_assign(&mut self, other: Traffic) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.points += other.points;
    }
}

/// The outcome of one fetch: its result, its problems and its cost.
#[derive(Debug)]
pub struct Report {
    pub result: Result<Fetched, CrawlError>,
    pub moved: Moved,
    /// Archives only: the files that the rules left out; `None` if there are too many to list.
    pub left_out: Option<Vec<LeftOut>>,
    /// Folders only: the files and folders inside that could not be read. Their contents are unknown, not empty.
    pub unread: Vec<String>,
    pub problems: Vec<Problem>,
    pub traffic: Traffic,
}

/// An HTTP client with the settings of one run. Clones share all of it.
#[derive(Clone)]
pub struct Crawler {
    session: Arc<Session>,
    github: GitHubHosts,
    limits: Limits,
    sources: Sources,
    /// The index folder, which is never a source.
    index: PathBuf,
    /// The memory limit for files in transit.
    room: Arc<Semaphore>,
}

impl Crawler {
    /// A crawler with the base URLs and the token of `config`, bounded by `limits`. Sends no request.
    ///
    /// `Err` if TLS can't be set up on this machine.
    pub fn new(config: &Config, limits: Limits) -> anyhow::Result<Crawler> {
        Ok(Crawler {
            session: Arc::new(Session::new(config)?),
            github: config.github.clone(),
            limits,
            sources: config.sources.clone(),
            index: folder::canonical(&config.index),
            room: Arc::new(Semaphore::new(Room::KIBIBYTES as usize)),
        })
    }

    /// Checks whether `source` changed since `known`. If so, sends each file that `selection` keeps to `files`, in the
    /// order of the archive.
    ///
    /// Costs one conditional request if nothing changed; with a token, a second request if something did. Retries
    /// transient failures with exponential backoff, and waits as long as a host asks, up to the limit in the settings.
    /// Memory: at most 32 MiB of files in transit, for all sources together. Entries that must not be used (links,
    /// absolute paths, oversized files) become problems.
    pub async fn fetch(
        &self,
        source: &Source,
        selection: &Selection,
        known: Option<&Snapshot>,
        files: mpsc::Sender<Sent>,
    ) -> Report {
        let mut report = Report::of(Ok(Fetched::Unchanged));
        let mut fetch = Fetch { crawler: self, source, selection, files, report: &mut report };
        let result = match &source.origin {
            Origin::GitHub { owner, name } => match source.visibility {
                Visibility::Public => fetch.github(owner, name, known).await,
                Visibility::Private => fetch.private((owner, name), known).await,
            },
            Origin::Archive { url } => fetch.archive_at(url, known).await,
            Origin::Folder { path } => fetch.folder(path).await,
        };
        report.result = result;
        for problem in &mut report.problems {
            problem.source = Some(source.id.0.clone());
        }
        report
    }

    /// Whether `url` answers, whatever the status; returns the time in the response's `date` header, if any. Sends one
    /// request, without retries.
    pub async fn reach(
        &self,
        url: &str,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, CrawlError> {
        self.session.reach(url).await
    }

    /// The core quota in the last response of GitHub's API; `None` before the first request.
    pub fn quota(&self) -> Option<Quota> {
        self.session.quota(Resource::Core)
    }

    /// Whether GitHub refused the token. The run then continues without it.
    pub fn token_refused(&self) -> bool {
        self.session.token_refused()
    }
}

impl Report {
    /// A report with a result and nothing else.
    pub fn of(result: Result<Fetched, CrawlError>) -> Report {
        Report {
            result,
            moved: Moved::No,
            left_out: None,
            unread: Vec::new(),
            problems: Vec::new(),
            traffic: Traffic::default(),
        }
    }
}

/// One fetch under way.
struct Fetch<'a> {
    crawler: &'a Crawler,
    source: &'a Source,
    selection: &'a Selection,
    files: mpsc::Sender<Sent>,
    report: &'a mut Report,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_those_of_git() {
        assert_eq!(BlobId::of(b"hello\n").0, "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
