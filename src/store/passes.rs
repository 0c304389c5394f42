//! The progress of fetching threads, kept from one request and one run to the next.

use serde::{Deserialize, Serialize};

/// The progress of fetching one kind of threads of one source. Timestamps of threads are RFC 3339 in UTC with seconds,
/// so they can be compared as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadState {
    /// The pass in progress.
    pub pass: Option<ThreadPass>,
    /// The latest change of a thread, and of a comment, that the last complete pass saw.
    pub newest: Option<String>,
    pub newest_comment: Option<String>,
    /// When the last full pass ended; an earlier time if it could not determine which threads are gone, so that the next
    /// full pass starts sooner. Unix time in seconds.
    pub swept_at: i64,
    /// The catalogue's rules for threads at that time.
    pub rule: String,
    /// Fingerprint of the logins whose posts were left out.
    pub opted_out: String,
    /// The last response that had no further page, for the list of issues and for the list of comments.
    pub answered: Option<KnownResponse>,
    pub answered_comments: Option<KnownResponse>,
}

/// A response of GitHub, used to send the same request conditionally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownResponse {
    /// The `since` parameter of the request.
    pub since: String,
    pub etag: String,
}

/// A pass over the threads of one source, from one request to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadPass {
    /// Whether it reads all threads, so that a stored thread that it does not see is gone.
    pub full: bool,
    pub phase: PassPhase,
    /// GitHub's cursor of the last page; for issues, the `since` parameter of the next request.
    pub cursor: Option<String>,
    /// For issues, the page of that list, from 1.
    pub page: u32,
    /// For discussions, the time of change at which the pass ends; for the comments of issues, the one at which it begins.
    pub until: Option<String>,
    /// The latest changes of a thread and of a comment that the pass has seen.
    pub newest: Option<String>,
    pub newest_comment: Option<String>,
    /// The earliest change of a thread that could not be read. The next pass begins there.
    pub failed_since: Option<String>,
    /// Whether a thread of unknown number could not be read. Then no thread counts as gone.
    pub is_blind: bool,
    /// The number of threads that it has seen.
    pub seen: usize,
}

/// What a pass is reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassPhase {
    #[default]
    Threads,
    /// The threads that changed while the full pass ran, a second time.
    Again,
    /// The comments of issues.
    Comments,
}
