//! Writes log lines so that the text of a message or field can't start a new line or control the terminal.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::OnceLock;

use serde_json::json;

use super::shell::completed;
use super::{escape, escape_json, time};

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLineFormat {
    Text,
    /// One JSON object per line.
    Json,
}

/// What the user chose for stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    pub lines: LogLineFormat,
    /// Whether only errors are printed.
    pub is_quiet: bool,
}

static SETTINGS: OnceLock<LogSettings> = OnceLock::new();

/// Sets how [`notice`] and [`complaint`] print from now on. Later calls have no effect.
pub fn set(settings: LogSettings) {
    let _ = SETTINGS.set(settings);
}

/// Whether every line on stderr is a JSON object.
pub fn is_json() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.lines == LogLineFormat::Json)
}

/// The options that make another process of this program print in the same way.
pub fn options() -> Vec<&'static str> {
    let mut options = Vec::new();
    if is_json() {
        options.extend(["--log-format", "json"]);
    }
    if SETTINGS.get().is_some_and(|settings| settings.is_quiet) {
        options.push("--quiet");
    }
    options
}

/// Prints `text` on stderr for the user, whatever the level of the log: one escaped line, or a JSON object like those of the
/// log. Errors of stderr are ignored.
pub fn notice(text: &str) {
    print(escape(text).as_ref(), "INFO", text);
}

/// Prints `text` on stderr as the reason why the command failed, as [`notice`] does. Line breaks that `text` has are kept,
/// so the caller must have escaped it.
pub fn complaint(text: &str) {
    print(&format!("cairn: {text}"), "ERROR", text);
}

/// Prints the backtrace of a panic: as it is, because it contains only names of functions, or as a JSON object.
pub fn backtrace(text: &str) {
    print(text.trim_end(), "ERROR", text);
}

/// Prints the escaped `line`, or `message` as a JSON object with the level `level`.
fn print(line: &str, level: &str, message: &str) {
    let mut stderr = io::stderr().lock();
    let _ = match is_json() {
        true => writeln!(stderr, "{}", object(level, message)),
        false => writeln!(stderr, "{line}"),
    };
}

/// A JSON object with the same keys as those of `tracing_subscriber`.
fn object(level: &str, message: &str) -> String {
    let timestamp = time::rfc3339(chrono::Utc::now());
    let object = json!({
        "timestamp": timestamp,
        "level": level,
        "fields": {"message": message},
        "target": "cairn",
    });
    escape_json(&object.to_string()).into_owned()
}

/// A writer to stderr for `tracing_subscriber`, which passes one complete event per call.
///
/// Each call writes exactly one escaped line.
#[derive(Debug)]
pub struct LogWriter {
    lines: LogLineFormat,
}

impl LogWriter {
    /// A writer of lines in the format `lines`.
    pub fn new(lines: LogLineFormat) -> LogWriter {
        LogWriter { lines }
    }
}

impl Write for LogWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = line(self.lines, &String::from_utf8_lossy(event));
        io::stderr().lock().write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// `event`, which ends with a line break, as one escaped line.
fn line(lines: LogLineFormat, event: &str) -> String {
    let event = event.strip_suffix('\n').unwrap_or(event);
    let escaped = match lines {
        LogLineFormat::Text => Cow::Owned(completed(&escape(event)).into_owned()),
        LogLineFormat::Json => escape_json(event),
    };
    format!("{escaped}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_one_object_with_its_text() {
        let text = "two\nlines \u{1b}[2J \u{202e}";
        let line = object("INFO", text);
        assert!(line.is_ascii() && !line.contains('\n'), "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&value["level"], &value["fields"]["message"]), (&json!("INFO"), &json!(text)));
    }

    #[test]
    fn an_event_is_one_line() {
        let event = "INFO fetched a\nERROR forged\u{1b}[2J\u{202e}\n";
        let expected = "INFO fetched a\\nERROR forged\\u{1b}[2J\\u{202e}\n";
        assert_eq!(line(LogLineFormat::Text, event), expected);
        assert_eq!(line(LogLineFormat::Json, "{\"a\":\"\u{9b}\"}\n"), "{\"a\":\"\\u009b\"}\n");
    }
}
