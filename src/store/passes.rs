//! The progress of fetching threads. It is stored after each page, so the next request or the next run can continue.

use serde::{Deserialize, Serialize};

/// The progress of fetching one kind of threads of one source. Timestamps of threads are RFC 3339 in UTC with seconds,
/// so they can be compared as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadState {
    /// The pass in progress; `None` if there is none.
    pub pass: Option<ThreadPass>,
    /// When the most recently changed thread of the last complete pass was changed; an earlier time if the pass could
    /// not read some thread. If the next pass is not full, it reads what has changed since then.
    pub newest: Option<String>,
    /// When the most recently changed comment of the last complete pass was changed; an earlier time if the pass could
    /// not read some thread.
    pub newest_comment: Option<String>,
    /// When the last full pass ended; Unix time in seconds. If that pass could not determine which threads are gone,
    /// this is set to an earlier time, so that the next full pass starts sooner.
    pub swept_at: i64,
    /// The catalogue's rule for which threads are fetched, as text. If it changes, all threads are read again.
    pub rule: String,
    /// The fingerprint of the set of logins whose posts were left out.
    pub opted_out: String,
    /// The last response for the list of issues; `None` if the list had more than one page, or if it was requested
    /// without `since`.
    pub answered: Option<KnownResponse>,
    /// The last response for the list of comments; `None` if the list had more than one page, or if it was requested
    /// without `since`.
    pub answered_comments: Option<KnownResponse>,
}

/// A response of GitHub, used to send the same request conditionally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownResponse {
    /// The `since` parameter of the request that got this response.
    pub since: String,
    pub etag: String,
}

/// The progress of a pass over the threads of one kind of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadPass {
    /// Whether the pass reads all threads. If so, a stored thread that the pass has not seen when it ends counts as
    /// gone.
    pub full: bool,
    pub phase: PassPhase,
    /// For discussions, the cursor after the last page that was read. For issues, the `since` parameter of the next
    /// request.
    pub cursor: Option<String>,
    /// For issues, the page number of the next request, counted from 1.
    pub page: u32,
    /// For discussions: the phase ends with the first page that contains a discussion whose last change was before this
    /// time. For issues: only comments that were changed at or after this time are read. If `None`, all are read.
    pub until: Option<String>,
    /// When the most recently changed thread that the pass has seen was changed.
    pub newest: Option<String>,
    /// When the most recently changed comment that the pass has seen was changed.
    pub newest_comment: Option<String>,
    /// When the least recently changed of the threads that could not be read was changed. The next pass begins at this
    /// time or earlier. `None` if there is no such thread.
    pub failed_since: Option<String>,
    /// Whether the pass could not read a thread whose number is unknown. If so, no thread counts as gone when the pass
    /// ends.
    pub is_blind: bool,
    /// For discussions, the number of threads that the pass has seen.
    pub seen: usize,
}

/// What a pass is currently reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassPhase {
    #[default]
    Threads,
    /// The discussions that were changed since a full pass began. They are read after all others.
    Again,
    /// The comments of issues.
    Comments,
}
