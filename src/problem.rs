//! Problems that do not stop a run, and faults in data files.
//!
//! A stage returns its value and [`Problem`]s. It returns `Err` only if it can't continue. All [`Fault`]s in the data
//! files that people edit are reported together.
//!
//! Each stage has its own error types, which use `thiserror`; `commands` and `refresh` use `anyhow`. A message names
//! what failed and why; the remedy is a separate hint.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::printable::escape;
use crate::printable::shell::completed;

/// The stage in which a [`Problem`] occurred.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Catalogue,
    Vocabulary,
    Crawl,
    Extract,
    Annotate,
    Search,
    Graph,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Catalogue => "catalogue",
            Stage::Vocabulary => "vocabulary",
            Stage::Crawl => "crawl",
            Stage::Extract => "extract",
            Stage::Annotate => "annotate",
            Stage::Search => "search",
            Stage::Graph => "graph",
        })
    }
}

/// A failure that does not stop the run, because it is about a single thing, such as a file or a repository.
///
/// The store keeps it with the blob or source that it is about, until that blob or source changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    pub stage: Stage,
    /// The source's id, if the problem is about one source.
    pub source: Option<String>,
    /// The path inside the source, if the problem is about one file.
    pub path: Option<String>,
    /// What happened, and to which thing.
    pub message: String,
    /// What the user can do about the problem, if anything.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem in `stage` with only a message. The caller can add a source, a path and a hint.
    pub fn new(stage: Stage, message: impl Into<String>) -> Self {
        Problem { stage, source: None, path: None, message: message.into(), hint: None }
    }

    /// Sets the problem's source to the id `source`.
    #[must_use]
    pub fn of_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Sets the path of the file that the problem is about.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Formats the problem as one line. Escapes all texts, because other people may have written them.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.stage)?;
        for part in [&self.source, &self.path].into_iter().flatten() {
            write!(f, "{}: ", escape(part))?;
        }
        f.write_str(&escape(&self.message))?;
        if let Some(hint) = &self.hint {
            write!(f, " ({})", completed(&escape(hint)))?;
        }
        Ok(())
    }
}

/// A fault in a data file that people edit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's path as the user knows it, such as `sources/catalogue.toml`.
    pub file: String,
    /// The line number, counted from 1.
    pub line: usize,
    pub message: String,
}

/// Formats the fault as one line. Escapes all texts, because anybody may have written the file.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", escape(&self.file), self.line, escape(&self.message))
    }
}

/// The faults in all data files that were read. If this is returned as an error, there is at least one fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Adds a fault.
    pub fn push(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.0.push(Fault { file: file.to_owned(), line, message: message.into() });
    }

    /// `Ok(value)` if there are no faults; else the faults, sorted by file and line and without duplicates.
    pub fn or<T>(mut self, value: T) -> Result<T, Faults> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort();
        self.0.dedup();
        Err(self)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = if self.0.len() == 1 { "fault" } else { "faults" };
        write!(f, "{} {many} in the data files; correct them and try again", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The line number, counted from 1, of the byte at `offset` in `text`. O(offset).
pub fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// The messages of `error` and its causes, escaped and joined into one line, the outermost first. Omits a cause if an
/// earlier message contains its text. Only [`Faults`] are formatted on several lines.
pub fn chain(error: &anyhow::Error) -> String {
    let mut messages: Vec<String> = Vec::new();
    for cause in error.chain().map(message_of) {
        if messages.iter().any(|known| known.contains(&cause)) {
            continue;
        }
        // If the cause contains the end of the previous message, from the last `: ` on, it replaces this end.
        if let Some(last) = messages.last_mut()
            && let Some(rest) = last.split(": ").last().filter(|rest| cause.contains(rest))
        {
            let kept = last.len() - rest.len();
            last.truncate(kept);
            last.push_str(&cause);
        } else {
            messages.push(cause);
        }
    }
    messages.join(": ")
}

fn message_of(cause: &(dyn std::error::Error + 'static)) -> String {
    match cause.downcast_ref::<Faults>() {
        Some(faults) => faults.to_string(),
        None => escape(&cause.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_another_message_contains_is_not_repeated() {
        let lowest = std::io::Error::other("the file ends early");
        let middle = std::io::Error::other(format!("cannot open it: {lowest}"));
        let error = anyhow::Error::new(lowest).context(middle.to_string()).context("the index");
        assert_eq!(chain(&error), "the index: cannot open it: the file ends early");
        let lowest = std::io::Error::other("code 13: the disk is full");
        let error = anyhow::Error::new(lowest).context("the store: the disk is full");
        assert_eq!(chain(&error), "the store: code 13: the disk is full");
    }
}
