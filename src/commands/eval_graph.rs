//! `cairn eval graph`: measures what the graph shows with labels.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{Exit, open, output};
use crate::config::Config;
use crate::eval::graph::labels::{GraphLabels, LabelPart};
use crate::eval::graph::values::{read_values, write_values};
use crate::eval::graph::{GraphFigure, figures, score};

#[derive(Debug, Args)]
pub(super) struct GraphEvalArguments {
    /// The folder with the labels: cells.tsv, evidence.tsv and so on
    #[arg(long, value_name = "DIR")]
    labels: PathBuf,
    /// The labels to use: those to tune on, those held back until the end, or all
    #[arg(long, value_enum, default_value = "tune")]
    part: Part,
    /// Write the values to this file, one JSON object for each
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// Compare with a file that `--run` wrote before
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// The values of `--part`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    Tune,
    Held,
    All,
}

impl From<Part> for LabelPart {
    fn from(part: Part) -> LabelPart {
        match part {
            Part::Tune => LabelPart::Tune,
            Part::Held => LabelPart::Held,
            Part::All => LabelPart::All,
        }
    }
}

pub(super) fn run(config: &Config, arguments: &GraphEvalArguments) -> anyhow::Result<Exit> {
    let labels = GraphLabels::read(&arguments.labels, arguments.part.into())?;
    let values = score(&open(config)?, &labels)?;
    if let Some(path) = &arguments.run {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        write_values(&values, BufWriter::new(file))?;
    }
    let before = arguments.against.as_ref().map(|path| {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        read_values(BufReader::new(file)).with_context(|| path.display().to_string())
    });
    let figures = figures(&values, before.transpose()?.as_deref());
    match arguments.json {
        true => output::json(&figures)?,
        false => print(&figures)?,
    }
    Ok(Exit::Done)
}

fn print(figures: &[GraphFigure]) -> anyhow::Result<()> {
    let is_compared = figures.iter().any(|figure| figure.before.is_some());
    let mut header = vec!["measure", "values", "share"];
    if is_compared {
        header.extend(["before", "p"]);
    }
    let mut table = output::OutputTable::new(&header);
    for figure in figures {
        let mut row =
            vec![figure.measure.name(), figure.values.to_string(), format!("{:.3}", figure.mean)];
        if is_compared {
            let shown = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.3}"));
            row.extend([shown(figure.before), shown(figure.p)]);
        }
        table.add(row);
    }
    table.print()
}
