//! `cairn completions`: prints a script that completes Cairn's command line in a shell.

use anyhow::Context;
use clap::{Args, Command};
use clap_complete::Shell;

use super::{Exit, output};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Prints the script for the command line `root`.
pub(super) fn run(arguments: &CompletionsArguments, mut root: Command) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut root, "cairn", &mut script);
    output::body(&String::from_utf8(script).context("the script is not UTF-8")?)?;
    Ok(Exit::Done)
}
