//! Writes log lines so that the text of a message or field can't start a new line or control the terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use super::shell::completed;
use super::{escape, escape_json};

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLineFormat {
    Text,
    /// One JSON object per line.
    Json,
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
    fn an_event_is_one_line() {
        let event = "INFO fetched a\nERROR forged\u{1b}[2J\u{202e}\n";
        let expected = "INFO fetched a\\nERROR forged\\u{1b}[2J\\u{202e}\n";
        assert_eq!(line(LogLineFormat::Text, event), expected);
        assert_eq!(line(LogLineFormat::Json, "{\"a\":\"\u{9b}\"}\n"), "{\"a\":\"\\u009b\"}\n");
    }
}
