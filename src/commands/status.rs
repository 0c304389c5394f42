//! `cairn status`: what the index contains, how the last run went, what is wrong, and what is new.

use chrono::{DateTime, Utc};
use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::generation::budget::warning;
use crate::generation::glance::RunGlance;
use crate::generation::manifest::SourceCondition;
use crate::generation::news::NewsKind;
use crate::generation::outcome::RunOutcome;
use crate::generation::replica::ReplicaMark;
use crate::generation::runs::{self, LatestResults};
use crate::generation::usage::{IndexUsage, size};
use crate::library::query_log::{QueryCount, QueryLog, QueryWeek};
use crate::library::view::{EngineKind, EngineView, NewsItem, NewsView, StatusView};
use crate::library::{Audience, NewsRequest, since};
use crate::printable::time;
use crate::problem::Problem;
use crate::serve::clock;

/// The maximum number of problems of a list that are printed; further ones are only counted.
const SHOWN: usize = 20;
/// The maximum number of changes that are printed; further changes are only counted.
const NEWS: usize = 50;

#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// What is new since then: a time ago such as 7d, or a day such as 2026-03-01
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// What readers searched for: queries without results, slow and frequent ones, by week (`query_log` under `[serve]`)
    #[arg(long, conflicts_with = "since")]
    queries: bool,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

/// The time that `text` describes.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    since(text, Utc::now()).map_err(|error| error.to_string())
}

pub(super) fn run(config: &Config, arguments: &StatusArguments) -> anyhow::Result<Exit> {
    if arguments.queries {
        return queries(config, arguments.json);
    }
    let since = arguments.since;
    let library = open(config)?;
    let runs = runs::read(&config.index);
    let replica = ReplicaMark::read(&config.index)?;
    let due = clock::due(&config.timetable, &runs, Utc::now());
    let next_run = due.filter(|_| replica.is_none()).map(time::rfc3339);
    let status = library.status(&LatestResults::of(runs), next_run);
    let ask = |since| NewsRequest {
        since,
        topic: None,
        source: None,
        audience: Audience::Reader,
        limit: usize::MAX,
        offset: 0,
    };
    let news = since.map(|since| library.news(&ask(since))).transpose()?;
    let usage = IndexUsage::of(&config.index);
    if arguments.json {
        let mut object = serde_json::to_value(&status)?;
        object["disk"] = serde_json::to_value(usage)?;
        object["max_bytes"] = serde_json::to_value(config.max_bytes)?;
        if let Some(news) = &news {
            object["new"] = serde_json::to_value(news)?;
        }
        if let Some(replica) = &replica {
            object["replica"] = serde_json::to_value(replica)?;
        }
        output::json(&object)?;
        return Ok(Exit::Done);
    }
    match &news {
        Some(news) => print_news(news)?,
        None => {
            let schedule = schedule_line(config, replica.as_ref(), status.next_run.as_deref());
            print(&status, &schedule, &disk_line(config, usage))?;
        }
    }
    Ok(Exit::Done)
}

/// Where new generations come from.
fn schedule_line(config: &Config, replica: Option<&ReplicaMark>, next_run: Option<&str>) -> String {
    if let Some(ReplicaMark { source, pulled_at, .. }) = replica {
        let pulled = pulled_at.as_ref().map(|at| format!(", pulled {at}")).unwrap_or_default();
        return format!("replica of {source}{pulled}; `cairn pull` takes what is new there");
    }
    let schedule = &config.timetable.schedule;
    let now = time::rfc3339(Utc::now());
    let due = match next_run {
        Some(at) if at <= &*now => "; the next is due now".to_owned(),
        Some(at) => format!("; the next is due at {at}"),
        None => String::new(),
    };
    format!("`cairn serve` refreshes {schedule}{due}")
}

/// What the index takes on the disk, and how much of its budget that is.
fn disk_line(config: &Config, usage: IndexUsage) -> String {
    let total = usage.total();
    match config.max_bytes {
        None => format!("{} on disk: {usage}", size(total)),
        Some(most) => {
            let warning = match warning(total, most) {
                Some(_) if total > most => ", which is exceeded",
                Some(_) => ", which is nearly used up",
                None => "",
            };
            format!("{} on disk of a budget of {}{warning}: {usage}", size(total), size(most))
        }
    }
}

/// Prints what readers searched for.
fn queries(config: &Config, json: bool) -> anyhow::Result<Exit> {
    let log = QueryLog::read(&config.index)?;
    if json {
        output::json(&log.unwrap_or_default())?;
        return Ok(Exit::Done);
    }
    let Some(log) = log else {
        output::advice(match config.query_log {
            true => {
                "no queries are kept yet; `cairn serve` counts them and writes them every minute"
            }
            false => {
                "no queries are kept; with `query_log = true` under [serve], `cairn serve` counts them"
            }
        })?;
        return Ok(Exit::Done);
    };
    for QueryWeek { week, searches, empty, slow, without_results, slow_queries, frequent } in
        &log.weeks
    {
        output::line(&format!(
            "{week}: {}, {empty} without results, {slow} slow",
            output::count(usize::try_from(*searches).unwrap_or(usize::MAX), "search")
        ))?;
        let lists =
            [("without results", without_results), ("slow", slow_queries), ("frequent", frequent)];
        for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            output::line(&format!("  {title}"))?;
            for QueryCount { query, count, longest_ms, .. } in list.iter().take(SHOWN) {
                output::line(&format!("  {count:>6}  {query}  ({longest_ms} ms)"))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn print(status: &StatusView, schedule: &str, disk: &str) -> anyhow::Result<()> {
    output::line(&format!("generation {}, built {}", status.generation, status.built_at))?;
    output::line(&format!(
        "{} ({} folded as copies) in {} from {}; {}, {}, {}",
        output::count(status.counts.sections, "section"),
        status.counts.copies,
        output::count(status.counts.documents, "document"),
        output::count(status.sources, "source"),
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
    output::line(disk)?;
    print_engine(status.engine)?;
    print_runs(status)?;
    output::advice(schedule)?;
    print_states(status)?;
    let failing = output::count(status.failing.len(), "source");
    print_problems(&format!("{failing} could not be fetched"), status.failures().iter())?;
    let others = status.other_problems().count();
    let other = if status.failing.is_empty() { "problem" } else { "other problem" };
    print_problems(&output::count(others, other), status.other_problems())
}

/// Prints `problems` below `title`; nothing if there are none.
fn print_problems<'a>(
    title: &str,
    problems: impl Iterator<Item = &'a Problem>,
) -> anyhow::Result<()> {
    let mut problems = problems.peekable();
    if problems.peek().is_none() {
        return Ok(());
    }
    output::line(title)?;
    for problem in problems.by_ref().take(SHOWN) {
        output::line(&format!("  {problem}"))?;
    }
    match problems.count() {
        0 => Ok(()),
        rest => output::advice(&format!("  … and {rest} more: `cairn status --json`")),
    }
}

/// Prints how many sources are in each state, unless all are well.
fn print_states(status: &StatusView) -> anyhow::Result<()> {
    if status.states.keys().all(|state| *state == SourceCondition::Ok) {
        return Ok(());
    }
    let counts = status.states.iter().map(|(state, count)| format!("{count} {}", state.as_str()));
    output::line(&format!("sources: {}", counts.collect::<Vec<_>>().join(", ")))
}

/// Prints the last run, and the last one over all sources if that is another one.
fn print_runs(status: &StatusView) -> anyhow::Result<()> {
    let Some(run) = &status.last_run else { return Ok(()) };
    print_run("last run", &RunGlance::of(run), run.traffic.points)?;
    match &status.last_full_run {
        Some(_) if run.complete => {}
        Some(full) => print_run("last full run", full, 0)?,
        None => output::line("no run has covered all sources yet")?,
    }
    if let Some(quota) = &run.quota {
        let (remaining, limit) = (quota.remaining, quota.limit);
        output::line(&format!("GitHub's API: {remaining} of {limit} requests left this hour"))?;
    }
    Ok(())
}

/// Says that a cluster searches, if it does.
fn print_engine(engine: EngineView) -> anyhow::Result<()> {
    if engine.name == EngineKind::Embedded {
        return Ok(());
    }
    let instead = match engine.fallback {
        true => "; the local index answers while it can't",
        false => ", and only it has the texts",
    };
    output::advice(&format!("an OpenSearch cluster searches{instead}; `cairn doctor` checks it"))
}

/// Prints one run, which spent `points` of GraphQL.
fn print_run(name: &str, run: &RunGlance, points: u64) -> anyhow::Result<()> {
    let requests = output::count(usize::try_from(run.requests).unwrap_or(0), "request");
    let points = match points {
        0 => String::new(),
        points => {
            let points = output::count(usize::try_from(points).unwrap_or(usize::MAX), "point");
            format!(", {points} of GraphQL")
        }
    };
    output::line(&format!(
        "{name} {}, {}, {:.1} s, {requests}{points}, {:.1} MB; {} failed, {} deferred{}",
        run.ended_at,
        output::count(run.sources, "source"),
        run.seconds,
        run.bytes as f64 / 1e6,
        output::count(run.failed, "source"),
        run.deferred,
        match run.outcome {
            RunOutcome::Done | RunOutcome::Partial => "",
            RunOutcome::Unreached => "; nothing could be fetched",
            RunOutcome::Refused => "; published nothing",
            RunOutcome::Stopped => "; stopped before its end",
            RunOutcome::Failed => "; ended by an error",
        },
    ))
}

fn print_news(news: &NewsView) -> anyhow::Result<()> {
    output::line(&format!("since {}: {}", news.since, output::changes(&news.changes)))?;
    for item in news.items.iter().take(NEWS) {
        output::line(&news_line(item))?;
    }
    if news.items.len() > NEWS {
        let rest = news.items.len() - NEWS;
        output::advice(&format!("… and {rest} more: `cairn status --since WHEN --json`"))?;
    }
    Ok(())
}

/// One change as one line.
fn news_line(item: &NewsItem) -> String {
    let news = &item.news;
    let day = news.at.get(..10).unwrap_or(&news.at);
    let what = match news.what {
        NewsKind::Added => "added",
        NewsKind::Changed => "changed",
        NewsKind::Moved => "moved",
        NewsKind::Removed => "removed",
    };
    let Some(path) = &news.path else {
        let documents = news.documents.added + news.documents.removed;
        return format!(
            "{day}  {what:<8} {}  {}",
            news.source,
            output::count(documents, "document")
        );
    };
    let from = news.from.as_ref().map(|from| format!(" (was {from})")).unwrap_or_default();
    let title = news.title.as_ref().map(|title| format!("  “{title}”")).unwrap_or_default();
    let sections = match news.what {
        NewsKind::Changed => {
            let delta = news.sections;
            format!("  +{} ~{} -{} sections", delta.added, delta.changed, delta.removed)
        }
        _ => String::new(),
    };
    format!("{day}  {what:<8} {}  {path}{from}{title}{sections}", news.source)
}
