//! `cairn status`: what the index contains, how the last run went, what is wrong, and what is new.

use chrono::Utc;
use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::generation::news::NewsKind;
use crate::generation::replica::ReplicaMark;
use crate::generation::run::RunRecord;
use crate::generation::runs::{self, LatestResults};
use crate::library::view::{EngineKind, EngineView, NewsItem, NewsView, StatusView};
use crate::library::{Audience, NewsRequest, since};
use crate::printable::time;
use crate::serve::clock;

/// The maximum number of problems that are printed; further problems are only counted.
const SHOWN: usize = 20;
/// The maximum number of changes that are printed; further changes are only counted.
const NEWS: usize = 50;

#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// What is new since then: a time ago such as 7d, or a day such as 2026-03-01
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &StatusArguments) -> anyhow::Result<Exit> {
    let since = arguments.since.as_deref().map(|text| since(text, Utc::now())).transpose()?;
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
    if arguments.json {
        let mut object = serde_json::to_value(&status)?;
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
            print(&status, &schedule_line(config, replica.as_ref(), status.next_run.as_deref()))?
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
    let due = next_run.map(|at| format!("; the next is due at {at}")).unwrap_or_default();
    format!("`cairn serve` refreshes {schedule}{due}")
}

fn print(status: &StatusView, schedule: &str) -> anyhow::Result<()> {
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
    print_engine(status.engine)?;
    if let Some(run) = &status.last_run {
        print_run(run)?;
    }
    output::advice(schedule)?;
    if !status.failing.is_empty() {
        let failing = output::count(status.failing.len(), "source");
        output::line(&format!("{failing} could not be fetched: {}", status.failing.join(", ")))?;
    }
    if !status.problems.is_empty() {
        output::line(&output::count(status.problems.len(), "problem"))?;
    }
    for problem in status.problems.iter().take(SHOWN) {
        output::line(&format!("  {problem}"))?;
    }
    if status.problems.len() > SHOWN {
        let rest = status.problems.len() - SHOWN;
        output::advice(&format!("  … and {rest} more: `cairn status --json`"))?;
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

fn print_run(run: &RunRecord) -> anyhow::Result<()> {
    let requests = output::count(usize::try_from(run.traffic.requests).unwrap_or(0), "request");
    let points = match run.traffic.points {
        0 => String::new(),
        points => {
            let points = output::count(usize::try_from(points).unwrap_or(usize::MAX), "point");
            format!(", {points} of GraphQL")
        }
    };
    output::line(&format!(
        "last run {}, {:.1} s, {requests}{points}, {:.1} MB; {} failed, {} deferred{}",
        run.ended_at,
        run.seconds,
        run.traffic.bytes as f64 / 1e6,
        output::count(run.failed().count(), "source"),
        run.deferred().count(),
        match &run.refused {
            _ if run.stopped => "; stopped before its end",
            Some(_) => "; published nothing",
            None => "",
        },
    ))?;
    if let Some(quota) = &run.quota {
        let (remaining, limit) = (quota.remaining, quota.limit);
        output::line(&format!("GitHub's API: {remaining} of {limit} requests left this hour"))?;
    }
    Ok(())
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
