//! Scores what the graph shows (guides, evidence, resources, related topics, prerequisites, topics and steps) against
//! labels that people wrote by reading, and compares two runs.
//!
//! [`labels`] reads the labels, [`score`] scores an index.

pub mod labels;
mod score;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::measures::chance;
pub use score::score;

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

/// The figure of one measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphFigure {
    pub measure: GraphMeasure,
    /// The number of values.
    pub values: usize,
    pub mean: f64,
    /// The mean of the run to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The p-value of the differences of those values that both runs have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

/// One figure for each measure with values. `before` is the run to compare with.
pub fn figures(values: &[GraphValue], before: Option<&[GraphValue]>) -> Vec<GraphFigure> {
    let own = by_measure(values);
    let before = before.map(by_measure);
    let figure = |(measure, values): (&GraphMeasure, &BTreeMap<&str, f64>)| {
        let other = before.as_ref().and_then(|before| before.get(measure));
        let pairs = |other: &BTreeMap<&str, f64>| {
            let of = |(key, value): (&&str, &f64)| Some(value - other.get(key)?);
            chance(&values.iter().filter_map(of).collect::<Vec<_>>())
        };
        GraphFigure {
            measure: *measure,
            values: values.len(),
            mean: mean(values),
            before: other.map(mean),
            p: other.map(pairs),
        }
    };
    own.iter().map(figure).collect()
}

fn by_measure(values: &[GraphValue]) -> BTreeMap<GraphMeasure, BTreeMap<&str, f64>> {
    let mut measures: BTreeMap<GraphMeasure, BTreeMap<&str, f64>> = BTreeMap::new();
    for GraphValue { measure, key, value } in values {
        measures.entry(*measure).or_default().insert(key, *value);
    }
    measures
}

fn mean(values: &BTreeMap<&str, f64>) -> f64 {
    values.values().sum::<f64>() / values.len().max(1) as f64
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(key: &str, value: f64) -> GraphValue {
        GraphValue { measure: GraphMeasure::Steps, key: key.into(), value }
    }

    #[test]
    fn runs_are_compared_by_key_and_survive_being_stored() {
        let before: Vec<_> = (0..12).map(|at| value(&at.to_string(), 0.0)).collect();
        let after: Vec<_> = (0..12).map(|at| value(&at.to_string(), 1.0)).collect();
        let figures = figures(&after, Some(&before));
        let [figure] = &figures[..] else { panic!("{figures:?}") };
        assert_eq!((figure.values, figure.mean, figure.before), (12, 1.0, Some(0.0)));
        assert!(figure.p.unwrap() < 0.01);
        let mut stored = Vec::new();
        write_values(&after, &mut stored).unwrap();
        assert_eq!(read_values(&stored[..]).unwrap(), after);
        assert!(read_values(&b"{}\n"[..]).unwrap_err().to_string().contains("line 1"));
        assert_eq!(GraphMeasure::BestCellPassages.name(), "best-cell-passages");
    }
}
