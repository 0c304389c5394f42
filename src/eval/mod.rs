//! How well search ranks, by judgements of people: for who changes ranking.
//!
//! Judgements are TREC's: queries, passages and grades in three files of tab-separated lines ([`judgements`]).
//! A run is what a search engine answers to each query; it is scored by [`measures`] and two runs
//! are compared query by query.

pub mod judgements;
pub mod measures;

use std::io::{BufRead, Write};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// A hit of a run, as far as scoring goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHit {
    pub source: String,
    pub path: String,
    /// First and last line, 1-based, inclusive; a hit without has no reference passage.
    pub lines: Option<(u32, u32)>,
}

/// The answer of a run to one query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAnswer {
    pub qid: String,
    /// Best first; 50 are enough for measures of the first ten.
    pub hits: Vec<RunHit>,
}

/// Writes a run as JSON, an answer a line.
pub fn write_run(run: &[RunAnswer], mut to: impl Write) -> anyhow::Result<()> {
    for answer in run {
        serde_json::to_writer(&mut to, answer)?;
        writeln!(to)?;
    }
    Ok(())
}

/// Reads what [`write_run`] wrote. `Err` names the line that is none.
pub fn read_run(from: impl BufRead) -> anyhow::Result<Vec<RunAnswer>> {
    let mut run = Vec::new();
    for (at, line) in from.lines().enumerate() {
        let line = line.context("cannot read the run")?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = serde_json::from_str(&line)
            .with_context(|| format!("line {} of the run is no answer", at + 1))?;
        run.push(answer);
    }
    Ok(run)
}
