//! How a run ended, and how many runs ended in each way since the index exists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// It did all that it was asked to do.
    Done,
    /// It did, except that some sources failed or were deferred.
    Partial,
    /// It could fetch nothing: no host answered, or each source failed.
    Unreached,
    /// It published nothing, because documents would have been lost or the disk budget exceeded.
    Refused,
    /// Somebody stopped it.
    Stopped,
    /// An error ended it.
    Failed,
}

impl RunOutcome {
    /// Every outcome, the best first.
    pub const ALL: [RunOutcome; 6] = [
        RunOutcome::Done,
        RunOutcome::Partial,
        RunOutcome::Unreached,
        RunOutcome::Refused,
        RunOutcome::Stopped,
        RunOutcome::Failed,
    ];

    /// Its name in JSON and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            RunOutcome::Done => "done",
            RunOutcome::Partial => "partial",
            RunOutcome::Unreached => "unreached",
            RunOutcome::Refused => "refused",
            RunOutcome::Stopped => "stopped",
            RunOutcome::Failed => "failed",
        }
    }

    /// Whether the index is as new as the sources that could be fetched.
    pub fn is_success(self) -> bool {
        matches!(self, RunOutcome::Done | RunOutcome::Partial)
    }
}

/// How many runs ended in each way, and what they read, since the record of runs began. Only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RunTotals {
    pub done: u64,
    pub partial: u64,
    pub unreached: u64,
    pub refused: u64,
    pub stopped: u64,
    pub failed: u64,
    /// The number of files whose text was extracted.
    pub files: u64,
}

impl RunTotals {
    /// The totals after a run with `outcome` that extracted `files`.
    #[must_use]
    pub(super) fn with(mut self, outcome: RunOutcome, files: usize) -> RunTotals {
        *self.count_mut(outcome) += 1;
        self.files += files as u64;
        self
    }

    /// The number of runs that ended with `outcome`.
    pub fn count(mut self, outcome: RunOutcome) -> u64 {
        *self.count_mut(outcome)
    }

    fn count_mut(&mut self, outcome: RunOutcome) -> &mut u64 {
        match outcome {
            RunOutcome::Done => &mut self.done,
            RunOutcome::Partial => &mut self.partial,
            RunOutcome::Unreached => &mut self.unreached,
            RunOutcome::Refused => &mut self.refused,
            RunOutcome::Stopped => &mut self.stopped,
            RunOutcome::Failed => &mut self.failed,
        }
    }
}
