//! Commands that read no settings and open no index, so they work even if these are broken.

use clap::Subcommand;

use super::Exit;
use super::completions::{self, CompletionsArguments};
use super::init::{self, InitArguments};
use super::man::{self, ManArguments};
use crate::refresh::reader;

#[derive(Debug, Subcommand)]
pub(super) enum StandaloneCommand {
    /// Write commented settings, and a catalogue and topics of your own that add to those inside the program
    Init(InitArguments),
    /// Print the completions of the command line for a shell
    Completions(CompletionsArguments),
    /// Print the manual page of the program or of a command
    Man(ManArguments),
    /// Read documents from stdin: what `refresh` starts
    #[command(hide = true)]
    Read,
}

impl StandaloneCommand {
    /// Runs the command. `root` is the definition of the command line.
    pub(super) fn run(&self, root: clap::Command) -> anyhow::Result<Exit> {
        match self {
            StandaloneCommand::Init(arguments) => init::run(arguments),
            StandaloneCommand::Completions(arguments) => completions::run(arguments, root),
            StandaloneCommand::Man(arguments) => man::run(arguments, root),
            StandaloneCommand::Read => {
                reader::answer_all()?;
                Ok(Exit::Done)
            }
        }
    }
}
