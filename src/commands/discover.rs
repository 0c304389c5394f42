//! `cairn sources discover`.

use clap::Args;

use super::{Exit, open, output, unknown};
use crate::catalogue::{self, policy};
use crate::config::Config;
use crate::library::discover::found::{self, SearchFindings};
use crate::library::discover::{DiscoverRequest, tidy};
use crate::library::view::{
    CandidateView, DiscoverView, DropReason, DroppedView, EvidenceView, GitHubView, ReadsAs,
};

/// The maximum value of `--limit`.
const MOST_SHOWN: usize = 500;
/// The maximum number of names of dropped repositories in one line.
const NAMES_IN_A_LINE: usize = 3;

#[derive(Clone, Debug, Args)]
pub(super) struct DiscoverArguments {
    /// Only repositories that sources cite together with this topic
    #[arg(long)]
    topic: Option<String>,
    /// Do not ask GitHub, even if there is a token
    #[arg(long)]
    offline: bool,
    /// The most repositories to list
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=500))]
    limit: u64,
    /// Print one object as JSON; docs/api.md describes it
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(config: &Config, arguments: &DiscoverArguments) -> anyhow::Result<Exit> {
    let library = open(config)?;
    let catalogue = catalogue::load(&config.sources)?;
    let topic = match &arguments.topic {
        None => None,
        Some(name) => match library.find_topic(name) {
            None => return Err(unknown::topic(&library, name)),
            found => found,
        },
    };
    let limit = usize::try_from(arguments.limit).unwrap_or(20);
    let policy = policy::load(&config.sources)?;
    let findings = if arguments.offline || config.github_token()?.is_none() {
        SearchFindings::default()
    } else {
        let known = library.known_repositories(&catalogue);
        found::find(&library, config, &policy, &known, topic)?
    };
    let request = DiscoverRequest { topic, limit, catalogue: &catalogue, policy: &policy };
    let found = library.discover(&request, findings)?;
    for note in &found.notes {
        tracing::warn!("{note}");
    }
    if arguments.json {
        output::json(&found)?;
    } else {
        print(&found, limit)?;
    }
    Ok(Exit::Done)
}

/// Prints `found` as catalogue entries, with the evidence in comments.
fn print(found: &DiscoverView, limit: usize) -> anyhow::Result<()> {
    print_header(found)?;
    for candidate in &found.candidates {
        output::gap()?;
        print_candidate(candidate)?;
    }
    if let Some(more) = more(found.candidates.len(), found.candidates_total, limit) {
        output::gap()?;
        output::line(&format!("# {more}"))?;
    }
    print_dropped(found, limit)
}

/// Prints what the user should do with the entries, and what was not checked.
fn print_header(found: &DiscoverView) -> anyhow::Result<()> {
    if found.candidates.is_empty() {
        output::line("# The sources here cite no repository that the catalogue lacks.")?;
        output::line("# With GITHUB_TOKEN set, GitHub's search is used too.")?;
        output::line(
            "# `cairn refresh` fetches the catalogue's sources; repositories are found in their links.",
        )?;
    } else {
        output::line(
            "# Nothing is added by itself: check each, write your own `why`, and paste the entry into",
        )?;
        output::line(
            "# sources/catalogue.toml, or use `cairn sources add`. Check the commented-out entries first.",
        )?;
    }
    output::line(match found.github_asked {
        false => "# Not checked on GitHub: licence, stars, whether a repository exists.",
        true => "# Checked on GitHub: only what its search found, not the other citations.",
    })?;
    if found.sources_unfetched > 0 {
        output::line(&format!(
            "# {} of the catalogue's {} are not fetched yet, so the counts of authors are partial.",
            found.sources_unfetched,
            output::count(found.sources_total, "source")
        ))?;
    }
    Ok(())
}

/// A note on how many of `total` are not listed; `None` if all are listed. If a higher `--limit` is possible, the note
/// names one that lists more.
fn more(shown: usize, total: usize, limit: usize) -> Option<String> {
    let more = total.checked_sub(shown).filter(|more| *more > 0)?;
    let next = total.min(MOST_SHOWN);
    let hint = if next > limit { format!(": --limit {next}") } else { String::new() };
    Some(format!("and {more} more{hint}"))
}

fn print_dropped(found: &DiscoverView, limit: usize) -> anyhow::Result<()> {
    if found.dropped.is_empty() {
        return Ok(());
    }
    output::gap()?;
    output::line("# Left out:")?;
    let (own, other): (Vec<&DroppedView>, Vec<&DroppedView>) =
        found.dropped.iter().partition(|dropped| dropped.reason == DropReason::OwnAuthor);
    for dropped in other {
        output::line(&format!("#   {}: {}", dropped.repo, dropped.why))?;
    }
    let names: Vec<&str> = own.iter().map(|dropped| dropped.repo.as_str()).collect();
    if !names.is_empty() {
        output::line("#   cited only by their own author, who is no independent voice:")?;
    }
    for names in names.chunks(NAMES_IN_A_LINE) {
        output::line(&format!("#     {}", names.join(", ")))?;
    }
    if let Some(more) = more(found.dropped.len(), found.dropped_total, limit) {
        output::line(&format!("#   {more}"))?;
    }
    Ok(())
}

/// GitHub's data about the repository, in words.
fn on_github(github: &GitHubView) -> String {
    let licence = github.licence.as_deref().unwrap_or("no licence known");
    let mut words =
        vec![output::count(usize::try_from(github.stars).unwrap_or(0), "star"), licence.to_owned()];
    words.extend(github.pushed_at.as_ref().map(|day| format!("last push {day}")));
    words.extend(github.archived.then(|| "archived".to_owned()));
    let topics = github.topics_per_thousand_words;
    words.extend(topics.map(|number| format!("{number} topics in a thousand words of its README")));
    words.join(", ")
}

fn print_candidate(candidate: &CandidateView) -> anyhow::Result<()> {
    output::line(&format!("# {}", candidate.url))?;
    let mut said = vec![match candidate.cited_by {
        0 => "cited by no source".to_owned(),
        authors => format!("cited by {}", output::count(authors, "author")),
    }];
    said.extend(form(candidate.reads_as).map(str::to_owned));
    if !candidate.topics.is_empty() {
        said.push(format!("topics: {}", candidate.topics.join(", ")));
    }
    output::line(&format!("# {}", said.join("; ")))?;
    if let Some(github) = &candidate.github {
        output::line(&format!("#   {}", on_github(github)))?;
    }
    for evidence in &candidate.evidence {
        output::line(&format!("#   \"{}\"", tidy(&evidence.sentence)))?;
        output::line(&format!("#     {}", place(evidence)))?;
    }
    if candidate.is_guess {
        output::line(&guess(candidate))?;
    }
    output::body(candidate.entry.trim_end())
}

/// A note on what a candidate seems to be; `None` if it seems to be study material.
fn form(reads_as: ReadsAs) -> Option<&'static str> {
    match reads_as {
        ReadsAs::Study => None,
        ReadsAs::List => Some("reads as a list of links"),
        ReadsAs::Unclear => Some("unclear whether to study or to run"),
        ReadsAs::Tool => Some("reads as software or data"),
    }
}

/// A note that the name of `candidate`'s repository is a guess. The note lists the possible names.
fn guess(candidate: &CandidateView) -> String {
    let names: Vec<&str> = [candidate.spelling.as_str()]
        .into_iter()
        .chain(candidate.others.iter().map(String::as_str))
        .collect();
    let site = candidate.site.as_deref().unwrap_or("its site");
    format!("#   known only by {site}: check the name, which may be {}", names.join(" or "))
}

/// The URL of `evidence` if the URL has a fragment and so leads to the exact place. Else the source, the path and the
/// place, as text.
fn place(evidence: &EvidenceView) -> String {
    let EvidenceView { source, path, place, url, .. } = evidence;
    if url.contains('#') { url.clone() } else { format!("{source} {path}{place}") }
}
