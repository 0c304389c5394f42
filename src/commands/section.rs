//! `cairn section`.

use std::num::NonZeroU64;

use anyhow::bail;
use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::library::DocumentPosition;
use crate::library::view::{PlaceView, SectionView};

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
    fn position(self) -> DocumentPosition {
        let SectionPlace { line, cell, page, card, comment } = self;
        let number = line.or(cell).or(page).or(card).unwrap_or(1);
        comment.map_or(DocumentPosition::Number(number), DocumentPosition::Comment)
    }

    /// Why `found`, the section at this place or the last one before it, is not what was asked for; `None` if it is.
    fn fault(self, found: &SectionView) -> Option<String> {
        let file = &found.passage.path;
        let PlaceView { lines, cell, page, card, .. } = found.passage.place;
        let is_last = found.next.is_none();
        let kinds = [
            ("line", self.line, lines.map(|(_, last)| last)),
            ("cell", self.cell, cell),
            ("page", self.page, page),
            ("card", self.card, card),
        ];
        let own = kinds.iter().find_map(|(kind, _, last)| Some((*kind, (*last)?)));
        let (asked, number) = kinds.iter().find_map(|(kind, asked, _)| Some((*kind, (*asked)?)))?;
        match own {
            // `--line` counts whatever the file has.
            Some((kind, _)) if asked != "line" && asked != kind => {
                Some(format!("{file:?} has {kind}s, no {asked}s; use --{kind}"))
            }
            // A section may have several cells or pages, so only the end of lines is known.
            Some(("line", last)) if is_last && number > last => {
                Some(format!("{file:?} has no line {number}; its last indexed line is {last}"))
            }
            None if asked != "line" => Some(format!("{file:?} is a thread; use --comment")),
            _ => None,
        }
    }
}

pub(super) fn run(config: &Config, arguments: &SectionArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let spot = arguments.place.position();
    let found = library.section_at(&arguments.source, &arguments.path, spot)?;
    let Some(section) = found else {
        if library.manifest.source(&arguments.source).is_none() {
            return Err(unknown::source(&library, &arguments.source));
        }
        let path = &arguments.path;
        match arguments.place.comment {
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
    if let Some(fault) = arguments.place.fault(&section) {
        bail!("{fault}");
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
