//! `cairn sources discover`.

use clap::Args;

use super::{Exit, open, output, topics};
use crate::catalogue::{self, policy};
use crate::config::Config;
use crate::library::discover::DiscoverRequest;
use crate::library::discover::found::{self, Findings};
use crate::library::view::{CandidateView, DiscoverView, EvidenceView, GitHubView};

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
            None => return topics::unknown(&library, name),
            found => found,
        },
    };
    let limit = usize::try_from(arguments.limit).unwrap_or(20);
    let policy = policy::load(&config.sources)?;
    let findings = if arguments.offline || config.token.is_none() {
        Findings::default()
    } else {
        let known = library.known_repositories(&catalogue);
        found::find((&library, config), (&policy, &known), topic)?
    };
    let request = DiscoverRequest { topic, limit, catalogue: &catalogue, policy: &policy };
    let found = library.discover(&request, findings)?;
    for note in &found.notes {
        tracing::warn!("{note}");
    }
    if arguments.json {
        output::json(&found)?;
    } else {
        print(&found)?;
    }
    Ok(Exit::Done)
}

/// Prints `found` as entries of a catalogue, the evidence in comments.
fn print(found: &DiscoverView) -> anyhow::Result<()> {
    if found.candidates.is_empty() {
        output::line("# The sources here cite no repository that the catalogue lacks.")?;
        output::line("# With GITHUB_TOKEN set, GitHub's search is asked too.")?;
        output::line(
            "# `cairn refresh` fetches the catalogue's sources, whose links are looked at.",
        )?;
    } else {
        output::line(
            "# Nothing of this is added by itself: look at each, write your own `why`, and paste it",
        )?;
        output::line("# into sources/catalogue.toml, or use `cairn sources add`.")?;
    }
    for candidate in &found.candidates {
        output::gap()?;
        print_candidate(candidate)?;
    }
    if !found.dropped.is_empty() {
        output::gap()?;
        output::line("# Left out:")?;
    }
    for dropped in &found.dropped {
        output::line(&format!("#   {}: {}", dropped.repo, dropped.why))?;
    }
    Ok(())
}

/// What GitHub says, in words.
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
    let cited = output::count(candidate.cited_by, "author");
    let topics = match &candidate.topics[..] {
        [] => String::new(),
        topics => format!("; topics: {}", topics.join(", ")),
    };
    output::line(&format!("# {}", candidate.url))?;
    output::line(&format!("# cited by {cited}, reads as {}{topics}", candidate.reads_as.as_str()))?;
    if candidate.is_guess {
        output::line(
            "#   only the address of a site names it: the repository may be called otherwise",
        )?;
    }
    if let Some(github) = &candidate.github {
        output::line(&format!("#   {}", on_github(github)))?;
    }
    for EvidenceView { sentence, source, path, place, url } in &candidate.evidence {
        output::line(&format!("#   \"{sentence}\""))?;
        output::line(&format!("#     {source} {path}{place} {url}"))?;
    }
    output::body(candidate.entry.trim_end())
}
