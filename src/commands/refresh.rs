//! `cairn refresh`: progress on stderr, the summary on stdout.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use super::output::OutputTable;
use super::progress::RefreshBars;
use super::publish::PublishArguments;
use super::{Exit, output};
use crate::config::Config;
use crate::generation::news::ChangeCounts;
use crate::generation::outcome::RunOutcome;
use crate::generation::run::{FetchOutcome, PaperFetches, RunRecord};
use crate::printable::log;
use crate::problem::Problem;
use crate::refresh::{
    self, EngineRebuild, FetchMode, OnLoss, RefreshOptions, RefreshStop, RefreshSummary,
};
use crate::serve::signals::ProcessSignals;

/// The maximum number of problems that are printed; further problems are only counted.
const SHOWN: usize = 10;
/// The time that a run gets to stop by itself. When it has passed, the process exits.
const GRACE: Duration = Duration::from_millis(1_500);
const STOPPED: &str =
    "stopped; everything that was fully fetched is kept, and the next refresh continues from there";

#[derive(Debug, Args)]
pub(super) struct RefreshArguments {
    /// Only these sources
    #[arg(value_name = "SOURCE")]
    only: Vec<String>,
    /// Fetch every source, even if nothing is new
    #[arg(long, conflicts_with = "offline")]
    full: bool,
    /// No network: build the index from what is stored
    #[arg(long)]
    offline: bool,
    /// Publish even if more than a tenth of the documents are lost because their sources could not be
    /// read and the store has no copy of them; also accept that a folder was emptied
    #[arg(long)]
    accept_loss: bool,
    /// Also check which cited addresses are dead, and fetch the metadata of cited papers from arXiv;
    /// slow: one request a second to each host, and one in three seconds to arXiv's API
    #[arg(long, conflicts_with = "offline")]
    check_links: bool,
    /// How many sources to fetch at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: Option<u8>,
    #[command(flatten)]
    publication: PublishArguments,
    /// Print the run as JSON
    #[arg(long)]
    json: bool,
    /// Give way to other processes: what `serve` starts
    #[arg(long, hide = true)]
    background: bool,
    /// Whether the cluster gets everything again; set by `cairn engine rebuild`.
    #[arg(skip)]
    rebuild_engine: bool,
}

impl RefreshArguments {
    /// A run that fetches nothing and writes everything into a new index of the cluster.
    pub(super) fn rebuilding() -> RefreshArguments {
        RefreshArguments {
            only: Vec::new(),
            full: false,
            offline: true,
            accept_loss: false,
            check_links: false,
            jobs: None,
            publication: PublishArguments::default(),
            json: false,
            background: false,
            rebuild_engine: true,
        }
    }
}

pub(super) fn run(
    config: &Config,
    arguments: RefreshArguments,
    quiet: bool,
) -> anyhow::Result<Exit> {
    let Some(publication) = arguments.publication.parsed(config) else { return Ok(Exit::Wrong) };
    let options = RefreshOptions {
        only: arguments.only,
        network: match (arguments.full, arguments.offline) {
            (true, _) => FetchMode::Full,
            (_, true) => FetchMode::Offline,
            _ => FetchMode::Conditional,
        },
        jobs: arguments.jobs.map(usize::from),
        check_links: (arguments.check_links || config.check_links) && !arguments.offline,
        on_loss: if arguments.accept_loss { OnLoss::Accept } else { OnLoss::Refuse },
        rebuild: match arguments.rebuild_engine {
            true => EngineRebuild::Always,
            false => EngineRebuild::IfNeeded,
        },
        above: 0,
    };
    if arguments.background {
        give_way();
    }
    let (own, started_at) = (config.clone(), chrono::Utc::now());
    let stop = stop_on_signal(move || {
        if let Err(error) = refresh::record_stopped(&own, started_at) {
            tracing::warn!("the run is not recorded: {error:#}");
        }
        log::complaint(STOPPED);
    })?;
    let mut progress = RefreshBars::new(quiet);
    let result = refresh::run(config, &options, &stop, &mut |event| progress.on_event(&event));
    progress.end();
    let summary = result?;
    let without = summary.run.failed().chain(summary.run.deferred()).next().is_some();
    // Faults of single files usually stay for months; `cairn status` lists them.
    let is_smooth = !without && summary.run.problems_of_run().is_empty();
    if arguments.json || !(quiet && is_smooth) {
        report(&summary, arguments.json, arguments.background)?;
    }
    if summary.run.stopped {
        bail!(STOPPED);
    }
    if let Some(loss) = &summary.run.refused {
        let Problem { message, hint, .. } = loss.refused();
        bail!("{message}; {}", hint.unwrap_or_default());
    }
    if let Some(excess) = &summary.run.over_budget {
        let Problem { message, hint, .. } = excess.refused();
        bail!("{message}; {}", hint.unwrap_or_default());
    }
    publication.run(config, arguments.json)?;
    Ok(if without { Exit::SourceFailed } else { Exit::Done })
}

/// Prints the run, as JSON if `json` says so. `is_background` says whether a server started it.
fn report(summary: &RefreshSummary, json: bool, is_background: bool) -> anyhow::Result<()> {
    match summary.run.no_network() {
        _ if json => output::json(&summary.run),
        // The server says when it tries again.
        Some(_) if is_background => Ok(()),
        Some(down) => print_without_network(summary, &down.to_string()),
        None => print(summary),
    }
}

/// Prints one line about all sources that could not be reached, `down`, and the problems of the others.
fn print_without_network(summary: &RefreshSummary, down: &str) -> anyhow::Result<()> {
    let run = &summary.run;
    let has = match run.generation {
        Some(_) => "what could be read is indexed",
        None => "the index stays as it is",
    };
    output::advice(&format!(
        "{down}; {has} ({}); run `cairn refresh` again when the network is up, `cairn status` has the details",
        output::count(run.documents, "document")
    ))?;
    let unreachable: BTreeSet<&str> = run
        .sources
        .iter()
        .filter(|source| source.unreachable)
        .map(|source| &*source.source)
        .collect();
    let is_other = |problem: &&Problem| {
        let is_of_host = problem.source.as_deref().is_some_and(|id| unreachable.contains(id));
        problem.message != down && !is_of_host
    };
    for problem in summary.problems.iter().filter(is_other).take(SHOWN) {
        output::line(&problem.to_string())?;
    }
    Ok(())
}

/// Lowers this process's priority, so that it does not slow down the server's searches.
fn give_way() {
    #[cfg(unix)]
    let _ = rustix::process::nice(10);
}

/// Makes Ctrl-C and SIGTERM stop the run. If the run does not stop within [`GRACE`], for example while it merges a
/// large index, or if there is a second signal, the process calls `before_exit` and exits. That is safe, because a run
/// may be killed at any instruction.
pub(super) fn stop_on_signal(
    before_exit: impl FnOnce() + Send + 'static,
) -> anyhow::Result<RefreshStop> {
    let stop = RefreshStop::new();
    let asked = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut stops = {
        let _entered = runtime.enter();
        ProcessSignals::to_stop()
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            stops.next().await;
            asked.cancel();
            let _ = tokio::time::timeout(GRACE, stops.next()).await;
            before_exit();
            std::process::exit(1);
        });
    });
    Ok(stop)
}

fn print(summary: &RefreshSummary) -> anyhow::Result<()> {
    let run = &summary.run;
    let mut table = OutputTable::new(&[
        "source",
        "what happened",
        "documents",
        "sections",
        "seconds",
        "problems",
    ]);
    for source in run.sources.iter().filter(|source| source.outcome != FetchOutcome::Skipped) {
        table.add([
            source.source.clone(),
            source.outcome.as_str().to_owned(),
            source.documents.to_string(),
            source.sections.to_string(),
            format!("{:.1}", source.seconds),
            source.problems.to_string(),
        ]);
    }
    // A run that was stopped did not count the documents.
    if !table.is_empty() && !run.stopped {
        table.print()?;
        output::gap()?;
    }
    for problem in summary.problems.iter().take(SHOWN) {
        output::line(&problem.to_string())?;
    }
    if summary.problems.len() > SHOWN {
        let rest = summary.problems.len() - SHOWN;
        output::advice(&format!("… and {rest} more problems: `cairn status --json`"))?;
    }
    if run.changes != ChangeCounts::default() {
        output::line(&output::changes(&run.changes))?;
    }
    if let Some(looks) = &run.looks {
        let asked = output::count(looks.asked, "cited address");
        let (dead, unknown) = (looks.dead, looks.unknown);
        output::line(&format!("checked {asked}: {dead} dead, {unknown} unclear"))?;
    }
    print_papers(run)?;
    output::line(&totals(run))
}

/// Prints for how many papers arXiv sent metadata. Prints nothing if no request was sent.
fn print_papers(run: &RunRecord) -> anyhow::Result<()> {
    let Some(papers) = run.papers.filter(|papers| papers.traffic.requests > 0) else {
        return Ok(());
    };
    let PaperFetches { found, unknown, unanswered, deferred, .. } = papers;
    let found = output::count(found, "paper");
    let later = unanswered + deferred;
    output::line(&format!("arXiv described {found}: {unknown} unknown, {later} left for later"))
}

fn totals(run: &RunRecord) -> String {
    let made = match run.generation {
        _ if run.stopped => return format!("stopped: the index stays as it was; {}", traffic(run)),
        _ if run.outcome() == RunOutcome::Refused => "published nothing".to_owned(),
        Some(number) => format!(
            "generation {number}: {} read, {} indexed",
            output::count(run.extracted, "document"),
            output::count(run.indexed, "section")
        ),
        None => "nothing has changed".to_owned(),
    };
    format!(
        "{made}; {}, {} in all; {}",
        output::count(run.documents, "document"),
        output::count(run.sections, "section"),
        traffic(run)
    )
}

fn traffic(run: &RunRecord) -> String {
    format!(
        "{}, {:.1} MB, {:.1} s",
        output::count(usize::try_from(run.traffic.requests).unwrap_or(0), "request"),
        run.traffic.bytes as f64 / 1e6,
        run.seconds
    )
}
