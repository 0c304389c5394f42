//! `cairn related`, `cairn learn`, `cairn path`.

use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::library::view::Tie;

#[derive(Debug, Args)]
pub(super) struct RelatedArguments {
    /// The topic's id or one of its names, such as CTR
    topic: String,
    /// The most topics to list
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct LearnArguments {
    /// The topic's id or one of its names, such as CTR
    topic: String,
    /// A topic that you know already; leaves it out, and whatever only it needs
    #[arg(long, value_name = "TOPIC")]
    known: Vec<String>,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PathArguments {
    /// A topic's id or one of its names
    from: String,
    /// Another topic's id or one of its names
    to: String,
    /// The most chains to list
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=10))]
    limit: u64,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn related(config: &Config, arguments: &RelatedArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let Some(view) = library.related(&arguments.topic, arguments.limit) else {
        return Err(unknown::topic(&library, &arguments.topic));
    };
    if arguments.json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    for topic in &view.related {
        output::line(&format!("{} ({}): {}", topic.label, topic.id, words(&topic.tie)))?;
        evidence(&topic.tie, "    ")?;
    }
    Ok(Exit::Done)
}

pub(super) fn learn(config: &Config, arguments: &LearnArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let known: Vec<&str> = arguments.known.iter().map(String::as_str).collect();
    let view = match library.learn(&arguments.topic, &known) {
        Ok(view) => view,
        Err(name) => return Err(unknown::topic(&library, &name)),
    };
    if arguments.json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    for (at, lesson) in view.order.iter().enumerate() {
        output::line(&format!("{:>2}. {} ({})", at + 1, lesson.label, lesson.id))?;
        output::line(&format!("    {}", lesson.definition))?;
        if let (Some(needed), Some(reason)) = (&lesson.needed_for, &lesson.reason) {
            output::line(&format!("    needed for {}: {reason}", needed.label))?;
        }
    }
    Ok(Exit::Done)
}

pub(super) fn path(config: &Config, arguments: &PathArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let count = usize::try_from(arguments.limit).unwrap_or(3);
    let view = match library.paths(&arguments.from, &arguments.to, count) {
        Ok(view) => view,
        Err(name) => return Err(unknown::topic(&library, &name)),
    };
    if arguments.json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    for (at, chain) in view.paths.iter().enumerate() {
        let labels = chain.hops.iter().map(|hop| hop.to_label.as_str());
        let labels: Vec<&str> = std::iter::once(view.from.label.as_str()).chain(labels).collect();
        output::line(&format!("{}. {}", at + 1, labels.join(" → ")))?;
        for hop in &chain.hops {
            let (from, to) = (&hop.from_label, &hop.to_label);
            output::line(&format!("    {from} → {to}: {}", words(&hop.tie)))?;
            evidence(&hop.tie, "        ")?;
        }
    }
    if view.paths.is_empty() {
        output::line(&format!(
            "no chain of explained ties joins {} and {}",
            view.from.label, view.to.label
        ))?;
    }
    Ok(Exit::Done)
}

/// The reasons for a tie between two topics, and the explanation in the vocabulary, if there is one.
fn words(tie: &Tie) -> String {
    let words = tie.words.join("; ");
    match &tie.reason {
        Some(reason) => format!("{words}: {reason}"),
        None => words,
    }
}

fn evidence(tie: &Tie, indent: &str) -> anyhow::Result<()> {
    for evidence in &tie.evidence {
        let (sentence, at) = (&evidence.sentence, &evidence.place);
        output::line(&format!("{indent}\"{sentence}\""))?;
        let place = format!("{} {}{at}", evidence.source, evidence.path);
        output::line(&format!("{indent}  {place}"))?;
    }
    Ok(())
}
