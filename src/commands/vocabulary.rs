//! `cairn vocabulary check`.

use clap::{Args, Subcommand};

use super::{Exit, output};
use crate::config::Config;
use crate::vocabulary;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Action {
    /// Report every broken rule, with file and line
    Check,
}

pub(super) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Exit> {
    let Action::Check = arguments.action;
    match vocabulary::load(&config.sources) {
        Ok(vocabulary) => {
            let labels: usize = vocabulary.topics.iter().map(|t| t.labels().count()).sum();
            let requires: usize = vocabulary.topics.iter().map(|t| t.requires.len()).sum();
            output::line(&format!(
                "no faults: {}, {}, {}, {}",
                output::count(vocabulary.topics.len(), "topic"),
                output::count(labels, "label"),
                output::count(requires, "requirement"),
                output::count(vocabulary.steps.len(), "step"),
            ))?;
            Ok(Exit::Done)
        }
        Err(faults) => {
            for fault in &faults.0 {
                output::line(&fault.to_string())?;
            }
            output::line(&output::count(faults.0.len(), "fault"))?;
            Ok(Exit::Wrong)
        }
    }
}
