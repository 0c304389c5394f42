//! `cairn guide`: what the sources say of a case study, as Markdown; without one, the matrix.

use anyhow::bail;
use clap::Args;

use super::{Exit, open, output};
use crate::config::Config;
use crate::graph::Coverage;
use crate::library::view::{CaseView, CasesView, HitView, StepView};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The case study, such as "video recommendation"; all of them where none is named
    case: Vec<String>,
    /// The most passages for each step
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=12))]
    limit: u64,
    /// The API's object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let name = arguments.case.join(" ");
    if name.trim().is_empty() {
        let view = library.cases();
        return if arguments.json { output::json(&view) } else { matrix(&view) }
            .map(|()| Exit::Done);
    }
    let limit = usize::try_from(arguments.limit).unwrap_or(5);
    let Some(view) = library.case(&name, limit)? else {
        bail!("no case study {name:?}; `cairn guide` lists them");
    };
    if arguments.json {
        output::json(&view)?;
    } else {
        output::line(&markdown(&view))?;
    }
    Ok(Exit::Done)
}

/// One row a case: how much is said at each step, and by how many sources.
fn matrix(view: &CasesView) -> anyhow::Result<()> {
    let steps = view.steps.iter().map(|step| step.label.as_str());
    let header: Vec<&str> = std::iter::once("case").chain(steps).collect();
    let mut table = output::table(&header);
    for case in &view.cases {
        let cells = case.cells.iter().map(|cell| match cell.coverage {
            Coverage::Strong => format!("strong {}", cell.said_by),
            Coverage::Thin => format!("thin {}", cell.said_by),
            Coverage::Empty => "-".to_owned(),
        });
        table.add_row(std::iter::once(case.id.clone()).chain(cells));
    }
    output::line(&table.to_string())?;
    output::line(
        "strong: two sources or more say 80 words or five list items each; the number is that of sources",
    )
}

fn markdown(view: &CaseView) -> String {
    let mut parts = vec![format!("# {}", capitalised(&view.label)), view.definition.clone()];
    if !view.whole.is_empty() {
        let items = view.whole.iter().map(|document| {
            let title = escaped(&document.title);
            let source = &document.source;
            format!("- [{title}]({}), {source}: {} of 8 steps", document.url, document.steps)
        });
        let list: Vec<String> = items.collect();
        parts.push(format!("Whole answers:\n\n{}", list.join("\n")));
    }
    for (at, step) in view.steps.iter().enumerate() {
        parts.push(heading(at, step));
        parts.extend(step.passages.iter().map(quote));
    }
    parts.join("\n\n")
}

fn heading(at: usize, step: &StepView) -> String {
    let said = match step.cell.coverage {
        Coverage::Strong => format!("Well covered, by {}.", sources(step)),
        Coverage::Thin => format!("Thin: little is said, by {}.", sources(step)),
        Coverage::Empty => "No source says anything here.".to_owned(),
    };
    format!("## {}. {}\n\n{said}", at + 1, step.label)
}

fn sources(step: &StepView) -> String {
    output::count(usize::try_from(step.cell.said_by).unwrap_or(0), "source")
}

/// The excerpt as a block quote, with where it stands and its licence.
fn quote(hit: &HitView) -> String {
    let passage = &hit.passage;
    let lines = output::plain(&hit.snippet.text);
    let lines: Vec<String> = lines.lines().map(|line| format!("> {line}")).collect();
    let licence = passage.licence.as_deref().unwrap_or("no licence known");
    let trail = escaped(&output::plain(&output::trail(passage)));
    let quoted = lines.join("\n");
    format!("{quoted}\n>\n> [{}: {trail}]({}) ({licence})", passage.source, passage.url)
}

/// `text` without what would end the text of a link.
fn escaped(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_titles() {
        assert_eq!(capitalised("video recommendation"), "Video recommendation");
        assert_eq!(capitalised(""), "");
        assert_eq!(escaped("a [b]"), "a \\[b\\]");
    }
}
