//! `cairn section`.

use std::num::NonZeroU64;

use anyhow::bail;
use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::library::DocumentPosition;
use crate::library::view::SectionView;

#[derive(Debug, Args)]
pub(super) struct SectionArguments {
    /// The source's id, such as owner/name
    source: String,
    /// The file's path in it, or a thread: discussions/12, issues/45
    path: String,
    /// A line of the section; the cell of a notebook, page of a PDF or card of a deck
    #[arg(long, visible_aliases = ["cell", "page", "card"], default_value_t = 1)]
    line: u32,
    /// The comment of a thread, by the number in its link [default: the question]
    #[arg(long, conflicts_with = "line")]
    comment: Option<NonZeroU64>,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &SectionArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let spot = arguments
        .comment
        .map_or(DocumentPosition::Number(arguments.line), DocumentPosition::Comment);
    let found = library.section_at(&arguments.source, &arguments.path, spot)?;
    let Some(section) = found else {
        if library.manifest.source(&arguments.source).is_none() {
            bail!("no source {:?}; `cairn sources` lists them", arguments.source);
        }
        let path = &arguments.path;
        match arguments.comment {
            Some(comment) => bail!(
                "{} has no indexed comment {comment} in {path:?}; short comments without content are not indexed",
                arguments.source
            ),
            None => bail!("{} has no indexed file {path:?}", arguments.source),
        }
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
    if let Some(posted) = &passage.posted {
        output::line(&posted.to_string())?;
    }
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
    if !section.related.is_empty() {
        output::gap()?;
        output::line("others say something similar:")?;
        for passage in &section.related {
            output::line(&format!("  {}  {}", output::place(passage), passage.trail()))?;
        }
    }
    Ok(())
}
