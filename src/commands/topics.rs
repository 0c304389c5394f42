//! `cairn topics`, `cairn topic`.

use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::library::view::{TopicDetail, TopicLink};
use crate::search::Budget;

#[derive(Debug, Args)]
pub(super) struct TopicListArguments {
    /// The most topics to list
    #[arg(long, default_value_t = 5000)]
    limit: usize,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct TopicArguments {
    /// The topic's id or one of its names, such as CTR
    topic: String,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn list(config: &Config, arguments: &TopicListArguments) -> anyhow::Result<Exit> {
    let topics = open(config)?.topics(arguments.limit, 0);
    if arguments.json {
        output::json(&serde_json::json!({ "topics": topics }))?;
        return Ok(Exit::Done);
    }
    let mut table = output::OutputTable::new(&["topic", "name", "sections", "steps"]);
    for topic in topics {
        let sections = topic.mentions.to_string();
        table.add([topic.id, topic.label, sections, topic.steps.join(", ")]);
    }
    table.print()?;
    Ok(Exit::Done)
}

pub(super) fn one(config: &Config, arguments: &TopicArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let Some(topic) = library.topic(&arguments.topic, &Budget::unlimited())? else {
        return Err(unknown::topic(&library, &arguments.topic));
    };
    if arguments.json {
        output::json(&serde_json::json!({ "topic": topic }))?;
    } else {
        print(&topic)?;
    }
    Ok(Exit::Done)
}

fn print(detail: &TopicDetail) -> anyhow::Result<()> {
    let topic = &detail.topic;
    output::line(&format!("{} ({})", topic.label, topic.id))?;
    output::line(&format!("  {}", topic.definition))?;
    let names = |links: &[TopicLink]| {
        links.iter().map(|link| link.label.as_str()).collect::<Vec<_>>().join(", ")
    };
    for (word, text) in [
        ("also", topic.also.join(", ")),
        ("steps", topic.steps.join(", ")),
        ("broader", names(&detail.broader)),
        ("narrower", names(&detail.narrower)),
        ("requires", names(&detail.requires)),
        ("required by", names(&detail.required_by)),
    ] {
        if !text.is_empty() {
            output::line(&format!("  {word}: {text}"))?;
        }
    }
    let mentions = usize::try_from(topic.mentions).unwrap_or(0);
    output::line(&format!("  mentioned in {}", output::count(mentions, "section")))?;
    output::gap()?;
    for hit in &detail.passages {
        output::line(&format!("- {}", hit.passage.trail()))?;
        output::line(&format!("  {}", hit.passage.url))?;
    }
    for resource in &detail.resources {
        let title = &resource.title;
        let cited = output::count(resource.cited_by, "author");
        output::line(&format!("- {title}: {} (cited by {cited})", resource.url))?;
    }
    Ok(())
}
