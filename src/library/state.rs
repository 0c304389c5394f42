//! The state of the index and of its sources, with the results of the last runs.

use std::collections::BTreeMap;

use super::Library;
use super::view::{FailureRange, SourcesView, StatusView};
use crate::generation::manifest::{SourceCondition, SourceState};
use crate::generation::run::{FetchOutcome, RunRecord, SourceResult};
use crate::generation::runs::LatestResults;
use crate::problem::Problem;

impl Library {
    /// The sources in the catalogue's order. `standing` has the result of each source's last run. The state and the
    /// problems of a source include this result.
    pub fn sources(&self, standing: &LatestResults) -> SourcesView {
        let mut sources = self.manifest.sources.clone();
        for source in &mut sources {
            let Some(result) = standing.result_of(&source.id) else { continue };
            source.problems.splice(0..0, result.problems());
            source.state = match (source.state, result.outcome) {
                (SourceCondition::Ok | SourceCondition::New, FetchOutcome::Failed) => {
                    SourceCondition::Failed
                }
                (SourceCondition::Ok | SourceCondition::New, FetchOutcome::Deferred) => {
                    SourceCondition::Deferred
                }
                (state, _) => state,
            };
        }
        SourcesView { sources, last_run: standing.last_run.clone() }
    }

    /// The status of the index. `standing` has the last run. `next_run` is the time of the next refresh (RFC 3339);
    /// `None` if none is planned.
    pub fn status(&self, standing: &LatestResults, next_run: Option<String>) -> StatusView {
        let manifest = &self.manifest;
        let SourcesView { sources, last_run } = self.sources(standing);
        let mut states = BTreeMap::new();
        sources.iter().for_each(|source| *states.entry(source.state).or_default() += 1);
        let is_failing = |source: &&SourceState| {
            standing.result_of(&source.id).is_some_and(SourceResult::is_failing)
        };
        let failing = sources.iter().filter(is_failing).map(|source| source.id.clone()).collect();
        let mut problems: Vec<Problem> =
            last_run.iter().flat_map(RunRecord::problems_of_run).collect();
        let begin = problems.len();
        problems.extend(sources.iter().flat_map(|source| standing.problems_of(&source.id)));
        let failures = FailureRange { begin, end: problems.len() };
        problems.extend(manifest.problems());
        StatusView {
            generation: manifest.generation,
            built_at: manifest.built_at.clone(),
            counts: manifest.counts.clone(),
            sources: manifest.held().count(),
            engine: self.engine(),
            states,
            failing,
            problems,
            failures,
            last_run,
            last_full_run: standing.last_full.clone(),
            next_run,
        }
    }
}
