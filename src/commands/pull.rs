//! `cairn pull`: takes the generations of another index, once or again and again.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use super::output;
use super::{Exit, place};
use crate::config::Config;
use crate::generation::checksums::CheckDepth;
use crate::generation::replica::ReplicaMark;
use crate::replicate::{self, Place, PullOptions, PullReport, ReplicateError};
use crate::serve::signals::ProcessSignals;

/// The shortest period of `--every`.
const SHORTEST_PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct PullArguments {
    /// Where the generations are: a folder, the http(s) address of a static server, or s3://BUCKET/PREFIX
    /// [default: where those of this index came from]
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    /// Look for a new generation again after each such time, such as 1m, until the program is stopped
    #[arg(long, value_name = "TIME", value_parser = duration)]
    every: Option<Duration>,
    /// How long the source may send nothing
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    /// Check every file of the index, and take damaged ones again
    #[arg(long)]
    full: bool,
}

/// The time that `text` describes.
fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "write a time such as 30s, 1m or 24h".to_owned())
}

pub(super) fn run(config: &Config, arguments: &PullArguments) -> anyhow::Result<Exit> {
    let named = match &arguments.source {
        Some(source) => source.clone(),
        None => known_source(config)?,
    };
    let Some(source) = place::parsed("SOURCE", named.parse()) else { return Ok(Exit::Wrong) };
    let options = PullOptions {
        timeout: arguments.timeout.max(Duration::from_millis(100)),
        depth: if arguments.full { CheckDepth::Deep } else { CheckDepth::Opening },
        compared: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stops = ProcessSignals::to_stop();
        match arguments.every {
            None => tokio::select! {
                report = replicate::pull(&config.index, &source, &options) => {
                    output::line(&summary(&report.map_err(place::with_hint)?))?;
                    Ok(Exit::Done)
                }
                () = stops.next() => bail!("stopped; the index has the generation that it had"),
            },
            Some(period) => tokio::select! {
                error = repeat(config, &source, options, period.max(SHORTEST_PERIOD)) => Err(error),
                () = stops.next() => Ok(Exit::Done),
            },
        }
    })
}

/// The source of the last pull into this index.
fn known_source(config: &Config) -> anyhow::Result<String> {
    let mark = ReplicaMark::read(&config.index)?;
    let mark = mark.context("name the place of the generations: `cairn pull SOURCE`")?;
    Ok(mark.source)
}

/// Pulls again and again. Logs a line for each new generation, for each new kind of failure, and when the failure is over.
/// Returns only if no later pull can succeed.
async fn repeat(
    config: &Config,
    source: &Place,
    mut options: PullOptions,
    period: Duration,
) -> anyhow::Error {
    let mut failure = None;
    loop {
        match replicate::pull(&config.index, source, &options).await {
            Err(error @ (ReplicateError::OwnIndex { .. } | ReplicateError::Itself { .. })) => {
                return place::with_hint(error);
            }
            Err(error) => {
                let message = format!("{:#}", place::with_hint(error));
                if failure.as_ref() != Some(&message) {
                    tracing::warn!(
                        "{message}; trying again every {}",
                        humantime::format_duration(period)
                    );
                }
                failure = Some(message);
            }
            Ok(report) => {
                if report.is_new || options.compared.is_none() || failure.is_some() {
                    tracing::info!("{}", summary(&report));
                }
                failure = None;
                options = PullOptions {
                    compared: Some(report.generation),
                    depth: CheckDepth::Opening,
                    ..options
                };
            }
        }
        // A random part, so that many readers do not ask at the same moment.
        tokio::time::sleep(period.mul_f64(0.95 + fastrand::f64() / 10.0)).await;
    }
}

/// The report in one line.
fn summary(report: &PullReport) -> String {
    let PullReport { generation, taken, linked, bytes, whole, seconds, .. } = report;
    if !report.is_new {
        return format!("generation {generation} is here already");
    }
    let files = output::count(taken + linked, "file");
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    format!(
        "generation {generation}: took {taken} of {files}, {:.3} of {:.3} MB, {seconds:.1} s",
        megabytes(*bytes),
        megabytes(*whole)
    )
}
