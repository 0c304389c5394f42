//! `cairn sources add --try`: shows what a repository would add, and adds nothing.

use anyhow::{Context, bail};

use super::audit::print_source;
use super::audit_table::size;
use super::look_up::look_up;
use super::progress::RefreshBars;
use super::refresh::stop_on_signal;
use super::{Exit, output};
use crate::catalogue::edit::NewEntry;
use crate::catalogue::{self, Catalogue, Origin, Shown, Source, Visibility};
use crate::config::Config;
use crate::crawl::CrawlError;
use crate::library::view::{ComparedView, LicenceOrigin, TrialView};
use crate::library::{TrialRequest, try_source};
use crate::printable::{log, shell, thousands};

/// The arguments of a trial.
#[derive(Debug)]
pub(super) struct TrialArguments<'a> {
    /// `owner/name`.
    pub repo: &'a str,
    pub why: Option<&'a str>,
    pub author: Option<&'a str>,
    /// Globs that replace `include` of the catalogue's entry, unless this list is empty.
    pub include: &'a [String],
    /// Globs that replace `exclude` of the catalogue's entry, unless this list is empty.
    pub exclude: &'a [String],
    pub json: bool,
}

pub(super) fn run(
    config: &Config,
    arguments: &TrialArguments,
    is_quiet: bool,
) -> anyhow::Result<Exit> {
    let request = request(config, arguments)?;
    if request.source.visibility == Visibility::Public {
        check_exists(config, arguments.repo)?;
    }
    let stop = stop_on_signal(|| log::complaint("stopped; nothing was added"))?;
    let mut progress = RefreshBars::new(is_quiet);
    let tried = try_source(config, &request, &stop, &mut |event| progress.on_event(&event));
    progress.end();
    let trial = tried?;
    if arguments.json {
        output::json(&trial)?;
    } else {
        print(&trial)?;
    }
    Ok(Exit::Done)
}

/// The request with the entry to try: the catalogue's entry for the repository, or else a new one. `Err` if the new
/// entry or the catalogue has a fault.
fn request(config: &Config, arguments: &TrialArguments) -> anyhow::Result<TrialRequest> {
    let TrialArguments { repo, why, author, include, exclude, .. } = *arguments;
    let catalogue = catalogue::load(&config.sources)?;
    let known = known(&catalogue, repo).cloned();
    let known_as = known.as_ref().map(|source| source.id.0.clone());
    let mut source = match known {
        Some(known) => known,
        None => {
            let entry = NewEntry { repo, why: why.unwrap_or("?"), author };
            let parsed = catalogue::parse("the entry to try", &entry.text())?;
            parsed.sources.into_iter().next().context("the entry to try is empty")?
        }
    };
    for (own, given) in [(&mut source.include, include), (&mut source.exclude, exclude)] {
        if !given.is_empty() {
            *own = given.to_vec();
        }
    }
    Ok(TrialRequest { source, known_as, why: why.map(str::to_owned) })
}

/// The source of `catalogue` whose origin is the repository `repo` (case-insensitive).
fn known<'a>(catalogue: &'a Catalogue, repo: &str) -> Option<&'a Source> {
    let is_repo = |source: &&Source| match &source.origin {
        Origin::GitHub { owner, name } => format!("{owner}/{name}").eq_ignore_ascii_case(repo),
        _ => false,
    };
    catalogue.sources.iter().find(is_repo)
}

/// Checks that GitHub has the public repository `repo`. `Err` if there is none, or if GitHub can't be reached. Other
/// errors, such as a used-up quota, are only logged, because the repository can still be fetched then.
fn check_exists(config: &Config, repo: &str) -> anyhow::Result<()> {
    let Err(error) = look_up(config, repo) else { return Ok(()) };
    match error.downcast_ref::<CrawlError>() {
        Some(CrawlError::NotFound(_)) => bail!(
            "GitHub has no public repository {repo}; check the name (a private one needs an entry with `private = true`, \
             and a token)"
        ),
        Some(CrawlError::Network { .. } | CrawlError::Unreachable { .. }) => {
            Err(error.context(format!("cannot look up {repo} on GitHub (is the network up?)")))
        }
        Some(CrawlError::Blocked { .. }) | None => {
            Err(error.context(format!("cannot look up {repo} on GitHub")))
        }
        Some(error) => {
            tracing::info!("GitHub's data on {repo} is not known: {error}");
            Ok(())
        }
    }
}

fn print(trial: &TrialView) -> anyhow::Result<()> {
    output::line(&trial.repo)?;
    let facts = [
        ("about", trial.description.clone().unwrap_or_default()),
        ("on GitHub", on_github(trial)),
        ("licence", licence(trial)),
        ("files", files(trial)),
    ];
    for (name, text) in facts.into_iter().filter(|(_, text)| !text.is_empty()) {
        output::line(&format!("  {name:<11}{text}"))?;
    }
    if let Some(id) = &trial.known_as {
        let text = format!("as {id}; the comparison leaves that source out");
        output::line(&format!("  {:<11}{text}", "catalogued"))?;
    }
    print_compared(trial.compared.as_ref())?;
    print_source(&trial.audit)?;
    output::gap()?;
    if let Some(entry) = &trial.entry {
        output::line("Nothing was added. An entry to paste, after you wrote your own `why`:")?;
        output::gap()?;
        return output::body(entry.trim_end());
    }
    let remove = trial.known_as.as_deref();
    let command = remove.and_then(|id| shell::command(&["cairn", "sources", "audit", "--", id]));
    let audit = command.map(|command| format!("; `{command}` shows what the index has of it"));
    output::line(&format!("Nothing was changed{}", audit.unwrap_or_default()))
}

fn on_github(trial: &TrialView) -> String {
    let stars = trial.stars.filter(|stars| *stars > 0);
    let stars = stars.map(|stars| format!("{} stars", thousands(stars)));
    let archived = trial.archived.then(|| "archived".to_owned());
    stars.into_iter().chain(archived).collect::<Vec<_>>().join(", ")
}

fn licence(trial: &TrialView) -> String {
    let shown = match trial.shown {
        Shown::Full => "whole sections are shown",
        Shown::Excerpt => "only excerpts are shown",
    };
    let from = match trial.licence_from {
        Some(LicenceOrigin::Entry) => " (from the catalogue)",
        Some(LicenceOrigin::File) => " (from its LICENSE file)",
        Some(LicenceOrigin::GitHub) => " (from GitHub; its LICENSE file is not recognised)",
        None => "",
    };
    format!("{}{from}: {shown}", trial.licence.as_deref().unwrap_or("none known"))
}

fn files(trial: &TrialView) -> String {
    let files = |files: usize| thousands(files as u64);
    let all = trial.all.map(|all| format!("{} files, {}; ", files(all.files), size(all.bytes)));
    format!(
        "{}{} are read, {}; {} downloaded",
        all.unwrap_or_default(),
        files(trial.taken.files),
        size(trial.taken.bytes),
        size(trial.downloaded_bytes),
    )
}

fn print_compared(compared: Option<&ComparedView>) -> anyhow::Result<()> {
    let Some(compared) = compared else {
        return output::line("  compared   with nothing: there is no index yet");
    };
    let sections = |number: usize| match number {
        1 => "1 section".to_owned(),
        _ => format!("{} sections", thousands(number as u64)),
    };
    output::line(&format!(
        "  known      {} ({} %) would fold under a section of another source",
        sections(compared.duplicates),
        compared.duplicates_percent
    ))?;
    for source in &compared.sources {
        output::line(&format!("{:13}{:>5} of {}", "", source.sections, source.source))?;
    }
    output::line(&format!(
        "  adds       {} that no other source has, {} of them not suspect",
        sections(compared.added),
        thousands(compared.added_sound as u64)
    ))
}
