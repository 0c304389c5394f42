//! Evaluates ranking with human relevance judgements, to compare the ranking before and after a change.
//!
//! Judgements have the form of TREC: queries, passages and grades, in three files ([`judgements`]). A run consists of
//! the hits of a search engine for each query. The module [`measures`] scores a run. Two runs are compared query by
//! query. [`graph`] scores what the graph shows.

pub mod graph;
pub mod judgements;
pub mod measures;

use std::io::{BufRead, Write};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// A hit in a run. It has only the fields that scoring needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHit {
    pub source: String,
    pub path: String,
    /// The numbers of the first and the last line, 1-based, inclusive. A hit without lines is not scored.
    pub lines: Option<(u32, u32)>,
}

/// The hits of a run for one query. [`graph`] scores what the graph shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAnswer {
    pub qid: String,
    /// The hits, the best first. There should be so many that at least ten are in files with judgements.
    pub hits: Vec<RunHit>,
}

/// Writes a run as JSON, one answer per line.
pub fn write_run(run: &[RunAnswer], mut to: impl Write) -> anyhow::Result<()> {
    for answer in run {
        serde_json::to_writer(&mut to, answer)?;
        writeln!(to)?;
    }
    Ok(())
}

/// Reads a run in the format of [`write_run`]. `Err` names the invalid line.
pub fn read_run(from: impl BufRead) -> anyhow::Result<Vec<RunAnswer>> {
    let mut run = Vec::new();
    for (at, line) in from.lines().enumerate() {
        let line = line.context("cannot read the run")?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = serde_json::from_str(&line)
            .with_context(|| format!("line {} of the run is not an answer", at + 1))?;
        run.push(answer);
    }
    Ok(run)
}
