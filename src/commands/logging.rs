//! The log of a command on stderr.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use crate::printable::log::{self, LogLineFormat, LogSettings, LogWriter};

/// The environment variable that chooses what is logged, in the syntax of [`EnvFilter`].
const VARIABLE: &str = "CAIRN_LOG";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// Sets up the log: escaped lines on stderr, without colours. With colours, escaping could not distinguish the log's own
/// colour codes from those in a hostile message. `verbose` is the number of `-v`. [`VARIABLE`] overrides
/// `quiet` and `verbose`.
pub(super) fn begin(quiet: bool, verbose: u8, format: LogFormat) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn,cairn=info",
        (false, 1) => "info,cairn=debug",
        (false, _) => "debug",
    };
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.is_empty());
    let read = wanted.as_deref().map(EnvFilter::try_new).transpose();
    let fault = read.as_ref().err().map(ToString::to_string);
    let filter = read.ok().flatten().unwrap_or_else(|| EnvFilter::new(level));
    let lines = match format {
        LogFormat::Text => LogLineFormat::Text,
        LogFormat::Json => LogLineFormat::Json,
    };
    log::set(LogSettings { lines, is_quiet: quiet });
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(move || LogWriter::new(lines));
    // Setting a second subscriber fails. This only happens in tests that run two commands, and is not an error.
    let _ = match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let (Some(wanted), Some(fault)) = (wanted, fault) {
        tracing::warn!(
            "{VARIABLE}={wanted:?} is ignored: {fault}; write for example {VARIABLE}=cairn=debug"
        );
    }
}

/// Makes panics write their messages to the log, which escapes them, because they may quote fetched text. A backtrace,
/// if the user requests one, is not escaped, because it contains only names of functions.
pub(super) fn take_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!("panicked at {place}: {}", panic.payload_as_str().unwrap_or("no message"));
        let backtrace = std::backtrace::Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            log::backtrace(&backtrace.to_string());
        }
    }));
}
