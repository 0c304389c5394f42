//! `cairn section`.

use anyhow::bail;
use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::library::view::SectionView;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The source's id, such as owner/name
    source: String,
    /// The file's path in it
    path: String,
    /// The line that the section holds; the cell of a notebook, page of a PDF or card of a deck
    #[arg(long, visible_aliases = ["cell", "page", "card"], default_value_t = 1)]
    line: u32,
    /// The API's object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let found = library.section_at(&arguments.source, &arguments.path, arguments.line)?;
    let Some(section) = found else {
        if library.manifest.source(&arguments.source).is_none() {
            bail!("no source {:?}; `cairn sources` lists them", arguments.source);
        }
        bail!("{} has no indexed file {:?}", arguments.source, arguments.path);
    };
    if arguments.json {
        output::json(&serde_json::json!({ "section": section }))?;
    } else {
        print(&section)?;
    }
    Ok(Exit::Done)
}

fn print(section: &SectionView) -> anyhow::Result<()> {
    let passage = &section.passage;
    output::line(&passage.trail())?;
    output::line(&output::place(passage))?;
    let licence = passage.licence.as_deref().unwrap_or("no licence known: an excerpt");
    output::line(&format!("{}  ({licence})", passage.url))?;
    output::gap()?;
    output::body(&section.text)?;
    if !section.code.is_empty() {
        output::gap()?;
        output::body(&section.code)?;
    }
    let topics: Vec<&str> = section.mentions.iter().map(|m| m.topic.as_str()).collect();
    if !topics.is_empty() {
        output::gap()?;
        output::line(&format!("topics: {}", topics.join(", ")))?;
    }
    Ok(())
}
