//! `cairn export`: what is known, for other programs.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, open, topics};
use crate::config::Config;
use crate::graph::export::{self, Format};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The topics and their ties, with the evidence, and the resources about them
    Graph(GraphArguments),
}

#[derive(Debug, Args)]
struct GraphArguments {
    /// SKOS Turtle, GraphML (networkx, Gephi) or DOT (Graphviz; topics only)
    #[arg(long, value_enum)]
    format: Name,
    /// Only this topic and its nearest
    #[arg(long, value_name = "TOPIC")]
    around: Option<String>,
    /// The file to write; standard output where none is named
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    Turtle,
    Graphml,
    Dot,
}

/// How many topics round one are exported with it.
const NEAREST: usize = 20;

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let What::Graph(arguments) = &arguments.what;
    let library = open(config)?;
    let part = match &arguments.around {
        None => export::all(&library.graph),
        Some(name) => match library.find_topic(name) {
            Some(topic) => export::around(&library.graph, topic, NEAREST),
            None => return topics::unknown(&library, name),
        },
    };
    let format = match arguments.format {
        Name::Turtle => Format::Turtle,
        Name::Graphml => Format::Graphml,
        Name::Dot => Format::Dot,
    };
    let mut text = Vec::new();
    export::write(&library.graph, &part, format, &mut text)?;
    match &arguments.output {
        Some(file) => std::fs::write(file, text)
            .with_context(|| format!("cannot write {}", file.display()))?,
        None => {
            let mut stdout = BufWriter::new(std::io::stdout().lock());
            stdout.write_all(&text)?;
            stdout.flush()?;
        }
    }
    Ok(Exit::Done)
}
