//! `cairn section`.

use std::num::NonZeroU64;

use anyhow::bail;
use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::library::NamedPlace;
use crate::library::view::SectionView;

#[derive(Debug, Args)]
pub(super) struct SectionArguments {
    /// The source's id, such as owner/name
    source: String,
    /// The file's path in it, or a thread: discussions/12, issues/45
    path: String,
    #[command(flatten)]
    place: SectionPlace,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

/// A place in a file: at most one of these.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(id = "place", multiple = false)]
struct SectionPlace {
    /// A line of the section; in other files, the number of the cell, page or card [default: 1]
    #[arg(long, value_name = "N")]
    line: Option<u32>,
    /// The cell of a notebook
    #[arg(long, value_name = "N")]
    cell: Option<u32>,
    /// The page of a PDF
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// The card of a deck
    #[arg(long, value_name = "N")]
    card: Option<u32>,
    /// The comment of a thread, by the number in its link [default: the question]
    #[arg(long, value_name = "N")]
    comment: Option<NonZeroU64>,
}

impl SectionPlace {
    fn named(self) -> NamedPlace {
        let SectionPlace { line, cell, page, card, comment } = self;
        NamedPlace { line, cell, page, card, comment }
    }
}

pub(super) fn run(config: &Config, arguments: &SectionArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let place = arguments.place.named();
    let found = library.section_at(&arguments.source, &arguments.path, place.position())?;
    let Some(section) = found else {
        if library.manifest.source(&arguments.source).is_none() {
            return Err(unknown::source(&library, &arguments.source));
        }
        let path = &arguments.path;
        match place.comment {
            Some(comment) => bail!(
                "{} has no indexed comment {comment} in {path:?}; short comments without content are not indexed",
                arguments.source
            ),
            None => bail!(
                "{} has no indexed file {path:?}; `cairn search source:{0}` shows what it has",
                arguments.source
            ),
        }
    };
    if let Some(fault) = place.fault(&section) {
        let advice = fault.instead().map(|kind| format!("; use --{kind}")).unwrap_or_default();
        bail!("{:?} {fault}{advice}", section.passage.path);
    }
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
