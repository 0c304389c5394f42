//! What was measured: the measures, and the value of each thing, as lines of JSON.

use std::io::{BufRead, Write};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// A measure, each a share from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphMeasure {
    /// Labelled passages among the first five of their cell.
    CellPassages,
    /// The same for passages with the best grade.
    BestCellPassages,
    /// Of the passages that cells show: those in documents that are about the case. Unlabelled documents are left out.
    CellDocuments,
    /// Of the evidence sentences that are labelled: those that state the relation.
    EvidenceStates,
    /// Of the evidence sentences that are labelled: those that are sentences, in the right sense.
    EvidenceSound,
    /// Of the listed resources that are labelled: those that are about the topic, at least in part.
    Resources,
    /// Resources that are about the topic and listed.
    ResourcesFound,
    /// Of the first five related topics: those that an expert names first.
    RelatedNamed,
    /// Of the first five related topics that are labelled: those that are acceptable.
    RelatedAcceptable,
    /// Of the listed prerequisites that are labelled: those that must come before or help.
    Prerequisites,
    /// Topics that must come before, and are listed.
    PrerequisitesFound,
    /// Of the main topics of sections: those that the section is about.
    MainTopics,
    /// Topics that a section is about, and that are among its main topics.
    MainTopicsFound,
    /// Sections that serve a step, and whose step is one of those.
    Steps,
    /// Of the sections with a step: those that serve it.
    StepsGiven,
}

impl GraphMeasure {
    /// Its name in output.
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).ok();
        name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// The value of one thing that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GraphValue {
    pub measure: GraphMeasure,
    /// What was measured, for the comparison with another run.
    pub key: String,
    pub value: f64,
}

/// Writes values as JSON, one on each line.
pub fn write_values(values: &[GraphValue], mut to: impl Write) -> anyhow::Result<()> {
    for value in values {
        serde_json::to_writer(&mut to, value)?;
        writeln!(to)?;
    }
    Ok(())
}

/// Reads values in the format of [`write_values`]. `Err` names the invalid line.
pub fn read_values(from: impl BufRead) -> anyhow::Result<Vec<GraphValue>> {
    let read = |(at, line): (usize, std::io::Result<String>)| {
        let line = line.context("cannot read the run")?;
        let value = serde_json::from_str(&line);
        value.with_context(|| format!("line {} of the run is not a value", at + 1))
    };
    from.lines().enumerate().map(read).collect()
}
