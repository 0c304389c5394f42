//! The program `cairn`. Parses the command line, runs the command, and prints an error with its causes.

use std::process::ExitCode;

use cairn::commands::{self, Cli, Exit};
use cairn::printable::log;
use cairn::printable::shell::completed;
use cairn::problem::chain;
use clap::Parser;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return commands::explain_usage(&error),
    };
    match commands::run(cli) {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Wrong) => ExitCode::from(2),
        Ok(Exit::SourceFailed) => ExitCode::from(3),
        Ok(Exit::Ill) => ExitCode::FAILURE,
        // The program that reads our output closed the pipe.
        Err(error) if commands::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            log::complaint(&completed(&chain(&error)));
            ExitCode::FAILURE
        }
    }
}
