//! A run in a few figures, for status and metrics.

use schemars::JsonSchema;
use serde::Serialize;

use super::outcome::RunOutcome;
use super::run::{FetchOutcome, RunRecord};

/// A run in a few figures.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunGlance {
    /// When the run started, in RFC 3339 format.
    pub started_at: String,
    /// When the run ended, in RFC 3339 format.
    pub ended_at: String,
    pub seconds: f64,
    pub outcome: RunOutcome,
    /// The number of sources that were to be fetched.
    pub sources: usize,
    /// The number of sources of which something could not be fetched.
    pub failed: usize,
    /// The number of sources of which something was deferred to a later run.
    pub deferred: usize,
    pub requests: u64,
    pub bytes: u64,
}

impl RunGlance {
    /// The figures of `run`.
    pub fn of(run: &RunRecord) -> RunGlance {
        let is_asked = |outcome: FetchOutcome| outcome != FetchOutcome::Skipped;
        RunGlance {
            started_at: run.started_at.clone(),
            ended_at: run.ended_at.clone(),
            seconds: run.seconds,
            outcome: run.outcome(),
            sources: run.sources.iter().filter(|source| is_asked(source.outcome)).count(),
            failed: run.failed().count(),
            deferred: run.deferred().count(),
            requests: run.traffic.requests,
            bytes: run.traffic.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::run::SourceResult;

    #[test]
    fn the_worst_that_happened_is_the_outcome() {
        let mut run = RunRecord::default();
        let mut outcomes = vec![run.outcome()];
        run.sources = [FetchOutcome::Changed, FetchOutcome::Failed]
            .map(|outcome| SourceResult { outcome, ..SourceResult::default() })
            .into();
        outcomes.push(run.outcome());
        run.refused = Some(crate::generation::loss::DocumentLoss::default());
        outcomes.push(run.outcome());
        run.refused = None;
        run.over_budget = Some(crate::generation::budget::DiskExcess::default());
        assert_eq!(run.outcome(), RunOutcome::Refused);
        run.stopped = true;
        outcomes.push(run.outcome());
        run.error = Some("the disk is full".into());
        outcomes.push(run.outcome());
        let expected = [
            RunOutcome::Done,
            RunOutcome::Partial,
            RunOutcome::Refused,
            RunOutcome::Stopped,
            RunOutcome::Failed,
        ];
        assert_eq!(outcomes, expected);
    }
}
