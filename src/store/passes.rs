//! How far the fetching of threads has come, from one request and one run to the next.

use serde::{Deserialize, Serialize};

/// How the fetching of one kind of threads of one source stands. Times of threads are RFC 3339 in UTC with seconds,
/// so that they compare as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadState {
    /// The pass that is under way.
    pub pass: Option<Pass>,
    /// When the newest thread, and the newest comment, that the last complete pass saw was changed.
    pub newest: Option<String>,
    pub newest_comment: Option<String>,
    /// When the last pass over everything ended, or the time as of which the next one is due if that one could not
    /// tell what is gone; seconds since 1970.
    pub swept_at: i64,
    /// What the catalogue asked for then.
    pub rule: String,
    /// Those whose posts were left out.
    pub opted_out: String,
    /// The last answers that had nothing behind them: of the list of issues, and of that of comments.
    pub answered: Option<Answered>,
    pub answered_comments: Option<Answered>,
}

/// An answer of GitHub, by which the same question is asked conditionally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The time since which was asked.
    pub since: String,
    pub etag: String,
}

/// A pass over the threads of one source, from one request to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pass {
    /// Whether it reads everything, so that what it does not see is gone.
    pub full: bool,
    pub phase: Phase,
    /// GitHub's cursor of the last page; for issues the time since which the next request asks.
    pub cursor: Option<String>,
    /// For issues, the page of the answer to that request, from 1.
    pub page: u32,
    /// The time of change at which discussions end, and that at which the comments of issues begin.
    pub until: Option<String>,
    /// The newest times of change that it has seen.
    pub newest: Option<String>,
    pub newest_comment: Option<String>,
    /// The oldest time of change of a thread that could not be read: the next pass begins there.
    pub failed_since: Option<String>,
    /// Whether something could not be read whose number is not known: then nothing counts as gone.
    pub is_blind: bool,
    /// Threads that it has seen.
    pub seen: usize,
}

/// What a pass reads at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    #[default]
    Threads,
    /// Once more what was changed while a full pass went on.
    Again,
    /// The comments of issues.
    Comments,
}
