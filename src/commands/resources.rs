//! `cairn resources`.

use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::library::ResourceRequest;

#[derive(Debug, Args)]
pub(super) struct ResourcesArguments {
    /// Words of the title, the address, the topic, the authors or the abstract
    query: Vec<String>,
    /// Only works about this topic
    #[arg(long)]
    topic: Option<String>,
    /// The most works to list
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100))]
    limit: u64,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &ResourcesArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let (query, topic) = (arguments.query.join(" "), arguments.topic.as_deref());
    let limit = usize::try_from(arguments.limit).unwrap_or(20);
    let wanted = ResourceRequest { query: &query, topic, limit, ..ResourceRequest::default() };
    let Some(resources) = library.resources(&wanted) else {
        return Err(unknown::topic(&library, topic.unwrap_or_default()));
    };
    if arguments.json {
        output::json(&serde_json::json!({ "resources": resources }))?;
        return Ok(Exit::Done);
    }
    for resource in &resources {
        let year = resource.year.map(|year| format!(", {year}")).unwrap_or_default();
        let cited = output::count(resource.cited_by, "author");
        let kind = resource.kind.as_str();
        let title = &resource.title;
        output::line(&format!("{title} ({kind}{year}): cited by {cited}"))?;
        output::line(&format!("    {}", resource.url))?;
        if !resource.authors.is_empty() {
            output::line(&format!("    {}", resource.byline()))?;
        }
        if let Some(text) = &resource.abstract_text {
            output::line(&format!("    {text}"))?;
        }
        if let (Some(since), Some(archive)) = (&resource.dead_since, &resource.archived_at) {
            output::line(&format!("    dead since {since}; perhaps {archive}"))?;
        }
    }
    output::line(&output::count(resources.len(), "resource"))?;
    Ok(Exit::Done)
}
