//! Metrics of the index: its generation, its sources, its runs, and the disk space that it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::attempts::RefreshAttempts;
use crate::generation::glance::RunGlance;
use crate::generation::manifest::SourceCondition;
use crate::generation::outcome::{RunOutcome, RunTotals};
use crate::generation::runs::LatestResults;
use crate::generation::usage::IndexUsage;
use crate::library::view::StatusView;
use crate::problem::Stage;

/// The figures of an index at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct IndexFigures {
    generation: u64,
    /// When the generation was built, in seconds since 1970.
    built_at: i64,
    documents: usize,
    sections: usize,
    states: BTreeMap<SourceCondition, usize>,
    failing: usize,
    /// The number of files that could not be read, or not as a whole.
    failed_files: usize,
    runs: RunTotals,
    lost_runs: u64,
    last_attempt: i64,
    last_success: i64,
    last_run: i64,
    usage: IndexUsage,
    /// The disk budget, if there is one.
    max_bytes: Option<u64>,
}

impl IndexFigures {
    /// The figures of an index with the status `status`, if it has a generation, and the runs in `standing` and
    /// `attempts`. Its folder takes `usage` and may take `max_bytes`. O(problems).
    pub fn of(
        status: Option<&StatusView>,
        standing: &LatestResults,
        attempts: &RefreshAttempts,
        usage: IndexUsage,
        max_bytes: Option<u64>,
    ) -> IndexFigures {
        let last = standing.last_run.as_ref();
        let started = last.map_or(0, |run| seconds(&run.started_at));
        let attempted = attempts.last().map_or(0, |at| at.timestamp());
        let ended = |run: &RunGlance| seconds(&run.ended_at);
        let runs = IndexFigures {
            runs: standing.totals,
            lost_runs: attempts.lost(),
            last_attempt: started.max(attempted),
            last_success: standing.last_success.as_ref().map_or(0, ended),
            last_run: last.map_or(0, |run| seconds(&run.ended_at)),
            usage,
            max_bytes,
            ..IndexFigures::default()
        };
        let Some(status) = status else { return runs };
        IndexFigures {
            generation: status.generation,
            built_at: seconds(&status.built_at),
            documents: status.counts.documents,
            sections: status.counts.sections,
            states: status.states.clone(),
            failing: status.failing.len(),
            failed_files: failed_files(status),
            ..runs
        }
    }

    /// The metrics with one value: name, description, value.
    fn gauges(&self) -> [(&'static str, &'static str, i64); 9] {
        [
            ("generation", "The open generation", signed(self.generation)),
            (
                "generation_built_timestamp_seconds",
                "When the open generation was built, seconds since 1970",
                self.built_at,
            ),
            ("documents", "Documents in the index", signed(self.documents as u64)),
            ("sections", "Sections in the index", signed(self.sections as u64)),
            (
                "sources_failing",
                "Sources that failed or were deferred when they were last requested",
                signed(self.failing as u64),
            ),
            (
                "files_failed",
                "Files in the sources that could not be read, or not as a whole",
                signed(self.failed_files as u64),
            ),
            (
                "last_refresh_seconds",
                "When the last refresh ended, seconds since 1970; 0 before the first",
                self.last_run,
            ),
            (
                "refresh_attempt_timestamp_seconds",
                "When the last refresh began, however it ended, seconds since 1970; 0 before the first",
                self.last_attempt,
            ),
            (
                "refresh_success_timestamp_seconds",
                "When the last refresh of all sources ended that succeeded, seconds since 1970; 0 before the first",
                self.last_success,
            ),
        ]
    }
}

/// The number of files that some problem of reading is about.
fn failed_files(status: &StatusView) -> usize {
    let problems = status.problems.iter().filter(|problem| problem.stage == Stage::Extract);
    let files = problems.filter_map(|problem| Some((&problem.source, problem.path.as_ref()?)));
    files.collect::<BTreeSet<_>>().len()
}

/// The Unix time of `text` (RFC 3339); 0 if it is none.
fn seconds(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).map_or(0, |at| at.with_timezone(&Utc).timestamp())
}

/// Encodes the figures that were last set.
#[derive(Clone, Debug, Default)]
pub(super) struct IndexMetrics {
    figures: Arc<Mutex<IndexFigures>>,
}

impl IndexMetrics {
    /// Replaces the figures.
    pub fn set(&self, figures: IndexFigures) {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner) = figures;
    }
}

impl Collector for IndexMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (name, help, value) in figures.gauges() {
            let kind = MetricType::Gauge;
            encoder.encode_descriptor(name, help, None, kind)?.encode_gauge(&value)?;
        }
        let states = SourceCondition::ALL.map(|state| {
            let count = figures.states.get(&state).copied().unwrap_or_default();
            (state.as_str(), count as u64)
        });
        gauges_by(&mut encoder, "sources", "Sources by state", "state", &states)?;
        let help = "Bytes of the index folder by part; a file under several names counts once";
        gauges_by(&mut encoder, "index_bytes", help, "part", &figures.usage.parts())?;
        if let Some(most) = figures.max_bytes {
            let help = "The disk budget of the index";
            encoder
                .encode_descriptor("index_max_bytes", help, None, MetricType::Gauge)?
                .encode_gauge(&signed(most))?;
        }
        let help = "Files whose text was extracted";
        encoder
            .encode_descriptor("files_read", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&figures.runs.files, None)?;
        let help = "Refreshes by outcome; those without a record are lost, and count from the start of the server";
        let mut runs = encoder.encode_descriptor("runs", help, None, MetricType::Counter)?;
        let recorded =
            RunOutcome::ALL.map(|outcome| (outcome.as_str(), figures.runs.count(outcome)));
        for (outcome, count) in recorded.into_iter().chain([("lost", figures.lost_runs)]) {
            runs.encode_family(&[("outcome", outcome)])?
                .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        Ok(())
    }
}

/// `value` as the value of a gauge.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Encodes the gauge `name` with one value for each value of the label `label`.
fn gauges_by(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    values: &[(&str, u64)],
) -> Result<(), fmt::Error> {
    let mut gauge = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (value, count) in values {
        gauge.encode_family(&[(label, *value)])?.encode_gauge(&signed(*count))?;
    }
    Ok(())
}
