//! Reads and writes `runs.json`, which contains the last runs, newest first. Finds the latest result of each source.

use std::collections::HashMap;
use std::path::Path;

use super::damage::IndexDamage;
use super::glance::RunGlance;
use super::outcome::RunTotals;
use super::run::{FetchOutcome, RunRecord, SourceResult};
use crate::disk;
use crate::problem::Problem;

/// The number of runs that are kept. Of older runs, only the last full one and the last full one that succeeded are kept,
/// so that many runs over single sources, or many failures, do not hide them.
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

/// Adds `run` to the record, with the totals of all runs so far. The caller must hold the lock of the index.
pub(crate) fn append(index: &Path, run: &RunRecord) -> anyhow::Result<()> {
    let runs = with(read(index), run.clone());
    let json = serde_json::to_vec(&runs)?;
    Ok(disk::replace(&index.join("runs.json"), &json)?)
}

/// `runs`, newest first, with `run` added and without those that are not kept.
fn with(mut runs: Vec<RunRecord>, mut run: RunRecord) -> Vec<RunRecord> {
    run.totals = Some(totals(&runs).with(run.outcome(), run.extracted));
    runs.insert(0, run);
    keep(&mut runs, MOST_RUNS);
    runs
}

/// Keeps the first `most` of `runs`, newest first, and of the others the last full run and the last full success.
pub(crate) fn keep(runs: &mut Vec<RunRecord>, most: usize) {
    let kept = [runs.iter().position(|run| run.complete), runs.iter().position(is_full_success)];
    let mut at = 0..;
    runs.retain(|_| at.next().is_some_and(|at| at < most || kept.contains(&Some(at))));
}

/// The totals of `runs`, newest first. Records of earlier versions have none, so their runs are counted.
fn totals(runs: &[RunRecord]) -> RunTotals {
    let known = runs.iter().position(|run| run.totals.is_some());
    let counted = &runs[..known.unwrap_or(runs.len())];
    let base = known.and_then(|at| runs[at].totals).unwrap_or_default();
    counted.iter().fold(base, |totals, run| totals.with(run.outcome(), run.extracted))
}

/// Whether `run` covered all sources and succeeded.
fn is_full_success(run: &RunRecord) -> bool {
    run.complete && run.outcome().is_success()
}

/// The newest recorded runs, and for each source the result of the last run that requested it. A run of one source does
/// not change the results of the others.
#[derive(Clone, Debug, Default)]
pub struct LatestResults {
    pub last_run: Option<RunRecord>,
    /// The last run that covered all sources of the catalogue.
    pub last_full: Option<RunGlance>,
    /// The last run that covered all sources of the catalogue and succeeded.
    pub last_success: Option<RunGlance>,
    /// The number of sources that the last run that asked any host could not reach, if it reached none: there was no
    /// network. Runs over folders change nothing about that.
    pub unreached: Option<usize>,
    /// How all runs ended.
    pub totals: RunTotals,
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
        LatestResults {
            last_full: runs.iter().find(|run| run.complete).map(RunGlance::of),
            unreached: runs
                .iter()
                .find(|run| run.requested().next().is_some())
                .and_then(|run| run.no_network().map(|down| down.sources)),
            last_success: runs.iter().find(|run| is_full_success(run)).map(RunGlance::of),
            totals: totals(&runs),
            last_run: runs.into_iter().next(),
            results,
        }
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

    #[test]
    fn hundreds_of_small_runs_keep_the_last_full_success_and_the_totals() {
        let run = |complete, at: usize| RunRecord {
            complete,
            ended_at: at.to_string(),
            extracted: 2,
            ..RunRecord::default()
        };
        let failed = RunRecord { error: Some("full".into()), ..run(false, 2) };
        let mut refused = run(true, 1);
        refused.refused = Some(crate::generation::loss::DocumentLoss::default());
        // An earlier version wrote the first two records.
        let mut runs = vec![refused, run(true, 0)];
        runs = with(runs, failed);
        for at in 3..=250 {
            runs = with(runs, run(false, at));
        }
        assert_eq!(runs.len(), MOST_RUNS + 2);
        let latest = LatestResults::of(runs);
        let ended = |run: Option<RunGlance>| run.unwrap().ended_at;
        assert_eq!((ended(latest.last_full), ended(latest.last_success)), ("1".into(), "0".into()));
        let RunTotals { done, refused, failed, files, .. } = latest.totals;
        assert_eq!((done, refused, failed, files), (249, 1, 1, 502));
    }
}
