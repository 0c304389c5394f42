//! How a command fails: wrong command lines, and errors with their remedies.

use std::path::Path;
use std::process::ExitCode;

use crate::config::UntrustedPath;
use crate::generation::damage::{rebuild, shown};
use crate::printable::log::{self, LogLineFormat, LogSettings};
use crate::printable::shell;
use crate::search::SearchError;

/// Prints the answer of clap to a wrong command line, or to `--help` and `--version`. Returns the exit code.
pub fn explain_usage(error: &clap::Error) -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let names_json = words.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json")
        || words.iter().any(|word| word == "--log-format=json");
    if error.use_stderr() && names_json {
        log::set(LogSettings { lines: LogLineFormat::Json, is_quiet: false });
        log::complaint(error.render().to_string().trim_end());
    } else {
        // The program that reads our output may have closed the pipe.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// `error`, with the remedy as context if a damaged search index or another engine is its cause.
pub(super) fn with_remedy(error: anyhow::Error, index: &Path) -> anyhow::Error {
    let of_engine = |error: &SearchError| error.is_of_engine().then(|| error.hint());
    let engine = error.chain().find_map(|cause| of_engine(cause.downcast_ref()?));
    if let Some(hint) = engine {
        let hint = hint.unwrap_or("`cairn doctor` shows its state");
        return error.context(format!("the search engine can't be used; {hint}"));
    }
    let is_damage = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref().is_some_and(SearchError::is_damage)
    };
    if !error.chain().any(is_damage) {
        return error;
    }
    let (index, remedy) = (shown(index), rebuild(index));
    error.context(format!(
        "{index} can't be read; `cairn doctor --deep` shows what is damaged, and {remedy}"
    ))
}

/// `error`, with a command line as remedy if its cause is an [`UntrustedPath`]: a path that was refused because it was
/// found in the current folder. The command line names the path explicitly, so that it is trusted.
pub(super) fn with_command(error: anyhow::Error) -> anyhow::Error {
    let given = std::env::args_os().skip(1).map(|word| word.into_string().ok());
    let given = given.collect::<Option<Vec<String>>>().unwrap_or_default();
    match error.downcast_ref().and_then(|refused| trusting(refused, given)) {
        Some(message) => anyhow::anyhow!("{message}"),
        None => error,
    }
}

/// The message about `refused` with the command line that trusts it: the words `given` of this command line after the
/// option. `None` if a word can't be printed.
fn trusting(refused: &UntrustedPath, given: Vec<String>) -> Option<String> {
    let UntrustedPath { why, option, value } = refused;
    let mut words = vec!["cairn".to_owned(), (*option).to_owned(), value.clone()];
    words.extend(given);
    Some(format!("{why}; if you trust it, run {}", shell::command(&words)?))
}

/// Whether the cause of `error` is that the program that reads our output has closed the pipe.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>();
        let kind = io.or_else(|| json.and_then(serde_json::Error::io_error_kind));
        kind == Some(std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_trusts_a_found_file_is_printed_once() {
        let (why, value) = ("cairn.toml was found".to_owned(), "cairn.toml".to_owned());
        let refused = UntrustedPath { why, option: "--config", value };
        assert_eq!(
            trusting(&refused, vec!["status".to_owned()]).unwrap(),
            "cairn.toml was found; if you trust it, run cairn --config cairn.toml status"
        );
    }
}
