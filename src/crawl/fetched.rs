//! The messages that a fetch sends, and its outcome.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;

use super::{CrawlError, LeftOut, RawFile};
use crate::catalogue::SourceId;
use crate::problem::Problem;

/// The state of a source at its last complete fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub source: SourceId,
    /// The commit's sha; for folders and archives without one, a hash of the content.
    pub revision: String,
    /// The ETag for the next conditional request.
    pub validator: Option<String>,
    /// When the fetch was made; Unix time in seconds.
    pub fetched_at: i64,
    /// The [`crate::catalogue::Selection::fingerprint`] of the selection that the fetch used.
    pub selection: String,
}

/// An item that a fetch sends to its caller.
#[derive(Debug)]
pub enum FetchMessage {
    /// A file, with its share of the memory limit. Dropping the share frees it.
    File(RawFile, MemoryShare),
    /// The transfer was interrupted and restarts. The caller must discard all files sent so far.
    Restarted,
}

/// A file's share of the memory limit for files in transit, on their way from the network to the store.
#[derive(Debug)]
pub struct MemoryShare {
    _permit: OwnedSemaphorePermit,
}

impl MemoryShare {
    /// The memory limit for all files in transit together, in kibibytes.
    pub(super) const KIBIBYTES: u32 = 32 * 1024;

    /// The number of permits for a file of this many bytes.
    pub(super) fn wanted(bytes: u64) -> u32 {
        u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(MemoryShare::KIBIBYTES)
    }

    pub(super) fn of(permit: OwnedSemaphorePermit) -> MemoryShare {
        MemoryShare { _permit: permit }
    }
}

/// How a source differs from the [`Snapshot`] of its last fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Unchanged; nothing was sent.
    Unchanged,
    /// The archive has other bytes, but it was made from the known commit; nothing was sent. `validator` is the new
    /// ETag.
    SameCommit { validator: Option<String> },
    /// The source is a folder that contains no files, for example an empty mount point; nothing was sent.
    Nothing,
    /// The selected files were sent. The source has changed, or it is a folder: the caller compares the revisions.
    Changed { revision: String, validator: Option<String> },
}

/// Whether a redirect showed that the repository was moved or renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RepositoryMove {
    #[default]
    No,
    /// The repository's new `owner/name`.
    To(String),
    /// The repository was moved, but its new name is unknown, because the redirect does not contain it.
    Somewhere,
}

/// The cost of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    pub requests: u64,
    /// The number of bytes of response bodies, as transferred.
    pub bytes: u64,
    /// The number of points of GitHub's GraphQL API.
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
pub struct FetchReport {
    pub result: Result<Fetched, CrawlError>,
    pub moved: RepositoryMove,
    /// The files of an archive that the selection or the size limit left out. `None` for folders, if there are too many
    /// files to list, or if the archive was not unpacked.
    pub left_out: Option<Vec<LeftOut>>,
    /// The files and subfolders of a folder that could not be read; empty for repositories and archives. Their contents
    /// are unknown, so the caller must not treat them as deleted.
    pub unread: Vec<String>,
    pub problems: Vec<Problem>,
    pub traffic: Traffic,
}

impl FetchReport {
    /// A report with a result and nothing else.
    pub fn of(result: Result<Fetched, CrawlError>) -> FetchReport {
        FetchReport {
            result,
            moved: RepositoryMove::No,
            left_out: None,
            unread: Vec::new(),
            problems: Vec::new(),
            traffic: Traffic::default(),
        }
    }
}
