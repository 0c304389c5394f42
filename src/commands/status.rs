//! `cairn status`.

use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::library::view::StatusView;
use crate::refresh::runs;

/// Problems that are printed; the rest is counted.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The API's object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let last_run = runs::read(&config.index).into_iter().next();
    let status = open(config)?.status(last_run, None);
    if arguments.json {
        output::json(&status)?;
    } else {
        print(&status)?;
    }
    Ok(Exit::Done)
}

fn print(status: &StatusView) -> anyhow::Result<()> {
    output::line(&format!("generation {}, built {}", status.generation, status.built_at))?;
    output::line(&format!(
        "{} ({} folded as copies) in {}; {}, {}, {}",
        output::count(status.counts.sections, "section"),
        status.counts.copies,
        output::count(status.counts.documents, "document"),
        output::count(status.counts.topics, "topic"),
        output::count(status.counts.mentions, "mention"),
        output::count(status.counts.resources, "resource"),
    ))?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    output::line(&format!(
        "{:.1} MB of text, {:.1} MB of search index",
        megabytes(status.counts.text_bytes),
        megabytes(status.counts.index_bytes)
    ))?;
    if let Some(run) = &status.last_run {
        let failed = output::count(run.failed().count(), "source");
        output::line(&format!(
            "last run {}, {:.1} s, {}, {failed} failed",
            run.ended_at,
            run.seconds,
            output::count(usize::try_from(run.traffic.requests).unwrap_or(0), "request"),
        ))?;
        for source in run.failed() {
            let error = source.error.as_deref().unwrap_or_default();
            let hint = source.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            output::line(&format!("  {}: {error}{hint}", source.source))?;
        }
    }
    if !status.problems.is_empty() {
        output::line(&output::count(status.problems.len(), "problem"))?;
    }
    for problem in status.problems.iter().take(SHOWN) {
        output::line(&format!("  {}", output::plain(&problem.to_string())))?;
    }
    if status.problems.len() > SHOWN {
        let rest = status.problems.len() - SHOWN;
        output::line(&format!("  … and {rest} more: cairn status --json"))?;
    }
    Ok(())
}
