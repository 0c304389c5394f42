//! `cairn sources`, `cairn sources add`, `remove`, `check`, `audit` and `discover`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::audit::AuditArguments;
use super::discover::DiscoverArguments;
use super::look_up::look_up;
use super::trial::TrialArguments;
use super::{Exit, audit, discover, open, output, own_files, trial};
use crate::catalogue::edit::{self, NewEntry};
use crate::catalogue::{self, Catalogue, Policy, Source, SourceList, policy};
use crate::config::Config;
use crate::crawl::github::metadata::Metadata;
use crate::disk::{DiskError, DiskOperation};
use crate::generation::runs::LatestResults;
use crate::printable::shell;
use crate::problem::Faults;
use crate::vocabulary;

#[derive(Debug, Args)]
pub(super) struct SourcesArguments {
    #[command(subcommand)]
    command: Option<SourcesCommand>,
    /// Print the API's object as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum SourcesCommand {
    /// Add a repository to the catalogue, if it exists on GitHub
    Add(AddArguments),
    /// Remove a source from the catalogue; the next refresh removes its documents from the index
    Remove { id: String },
    /// Report every fault of catalogue, policy and vocabulary, with file and line
    Check,
    /// Show what each source consists of: code, numbers, tables, duplicates, topics, and what is left out
    Audit(AuditArguments),
    /// List repositories that the catalogue lacks, with what the sources say about them, as entries to paste
    Discover(DiscoverArguments),
}

#[derive(Clone, Debug, Args)]
struct AddArguments {
    /// The repository, or its address on GitHub
    #[arg(value_name = "OWNER/NAME")]
    repo: String,
    /// One line on what is in it and who wants it [default: its description on GitHub]
    #[arg(long)]
    why: Option<String>,
    /// Who wrote it, as people search for it
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Do not ask GitHub whether it exists
    #[arg(long, requires = "why")]
    offline: bool,
    /// Add nothing: fetch it and show its licence, size, documents and duplicates, and what would be left out
    #[arg(long = "try", conflicts_with = "offline")]
    is_trial: bool,
    /// With --try: only files that match this glob (repeatable)
    #[arg(long, value_name = "GLOB", requires = "is_trial")]
    include: Vec<String>,
    /// With --try: no files that match this glob (repeatable)
    #[arg(long, value_name = "GLOB", requires = "is_trial")]
    exclude: Vec<String>,
    /// With --try: print one object as JSON; docs/sources.md describes it
    #[arg(long, requires = "is_trial")]
    json: bool,
}

impl AddArguments {
    fn trial(&self) -> TrialArguments<'_> {
        TrialArguments {
            repo: &self.repo,
            why: self.why.as_deref(),
            author: self.author.as_deref(),
            include: &self.include,
            exclude: &self.exclude,
            json: self.json,
        }
    }
}

pub(super) fn run(
    config: &Config,
    arguments: SourcesArguments,
    is_quiet: bool,
) -> anyhow::Result<Exit> {
    match arguments.command {
        Some(SourcesCommand::Check) => check(config),
        Some(SourcesCommand::Add(mut added)) => {
            added.json |= arguments.json;
            added.repo = repository(config, &added.repo)?;
            if !added.is_trial {
                return add(config, &added);
            }
            check_refusal(&policy::load(&config.sources)?, &added.repo)?;
            trial::run(config, &added.trial(), is_quiet)
        }
        Some(SourcesCommand::Audit(mut auditing)) => {
            auditing.json |= arguments.json;
            audit::run(config, &auditing)
        }
        Some(SourcesCommand::Discover(mut discovery)) => {
            discovery.json |= arguments.json;
            discover::run(config, &discovery)
        }
        Some(SourcesCommand::Remove { id }) => remove(config, &id),
        None => list(config, arguments.json),
    }
}

fn list(config: &Config, json: bool) -> anyhow::Result<Exit> {
    let view = open(config)?.sources(&LatestResults::read(&config.index));
    if json {
        output::json(&view)?;
        return Ok(Exit::Done);
    }
    let mut table = output::OutputTable::new(&[
        "source",
        "state",
        "licence",
        "documents",
        "sections",
        "problems",
        "fetched",
    ]);
    for source in view.sources {
        let more = match (&source.moved_to, source.archived) {
            (Some(name), _) => format!(", now {name}"),
            (None, true) => ", archived".to_owned(),
            (None, false) => String::new(),
        };
        let private = if source.private { ", private" } else { "" };
        let stale = if source.stale { ", stale" } else { "" };
        let state = format!("{}{private}{stale}{more}", source.state.as_str());
        table.add([
            source.id,
            state,
            source.licence.unwrap_or_else(|| "none known".to_owned()),
            source.documents.to_string(),
            source.sections.to_string(),
            source.problems.len().to_string(),
            source.fetched_at.unwrap_or_else(|| "never".to_owned()),
        ]);
    }
    table.print()?;
    Ok(Exit::Done)
}

/// `owner/name` of the repository that the user named `text`.
fn repository(config: &Config, text: &str) -> anyhow::Result<String> {
    let web = &config.github.web;
    catalogue::named_repository(text, web).with_context(|| {
        format!("{text:?} names no repository; write OWNER/NAME or {web}/OWNER/NAME. For a folder, or an archive at \
             another host, write an entry into catalogue.toml")
    })
}

fn add(config: &Config, arguments: &AddArguments) -> anyhow::Result<Exit> {
    let AddArguments { repo, why, author, offline, .. } = arguments;
    let (path, text) = catalogue_text(config)?;
    let name = path.display().to_string();
    let author = author.as_deref();
    // The entry is checked before the request to GitHub, so that a fault in it costs no request.
    let policy = policy::load(&config.sources)?;
    check_refusal(&policy, repo)?;
    let entry = NewEntry { repo, why: why.as_deref().unwrap_or("?"), author };
    let current = catalogue::parse(&name, &text)?;
    check_new(&name, &current, repo)?;
    edit::added(&name, &text, entry)?;
    let asked = if *offline { None } else { Some(ask(config, repo)?) };
    let described = asked.as_ref().and_then(|metadata| metadata.description.clone());
    let why = why.clone().or(described);
    let Some(why) = why.filter(|why| !why.trim().is_empty()) else {
        bail!(
            "GitHub has no description of {repo}; use --why to say what it contains and for whom"
        );
    };
    let repo = asked.and_then(|metadata| metadata.full_name).unwrap_or_else(|| repo.to_owned());
    check_refusal(&policy, &repo)?;
    check_new(&name, &current, &repo)?;
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    replace(&path, &edit::added(&name, &text, NewEntry { repo: &repo, why: &why, author })?)?;
    let fetches = shell::command(&["cairn", "refresh", "--", &repo])
        .map(|command| format!("; `{command}` fetches it"));
    output::advice(&format!("added {repo} to {name}{}", fetches.unwrap_or_default()))?;
    Ok(Exit::Done)
}

/// `Err` with the reason if `policy` refuses the repository `repo`.
fn check_refusal(policy: &Policy, repo: &str) -> anyhow::Result<()> {
    match policy.refusal(repo) {
        Some(why) => bail!("the policy refuses {repo}: {why}"),
        None => Ok(()),
    }
}

/// `Err` if `catalogue`, which is in the file `name`, already has the repository `repo`.
fn check_new(name: &str, catalogue: &Catalogue, repo: &str) -> anyhow::Result<()> {
    match edit::known(catalogue, repo) {
        None => Ok(()),
        Some(Source { id, list: SourceList::Own, line, .. }) => {
            bail!("the catalogue already has {id}, in {name}:{line}; nothing was changed")
        }
        Some(Source { id, list: SourceList::Builtin, .. }) => {
            bail!("the list inside the program already has {id}; nothing was changed")
        }
    }
}

fn remove(config: &Config, id: &str) -> anyhow::Result<Exit> {
    let (path, text) = catalogue_text(config)?;
    let known = catalogue::load(&config.sources)?;
    let Some(shorter) = edit::removed(&text, &known, id) else {
        bail!("{}", known.unknown_id(id));
    };
    let left = catalogue::parse(&path.display().to_string(), &shorter)?;
    replace(&path, &shorter)?;
    let effect = match left.get(id) {
        Some(_) => "the entry in the list inside the program applies again",
        None => "the next `cairn refresh` removes its documents from the index",
    };
    output::advice(&format!("removed {id}; {effect}"))?;
    Ok(Exit::Done)
}

/// The path and the text of the user's catalogue. If the data files are the copy inside the program, that is a catalogue
/// in the user's own folder that adds to it, and that does not exist yet.
fn catalogue_text(config: &Config) -> anyhow::Result<(PathBuf, String)> {
    let Some(folder) = config.sources.folder() else {
        let path = own_files::own_folder()?.join("sources").join("catalogue.toml");
        return Ok((path, own_files::CATALOGUE.to_owned()));
    };
    let path = folder.join("catalogue.toml");
    let bytes = config.sources.read("catalogue.toml")?;
    let bytes = bytes.with_context(|| format!("{} does not exist", path.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok((path, text))
}

/// Requests GitHub's metadata of the repository `repo`. `Err` if there is no such repository, or if the request fails.
fn ask(config: &Config, repo: &str) -> anyhow::Result<Metadata> {
    let metadata = look_up(config, repo).with_context(|| {
        format!("cannot look up {repo} on GitHub; --offline with --why skips that")
    })?;
    metadata.with_context(|| format!("GitHub sent no metadata of {repo}"))
}

/// Replaces the file at `path` atomically, so that a reader never sees a part of it. Creates its folder if necessary.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    own_files::create_folder_of(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let denied = |cause| DiskError::new(DiskOperation::Write, folder, cause);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(denied)?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = std::fs::metadata(path) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    Ok(())
}

fn check(config: &Config) -> anyhow::Result<Exit> {
    let mut faults = Faults::default();
    let catalogue = catalogue::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    let policy = policy::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    let vocabulary = vocabulary::load(&config.sources).map_err(|more| faults.0.extend(more.0));
    faults.0.extend(catalogue.iter().flat_map(|catalogue| catalogue.unknown.iter().cloned()));
    if let Err(faults) = faults.or(()) {
        for fault in &faults.0 {
            output::line(&fault.to_string())?;
        }
        output::line(&output::count(faults.0.len(), "fault"))?;
        return Ok(Exit::Wrong);
    }
    if let (Ok(catalogue), Ok(policy), Ok(vocabulary)) = (catalogue, policy, vocabulary) {
        output::line(&format!(
            "no faults: {}, {}, {}",
            output::count(catalogue.sources.len(), "source"),
            output::count(policy.formats.len(), "format"),
            output::count(vocabulary.topics.len(), "topic"),
        ))?;
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_there_already_is_no_fault_of_the_file() {
        let text = "extends = \"builtin\"\n[[source]]\nrepo = \"ann/notes\"\nwhy = \"mine\"\n";
        let catalogue = catalogue::parse("c.toml", text).unwrap();
        let said = |repo| check_new("c.toml", &catalogue, repo).unwrap_err().to_string();
        assert_eq!(
            said("Ann/Notes"),
            "the catalogue already has ann/notes, in c.toml:2; nothing was changed"
        );
        let builtin = said("D2L-ai/d2l-en");
        assert!(builtin.starts_with("the list inside the program already has"), "{builtin}");
        assert!(!builtin.contains("c.toml"), "{builtin}");
        assert!(check_new("c.toml", &catalogue, "bob/notes").is_ok());
    }
}
