//! `cairn guide`: what the sources say about a case study, as Markdown; without a case study, the matrix.

use clap::Args;

use super::{Exit, audience, open, output, unknown};
use crate::config::Config;
use crate::graph::Coverage;
use crate::library::markdown;
use crate::library::view::CasesView;

#[derive(Debug, Args)]
pub(super) struct GuideArguments {
    /// The case study, such as "video recommendation"; without one, the matrix of all cases
    case: Vec<String>,
    /// The most passages for each step
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=12))]
    limit: u64,
    /// Include the text of private sources; with `--json` it is always included
    #[arg(long)]
    private: bool,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &GuideArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let name = arguments.case.join(" ");
    if name.trim().is_empty() {
        let view = library.cases();
        return if arguments.json { output::json(&view) } else { matrix(&view) }
            .map(|()| Exit::Done);
    }
    let limit = usize::try_from(arguments.limit).unwrap_or(5);
    let audience = audience(&library, arguments.private || arguments.json);
    let Some(view) = library.case(&name, limit, audience)? else {
        return Err(unknown::case(&library, &name));
    };
    if arguments.json {
        output::json(&view)?;
    } else {
        output::body(&markdown::guide(&view, ""))?;
    }
    Ok(Exit::Done)
}

/// Prints a table with one row for each case study. A cell contains how well a step is covered, and by how many voices.
fn matrix(view: &CasesView) -> anyhow::Result<()> {
    let steps = view.steps.iter().map(|step| step.label.as_str());
    let header: Vec<&str> = std::iter::once("case").chain(steps).collect();
    let mut table = output::OutputTable::new(&header);
    for case in &view.cases {
        let cells = case.cells.iter().map(|cell| match cell.coverage {
            Coverage::Strong => format!("strong {}", cell.said_by),
            Coverage::Thin => format!("thin {}", cell.said_by),
            Coverage::Empty => "-".to_owned(),
        });
        table.add(std::iter::once(case.id.clone()).chain(cells));
    }
    table.print()?;
    output::line(
        "strong: two independent authors or more say 80 words or five list items each; \
         the number counts the authors",
    )
}
