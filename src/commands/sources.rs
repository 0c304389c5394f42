//! `cairn sources`, `cairn sources check`.

use clap::{Args, Subcommand};

use super::{Exit, open, output};
use crate::catalogue::{self, policy};
use crate::config::Config;
use crate::problem::Faults;
use crate::refresh::runs;
use crate::vocabulary;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// The API's object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Action {
    /// Report every fault of catalogue, policy and vocabulary, with file and line
    Check,
}

pub(super) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Exit> {
    match arguments.action {
        Some(Action::Check) => check(config),
        None => list(config, arguments.json),
    }
}

fn list(config: &Config, json: bool) -> anyhow::Result<Exit> {
    let last_run = runs::read(&config.index).into_iter().next();
    let view = open(config)?.sources(last_run.as_ref());
    if json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    let mut table = output::table(&[
        "source",
        "state",
        "licence",
        "documents",
        "sections",
        "problems",
        "fetched",
    ]);
    for source in view.sources {
        table.add_row([
            source.id,
            source.state,
            source.licence.unwrap_or_else(|| "none known".to_owned()),
            source.documents.to_string(),
            source.sections.to_string(),
            source.problems.len().to_string(),
            source.fetched_at.unwrap_or_else(|| "never".to_owned()),
        ]);
    }
    output::line(&table.to_string())?;
    Ok(Exit::Done)
}

fn check(config: &Config) -> anyhow::Result<Exit> {
    let mut faults = Faults::default();
    let catalogue = catalogue::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    let policy = policy::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    let vocabulary = vocabulary::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    if let Err(faults) = faults.or(()) {
        for fault in &faults.0 {
            output::line(&fault.to_string())?;
        }
        output::line(&output::count(faults.0.len(), "fault"))?;
        return Ok(Exit::Wrong);
    }
    if let (Ok(catalogue), Ok(policy), Ok(vocabulary)) = (catalogue, policy, vocabulary) {
        output::line(&format!(
            "no faults: {}, {}, {}",
            output::count(catalogue.sources.len(), "source"),
            output::count(policy.formats.len(), "format"),
            output::count(vocabulary.topics.len(), "topic"),
        ))?;
    }
    Ok(Exit::Done)
}
