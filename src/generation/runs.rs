//! Reads and writes `runs.json`, which contains the last runs, newest first. Finds the latest result of each source.

use std::collections::HashMap;
use std::path::Path;

use super::damage::IndexDamage;
use super::run::{FetchOutcome, RunRecord, SourceResult};
use crate::disk;
use crate::problem::Problem;

/// The maximum number of runs that are kept. Older runs are dropped.
const MOST_RUNS: usize = 200;

/// The recorded runs of the index, newest first. If the record can't be read, logs a warning and returns no runs.
pub fn read(index: &Path) -> Vec<RunRecord> {
    record(index).unwrap_or_else(|damage| {
        tracing::warn!("{damage}; the next run starts a new record");
        Vec::new()
    })
}

/// The recorded runs of the index, newest first; empty before the first run. `Err` if the record can't be read.
pub fn record(index: &Path) -> Result<Vec<RunRecord>, IndexDamage> {
    let path = index.join("runs.json");
    match disk::read(&path) {
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| IndexDamage::Decode { path, cause: error.to_string() }),
    }
}

/// Adds `run` to the record.
pub(crate) fn append(index: &Path, run: &RunRecord) -> anyhow::Result<()> {
    let mut runs = read(index);
    runs.insert(0, run.clone());
    runs.truncate(MOST_RUNS);
    let json = serde_json::to_vec(&runs)?;
    Ok(disk::replace(&index.join("runs.json"), &json)?)
}

/// The newest recorded run, and for each source the result of the last run that requested it. A run of one source does
/// not change the results of the others.
#[derive(Clone, Debug, Default)]
pub struct LatestResults {
    pub last_run: Option<RunRecord>,
    results: HashMap<String, SourceResult>,
}

impl LatestResults {
    /// The latest results of the index `index`. Reads `runs.json`.
    pub fn read(index: &Path) -> LatestResults {
        LatestResults::of(read(index))
    }

    /// The latest results in `runs`, which must be in the order newest first.
    pub fn of(runs: Vec<RunRecord>) -> LatestResults {
        let mut results = HashMap::new();
        let results_of_runs = runs.iter().flat_map(|run| &run.sources);
        for result in results_of_runs.filter(|result| result.outcome != FetchOutcome::Skipped) {
            results.entry(result.source.clone()).or_insert_with(|| result.clone());
        }
        LatestResults { last_run: runs.into_iter().next(), results }
    }

    /// The result of the last run that requested `source`.
    pub fn result_of(&self, source: &str) -> Option<&SourceResult> {
        self.results.get(source)
    }

    /// The problems of the last run that requested `source`.
    pub fn problems_of(&self, source: &str) -> Vec<Problem> {
        self.result_of(source).map(SourceResult::problems).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_over_one_source_keeps_the_results_of_the_others() {
        let run = |outcomes: &[(&str, FetchOutcome)]| RunRecord {
            sources: outcomes
                .iter()
                .map(|(source, outcome)| SourceResult {
                    source: (*source).to_owned(),
                    outcome: *outcome,
                    error: Some("why".into()),
                    ..SourceResult::default()
                })
                .collect(),
            ..RunRecord::default()
        };
        let standing = LatestResults::of(vec![
            run(&[("a", FetchOutcome::Skipped), ("b", FetchOutcome::Unchanged)]),
            run(&[("a", FetchOutcome::Deferred), ("b", FetchOutcome::Failed)]),
        ]);
        assert_eq!(standing.problems_of("a")[0].message, "why");
        assert_eq!(standing.problems_of("b"), [], "it has recovered");
        assert_eq!(standing.problems_of("c"), []);
    }
}
