//! `cairn export`: the graph or flash cards as files. The text of private sources is left out without `--private`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, audience, open, output, unknown};
use crate::config::Config;
use crate::graph::export::{self, Format};
use crate::library::{Library, deck};
use crate::printable::log;
use crate::search::Budget;

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    /// The topics, their ties with the evidence, and the resources about them
    Graph(GraphArguments),
    /// Cards for Anki, of a topic or of a case study
    Deck(DeckArguments),
}

#[derive(Debug, Args)]
struct DeckArguments {
    /// The topic's id or one of its names, such as CTR
    #[arg(long, required_unless_present = "case", conflicts_with = "case")]
    topic: Option<String>,
    /// The case study, such as "video recommendation"
    #[arg(long)]
    case: Option<String>,
    /// Anki's package, or its text import
    #[arg(long, value_enum)]
    format: DeckFormat,
    /// Include the text of private sources
    #[arg(long)]
    private: bool,
    /// The file to write [default: standard output, unless a package would go to a terminal]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DeckFormat {
    Apkg,
    Csv,
}

#[derive(Debug, Args)]
struct GraphArguments {
    /// SKOS Turtle, GraphML (networkx, Gephi) or DOT (Graphviz; topics only)
    #[arg(long, value_enum)]
    format: GraphFormatName,
    /// Only this topic and the topics nearest to it
    #[arg(long, value_name = "TOPIC")]
    around: Option<String>,
    /// Include the text of private sources
    #[arg(long)]
    private: bool,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GraphFormatName {
    Turtle,
    Graphml,
    Dot,
}

/// The number of nearest topics that are exported with the topic of `--around`.
const NEAREST: usize = 20;

pub(super) fn run(config: &Config, arguments: &ExportArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    match &arguments.command {
        ExportCommand::Graph(arguments) => graph(&library, arguments),
        ExportCommand::Deck(arguments) => cards(&library, arguments),
    }
}

fn graph(library: &Library, arguments: &GraphArguments) -> anyhow::Result<Exit> {
    let audience = audience(library, arguments.private);
    let graph = library.graph_for(audience);
    let part = match &arguments.around {
        None => export::all(&graph),
        Some(name) => match library.find_topic(name) {
            Some(topic) => export::around(&graph, topic, NEAREST),
            None => return Err(unknown::topic(library, name)),
        },
    };
    let format = match arguments.format {
        GraphFormatName::Turtle => Format::Turtle,
        GraphFormatName::Graphml => Format::Graphml,
        GraphFormatName::Dot => Format::Dot,
    };
    let mut text = Vec::new();
    let chars = library.manifest.excerpt_chars;
    export::write(&graph, &library.voices, &part, chars, format, &mut text)?;
    write(&text, arguments.output.as_deref())
}

fn cards(library: &Library, arguments: &DeckArguments) -> anyhow::Result<Exit> {
    if matches!(arguments.format, DeckFormat::Apkg)
        && arguments.output.is_none()
        && output::is_terminal()
    {
        log::complaint(
            "a package for Anki is binary and would garble the terminal; name a file for it, such as `-o deck.apkg`",
        );
        return Ok(Exit::Wrong);
    }
    let audience = audience(library, arguments.private);
    let deck = match (&arguments.topic, &arguments.case) {
        (Some(topic), _) => match library.topic_cards(topic, audience, &Budget::unlimited())? {
            Some(deck) => deck,
            None => return Err(unknown::topic(library, topic)),
        },
        (None, case) => {
            let case = case.as_deref().unwrap_or_default();
            library.case_cards(case, audience)?.ok_or_else(|| unknown::case(library, case))?
        }
    };
    let bytes = match arguments.format {
        DeckFormat::Apkg => deck::apkg(&deck.name, &deck.cards)?,
        DeckFormat::Csv => deck::csv(&deck.name, &deck.cards).into_bytes(),
    };
    write(&bytes, arguments.output.as_deref())
}

/// Writes `bytes` into `file`, or to standard output.
fn write(bytes: &[u8], file: Option<&Path>) -> anyhow::Result<Exit> {
    match file {
        Some(file) => std::fs::write(file, bytes)
            .with_context(|| format!("cannot write {}", file.display()))?,
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(bytes)?;
            stdout.flush()?;
        }
    }
    Ok(Exit::Done)
}
