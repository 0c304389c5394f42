//! `cairn search`.

use clap::Args;

use super::{Exit, open, output, unknown};
use crate::config::Config;
use crate::extract::DocumentKind;
use crate::library::view::{
    PassageView, PlaceView, ResourceView, SearchView, UnknownSource, UnknownValue,
};
use crate::library::{Library, QueryRescue};
use crate::printable::shell::{self, completed};
use crate::printable::{escape, log};
use crate::search::{
    Budget, Correction, Filter, FilterField, LastWord, SearchRequest, Understanding,
};
use crate::vocabulary::Step;

/// The maximum number of queries that are suggested if nothing is found.
const MEANT: usize = 5;

#[derive(Debug, Args)]
pub(super) struct SearchArguments {
    /// Words, "phrases", -not, OR, field:value (source path topic step kind lang licence has since)
    #[arg(required = true)]
    query: Vec<String>,
    /// Only this source (its id, its owner or the name of its repository)
    #[arg(long)]
    source: Option<String>,
    /// Only passages that mention this topic
    #[arg(long)]
    topic: Option<String>,
    /// Only passages that serve this step
    #[arg(long)]
    step: Option<String>,
    /// Only this kind of document
    #[arg(long, value_parser = DocumentKind::ALL.map(DocumentKind::as_str))]
    kind: Option<String>,
    /// The most passages to list
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100))]
    limit: u64,
    /// Search for the words as typed: no other names, no spelling correction, no completion, no
    /// filler left out, no source preferred
    #[arg(long)]
    literal: bool,
    /// Do not search for other names of the topics
    #[arg(long)]
    no_labels: bool,
    /// Do not correct the spelling
    #[arg(long)]
    no_spelling: bool,
    /// Do not prefer the sources that the query names
    #[arg(long)]
    no_names: bool,
    /// Do not rank by meaning, and find only passages that contain words of the query
    #[arg(long)]
    no_meaning: bool,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &SearchArguments) -> anyhow::Result<Exit> {
    let filters = Filter::all([
        (FilterField::Source, arguments.source.as_deref()),
        (FilterField::Topic, arguments.topic.as_deref()),
        (FilterField::Step, arguments.step.as_deref()),
        (FilterField::Kind, arguments.kind.as_deref()),
    ]);
    let text = arguments.query.join(" ");
    if text.trim().is_empty() && filters.is_empty() {
        let advice = "say what to search for, such as `cairn search position bias`; \"phrases\", -not, OR and source:NAME \
                      narrow a search";
        log::complaint(&escape(&completed(advice)));
        return Ok(Exit::Wrong);
    }
    let full = Understanding {
        labels: !arguments.no_labels,
        spelling: !arguments.no_spelling,
        names: !arguments.no_names,
        meaning: !arguments.no_meaning,
        ..Understanding::FULL
    };
    let understanding = if arguments.literal { Understanding::LITERAL } else { full };
    let limit = usize::try_from(arguments.limit).unwrap_or(10);
    let last_word = LastWord::Whole;
    let request = SearchRequest {
        text: &text,
        filters: &filters,
        limit,
        offset: 0,
        understanding,
        last_word,
    };
    let library = open(config)?;
    if let Some(wrong) = wrong_filter(&library, arguments)? {
        return Ok(wrong);
    }
    let view = library.search(&request, &Budget::unlimited())?;
    if arguments.json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    print(&view)?;
    if view.total == 0 {
        help(&library, &text, &filters)?;
    }
    Ok(Exit::Done)
}

/// How the command ends if `arguments` name a step that does not exist, after an error about it was printed; `None` if they
/// do not. `Err` if they name a topic that does not exist.
fn wrong_filter(library: &Library, arguments: &SearchArguments) -> anyhow::Result<Option<Exit>> {
    if let Some(topic) = &arguments.topic
        && library.find_topic(topic).is_none()
    {
        return Err(unknown::topic(library, topic));
    }
    if let Some(step) = &arguments.step
        && !is_step(library, step)
    {
        let steps: Vec<&str> = steps(library).map(|step| step.slug.as_str()).collect();
        let steps = steps.join(", ");
        log::complaint(&escape(&format!("no step {step:?}; the steps are {steps}")));
        return Ok(Some(Exit::Wrong));
    }
    Ok(None)
}

/// The steps of a design answer.
fn steps(library: &Library) -> impl Iterator<Item = &Step> {
    library.graph.vocabulary.steps.iter()
}

fn is_step(library: &Library, name: &str) -> bool {
    steps(library)
        .any(|step| step.slug.eq_ignore_ascii_case(name) || step.label.eq_ignore_ascii_case(name))
}

/// Says which words of the query `text` occur nowhere, and what may have been meant. For searches without results.
fn help(library: &Library, text: &str, filters: &[Filter]) -> anyhow::Result<()> {
    let QueryRescue { failed, nearest } = library.rescue(text, filters, &Budget::unlimited())?;
    if !failed.is_empty() {
        output::line(&format!("no passage contains {}", failed.join(" or ")))?;
    }
    let mut meant: Vec<String> =
        nearest.into_iter().map(|(query, total)| format!("{query:?} ({total})")).collect();
    // An index may have no passage about a topic that has the very name.
    let topics = failed.iter().filter_map(|word| {
        let near = library.topics_like(word).into_iter().next()?;
        (!near.name.eq_ignore_ascii_case(word)).then_some(near)
    });
    for topic in topics.map(|topic| format!("{:?}", topic.name)) {
        if !meant.iter().any(|known| known.starts_with(&topic)) {
            meant.push(topic);
        }
    }
    meant.truncate(MEANT);
    match meant.join(", ") {
        none if none.is_empty() => Ok(()),
        parts if failed.is_empty() => {
            output::line(&format!("nothing fits all words and filters; parts of it do: {parts}"))
        }
        others => output::line(&format!("did you mean {others}?")),
    }
}

/// How the user can open the passage: its URL, or, if it is only in this index, the command that prints it.
fn opens(passage: &PassageView) -> String {
    if !passage.url.starts_with('/') {
        return passage.url.clone();
    }
    section_command(&passage.source, &passage.path, &passage.place).unwrap_or_else(|| {
        "no command: the name contains control characters; the page of `cairn serve` opens it"
            .to_owned()
    })
}

/// The command that prints the section at `place` of the file `path`. `None` if `source` or `path` can't be printed
/// safely.
fn section_command(source: &str, path: &str, place: &PlaceView) -> Option<String> {
    let number = place.cell.or(place.page).or(place.card);
    let number = number.or(place.lines.map(|(first, _)| first)).unwrap_or(1);
    let (option, number) = match place {
        PlaceView { comment: Some(comment), .. } => ("--comment", comment.to_string()),
        PlaceView { cell: Some(_), .. } => ("--cell", number.to_string()),
        PlaceView { page: Some(_), .. } => ("--page", number.to_string()),
        PlaceView { card: Some(_), .. } => ("--card", number.to_string()),
        _ => ("--line", number.to_string()),
    };
    shell::cairn(&["section", option, &number, "--", source, path])
}

/// Prints the cited papers that match the query. They are printed above the passages.
fn print_papers(papers: &[ResourceView]) -> anyhow::Result<()> {
    for paper in papers {
        let year = paper.year.map(|year| format!(", {year}")).unwrap_or_default();
        output::line(&format!("paper: {} ({}{year})", paper.title, paper.byline()))?;
        output::line(&format!("    {}", paper.url))?;
    }
    if papers.is_empty() { Ok(()) } else { output::gap() }
}

fn print(view: &SearchView) -> anyhow::Result<()> {
    print_papers(&view.papers)?;
    for (at, hit) in view.hits.iter().enumerate() {
        let copies = match hit.duplicates.len() {
            0 => String::new(),
            more => format!("  (+ {})", output::count(more, "copy")),
        };
        output::line(&format!("{:>2}. {}", at + 1, hit.passage.trail()))?;
        let gone = if hit.passage.gone { "  (gone from its source)" } else { "" };
        let near = if hit.by_meaning { "  (similar in meaning)" } else { "" };
        output::line(&format!("    {}{copies}{near}{gone}", output::place(&hit.passage)))?;
        if let Some(posted) = &hit.passage.posted {
            output::line(&format!("    {posted}"))?;
        }
        output::snippet("    ", &hit.snippet)?;
        output::line(&format!("    {}", opens(&hit.passage)))?;
        output::gap()?;
    }
    print_understood(view)?;
    for UnknownSource { name, near } in &view.query.unknown_sources {
        let meant = match &near[..] {
            [] => "`cairn sources` lists them".to_owned(),
            near => format!("did you mean {}?", near.join(", ")),
        };
        output::advice(&format!("no source {name:?}; {meant}"))?;
    }
    for UnknownValue { field, value, near } in &view.query.unknown_values {
        let meant = match (field, near.join(", ")) {
            (FilterField::Topic, near) if near.is_empty() => "`cairn topics` lists them".to_owned(),
            (FilterField::Topic, near) => format!("did you mean {near}?"),
            (_, all) => format!("there are {all}"),
        };
        output::advice(&format!("no {field} {value:?}; {meant}"))?;
    }
    if view.fallback {
        output::line("the cluster is not available, so the index on this machine has answered")?;
    }
    let found = output::count(view.total, "passage");
    let more = if view.total_is_exact { "" } else { "more than " };
    let strong = view.strong.filter(|strong| (1..view.total).contains(strong));
    let strong = strong.map(|strong| format!(" ({strong} strong)")).unwrap_or_default();
    let near = match view.near {
        0 => String::new(),
        near => {
            format!(", and {near} more that are similar in meaning (--no-meaning: words only),")
        }
    };
    output::line(&format!("{more}{found}{strong}{near} in {:.1} ms", view.took_us as f64 / 1000.0))
}

/// Prints how the query was understood.
fn print_understood(view: &SearchView) -> anyhow::Result<()> {
    let understood = &view.query.understood;
    for correction in &understood.corrections {
        let Correction { typed, read_as } = correction;
        output::line(&format!("{typed:?} was read as {read_as:?} too"))?;
    }
    if !understood.completions.is_empty() {
        let completions = understood.completions.join(", ");
        output::line(&format!("the last word was completed to {completions}"))?;
    }
    for topic in &understood.topics {
        let also = match &topic.also[..] {
            [] => String::new(),
            also => format!(", also searched as {}", also.join(", ")),
        };
        output::line(&format!("topic {}: \"{}\"{also}", topic.id, topic.words))?;
    }
    for named in &understood.preferred {
        let sources = named.sources.join(", ");
        output::line(&format!("\"{}\" prefers {sources} (--no-names does not)", named.words))?;
    }
    for dropped in &understood.dropped {
        output::line(&format!("left out: {}", dropped))?;
    }
    if !understood.asks_for_links.is_empty() {
        output::line("sections with many links come first")?;
    }
    if understood.relaxed && view.total > 0 {
        output::line("few passages contain most of the words; these contain some")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn the_printed_command_has_the_comment_or_the_number_of_the_place() {
        let command =
            |path, address: Address| section_command("notes", path, &address.into()).unwrap();
        let comment = Address::Comment(std::num::NonZeroU64::MIN);
        assert_eq!(
            command("discussions/3", comment),
            "cairn section --comment 1 -- notes discussions/3"
        );
        assert_eq!(
            command("discussions/3", Address::Question),
            "cairn section --line 1 -- notes discussions/3"
        );
        assert_eq!(command("a b.md", Address::Card(7)), "cairn section --card 7 -- notes 'a b.md'");
    }
}
