//! Brings in the bytes of the files that the catalogue lists; the only HTTP client.
//!
//! [`Crawler::fetch`] asks whether a source is new in one conditional request, and streams what it
//! holds, file by file, to the caller. Nothing is written here: what is fetched goes through the
//! channel, and a truncated or hostile archive ends in an error that loses nothing which the caller
//! already has. [`mod@session`] sends requests, [`judge`] reads statuses, [`pace`] keeps to what hosts bear,
//! [`hosts`] says which may be spoken to; [`github`] knows GitHub's addresses and its API (through octocrab,
//! over the same session), [`archive`] and [`unpack`] unpack in memory, [`folder`] reads local folders.

mod archive;
pub mod folder;
pub mod github;
mod hosts;
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

/// What is known of a source from the last time that it was fetched whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub source: SourceId,
    /// The commit's sha; for folders and archives without one, a hash of the content.
    pub revision: String,
    /// The ETag to ask with next time.
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

/// What a fetch sends.
#[derive(Debug)]
pub enum Sent {
    /// A file, with the room in memory that it takes until that is dropped.
    File(RawFile, Room),
    /// What was sent so far is void: the transfer broke off and starts again.
    Restarted,
}

/// Room in memory that a file holds on its way from the network to the store.
#[derive(Debug)]
pub struct Room {
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// Kibibytes that all files on their way may hold together.
    const KIBIBYTES: u32 = 32 * 1024;

    /// The permits for a file of so many bytes.
    fn wanted(bytes: u64) -> u32 {
        u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(Room::KIBIBYTES)
    }

    fn of(permit: OwnedSemaphorePermit) -> Room {
        Room { _permit: permit }
    }
}

/// How a source stands against its [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Nothing new; nothing was sent.
    Unchanged,
    /// Another archive of the commit that is known, with this ETag; nothing was sent.
    SameCommit { validator: Option<String> },
    /// A folder that holds no file at all, as an empty mount point does; nothing was sent.
    Nothing,
    /// All files were sent.
    Changed { revision: String, validator: Option<String> },
}

/// Whether the source answered from another address than the one that was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    #[default]
    No,
    /// To this `owner/name`.
    To(String),
    /// To a place that the redirect does not name.
    Somewhere,
}

/// Why a source could not be fetched; what is indexed of it stays, save [`CrawlError::Blocked`].
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
        /// When the host may be asked again, if it said so; seconds since 1970.
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

    /// Whether the same request may well succeed a little later.
    fn is_passing(&self) -> bool {
        match self {
            CrawlError::Network { .. } => true,
            CrawlError::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// What asking cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    pub requests: u64,
    /// Bytes of bodies, as sent.
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

/// The end of one fetch: its result, what went wrong softly on the way, and what it cost.
#[derive(Debug)]
pub struct Report {
    pub result: Result<Fetched, CrawlError>,
    pub moved: Moved,
    /// Of an archive: the files that the rules left out; `None` if they are too many to remember.
    pub left_out: Option<Vec<LeftOut>>,
    /// Of a folder: the files and folders inside it that could not be read. What they hold is not
    /// known, which is not to say that they hold nothing.
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
    /// The index folder, which is no source.
    index: PathBuf,
    /// Room for files on their way.
    room: Arc<Semaphore>,
}

impl Crawler {
    /// A crawler with `config`'s addresses and token under `limits`. No request is made.
    ///
    /// `Err` if the TLS of this machine can't be set up.
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

    /// Asks whether `source` is newer than `known` and, if so, sends each file that `selection`
    /// keeps to `files`, in the order in which it comes.
    ///
    /// One conditional request where nothing is new; with a token, a second one where something is.
    /// Failures that may pass are tried again with back-off, waits that a host asks for are kept up
    /// to the settings' limit. Memory: the files on their way, 32 MiB in all sources together.
    /// Entries that must not be used (links, absolute paths, too large) are problems.
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

    /// Whether anybody answers at the address `url`, whatever the status; the answer's own time, if
    /// it tells one. One request, not repeated.
    pub async fn reach(
        &self,
        url: &str,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, CrawlError> {
        self.session.reach(url).await
    }

    /// What GitHub's API last said of its quota; `None` if it was not asked.
    pub fn quota(&self) -> Option<Quota> {
        self.session.quota(Resource::Core)
    }

    /// Whether GitHub has refused the token, so that this run went on without it.
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
