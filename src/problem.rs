//! What goes wrong softly, and faults in data files.
//!
//! A stage returns its value plus [`Problem`]s; it returns `Err` only when it can't go on. Data
//! files that people edit are read whole and answered with every [`Fault`] at once.
//!
//! Errors: stages use `thiserror` types of their own, `commands` and `refresh` use `anyhow`. A
//! message names the thing and the cause; the remedy is a separate hint.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::printable::escape;
use crate::printable::shell::completed;

/// The stage that met a [`Problem`].
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

/// Something that went wrong without stopping the run: one file, one repository, one edge.
///
/// It is kept with the blob or source that it concerns until that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    pub stage: Stage,
    /// The source's id, where one is concerned.
    pub source: Option<String>,
    /// The path inside the source, where one file is concerned.
    pub path: Option<String>,
    /// What happened, to which thing.
    pub message: String,
    /// What to do next, where there is something to do.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of `stage` with a message only; the caller adds where it happened.
    pub fn new(stage: Stage, message: impl Into<String>) -> Self {
        Problem { stage, source: None, path: None, message: message.into(), hint: None }
    }

    /// The same problem, said to concern `source`.
    #[must_use]
    pub fn of_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same problem, said to concern the file `path`.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same problem with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// On one line, escaped: it holds names and messages that others wrote.
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
    /// The file as the user would name it, such as `sources/catalogue.toml`.
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub message: String,
}

/// On one line, escaped: the file may be anybody's.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", escape(&self.file), self.line, escape(&self.message))
    }
}

/// Every fault of the data files that were read; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes a fault.
    pub fn push(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.0.push(Fault { file: file.to_owned(), line, message: message.into() });
    }

    /// `value` if nothing was found, else the faults in order of file and line.
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

/// The 1-based line of the byte `offset` in `text`. O(offset).
pub fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// The causes of `error` in one line, escaped, the outermost first; one that another quotes is not repeated.
/// Only the faults of data files have lines of their own.
pub fn chain(error: &anyhow::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in error.chain().map(says) {
        if told.iter().any(|known| known.contains(&cause)) {
            continue;
        }
        // It says what was said last, and more.
        if let Some(last) = told.last_mut()
            && let Some(rest) = last.split(": ").last().filter(|rest| cause.contains(rest))
        {
            let kept = last.len() - rest.len();
            last.truncate(kept);
            last.push_str(&cause);
        } else {
            told.push(cause);
        }
    }
    told.join(": ")
}

fn says(cause: &(dyn std::error::Error + 'static)) -> String {
    match cause.downcast_ref::<Faults>() {
        Some(faults) => faults.to_string(),
        None => escape(&cause.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_is_quoted_by_another_is_told_once() {
        let lowest = std::io::Error::other("the file ends early");
        let middle = std::io::Error::other(format!("cannot open it: {lowest}"));
        let error = anyhow::Error::new(lowest).context(middle.to_string()).context("the index");
        assert_eq!(chain(&error), "the index: cannot open it: the file ends early");
        let lowest = std::io::Error::other("code 13: the disk is full");
        let error = anyhow::Error::new(lowest).context("the store: the disk is full");
        assert_eq!(chain(&error), "the store: code 13: the disk is full");
    }
}
