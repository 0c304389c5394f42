//! Drives the upper half: catalogue, crawl, extract, annotate and store to a new generation.
//!
//! One run: read the data files, take the lock, fetch what is new ([`fetch`]), work out what is
//! not known yet ([`mod@derive`]), and, if anything that readers see has changed, build a generation
//! ([`generation`]) and make it current, last of all. A run may be killed at any instruction: the
//! store and the index know by themselves what they hold, and the next run goes on from there.

mod assemble;
pub mod changes;
mod derive;
mod describe;
mod fetch;
pub mod generation;
pub mod lock;
pub mod manifest;
mod places;
pub mod reader;
mod record;
mod renew;
pub mod runs;
mod settle;
mod wanted;

use std::time::Instant;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::catalogue::{self, Catalogue, Origin, Policy, Rules, Selection, Source};
use crate::config::Config;
use crate::crawl::{Quota, Traffic};
use crate::problem::Problem;
use crate::store::Store;
use crate::vocabulary::{self, Vocabulary};

use changes::Changes;

/// Asks a run to end: it does so cleanly within two seconds, and the next one goes on from there.
pub type Stop = CancellationToken;

/// What a run is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Ids of the sources to fetch; empty means all.
    pub only: Vec<String>,
    pub network: Network,
    /// Sources fetched at once; `None` means the configuration's.
    pub jobs: Option<usize>,
}

/// Where a run may take files from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Ask whether a source is new, and fetch it if so.
    #[default]
    Conditional,
    /// Fetch every source, new or not.
    Full,
    /// Folders on this machine only: the first start, before anything is fetched.
    FoldersOnly,
    /// Nothing but what is stored.
    Offline,
}

/// What is told while a run goes on.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// How many sources are to be fetched.
    Fetching(usize),
    /// A source is done.
    Fetched(&'a SourceResult),
    /// How many documents are to be read.
    Reading(usize),
    /// So many more have been read.
    Read(usize),
    /// The index and the graph are built.
    Building,
}

/// What happened to a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    Failed,
    /// Left to a later run, as its host asks.
    Deferred,
    /// Not asked in this run.
    #[default]
    Skipped,
}

impl Outcome {
    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::New => "new",
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Failed => "failed",
            Outcome::Deferred => "deferred",
            Outcome::Skipped => "skipped",
        }
    }
}

/// One source's part of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceResult {
    pub source: String,
    pub outcome: Outcome,
    pub documents: usize,
    pub sections: usize,
    pub seconds: f64,
    pub traffic: Traffic,
    /// What of it changed for readers.
    #[serde(default)]
    pub changes: Changes,
    pub problems: usize,
    /// Why it failed, or was deferred.
    pub error: Option<String>,
    pub hint: Option<String>,
}

/// A run, as recorded in `runs.json` and printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// RFC 3339.
    pub started_at: String,
    pub ended_at: String,
    pub seconds: f64,
    /// Whether every source of the catalogue was asked.
    pub complete: bool,
    /// Whether it was asked to end before its end.
    #[serde(default)]
    pub stopped: bool,
    /// When the hosts that it left alone may be asked again, if they said so; RFC 3339.
    #[serde(default)]
    pub retry_at: Option<String>,
    /// The generation that it made, if anything had changed.
    pub generation: Option<u64>,
    pub documents: usize,
    pub sections: usize,
    /// Documents that were extracted in this run, and sections that were indexed.
    pub extracted: usize,
    pub indexed: usize,
    pub traffic: Traffic,
    /// What GitHub's API last said of its quota, if it was asked.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The most memory that it held, in bytes, where the system tells.
    #[serde(default)]
    pub peak_bytes: Option<u64>,
    /// What changed for readers.
    #[serde(default)]
    pub changes: Changes,
    /// What concerns the run as a whole.
    #[serde(default)]
    pub notes: Vec<Problem>,
    pub sources: Vec<SourceResult>,
}

impl Run {
    /// The sources that failed.
    pub fn failed(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.outcome == Outcome::Failed)
    }

    /// The sources that are left to a later run.
    pub fn deferred(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.outcome == Outcome::Deferred)
    }

    /// Whether sources were asked over the network and not one of them answered: the network is
    /// down, or this machine's way to it.
    pub fn reached_nothing(&self) -> bool {
        let is_without =
            |source: &SourceResult| matches!(source.outcome, Outcome::Failed | Outcome::Deferred);
        let mut asked = self.sources.iter().filter(|source| source.traffic.requests > 0).peekable();
        self.retry_at.is_none() && asked.peek().is_some() && asked.all(is_without)
    }
}

/// A run with all problems that are known of what is indexed now.
#[derive(Debug)]
pub struct Summary {
    pub run: Run,
    pub problems: Vec<Problem>,
}

/// The data files of a run.
struct Inputs {
    catalogue: Catalogue,
    policy: Policy,
    rules: Rules,
    vocabulary: Vocabulary,
}

/// Refreshes the index of `config`, until its end or `stop`.
///
/// Reads the data files, fetches over the network as `options` allow, writes below the index
/// folder only. `told` hears how it goes. `Err` if a data file has faults, another run holds the
/// lock, or the index folder can't be written; a source that fails is no error but a result.
pub fn run(
    config: &Config,
    options: &Options,
    stop: &Stop,
    told: &mut dyn FnMut(Event),
) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let started_at = chrono::Utc::now();
    let catalogue = catalogue::load(&config.sources)?;
    let policy = catalogue::policy::load(&config.sources)?;
    let inputs = Inputs {
        catalogue,
        rules: Rules::new(&policy),
        policy,
        vocabulary: vocabulary::load(&config.sources)?,
    };
    let chosen = choose(&inputs.catalogue, options)?;
    std::fs::create_dir_all(&config.index)
        .with_context(|| format!("cannot create the index folder {}", config.index.display()))?;
    let _lock = lock::take(&config.index)?;
    generation::clean(&config.index)?;

    let mut store = Store::open(&config.index.join("library.db"))?;
    let kept: Vec<_> = inputs.catalogue.sources.iter().map(|source| source.id.clone()).collect();
    store.keep_sources(&kept)?;
    let outcomes = fetch::fetch(config, &inputs, (options, stop), &chosen, &mut store, told)?;
    let mut run = Run::of(outcomes, started_at);
    run.extracted = derive::derive(&inputs, &mut store, (config.program.as_deref(), stop), told)?;
    let assembled = match stop.is_cancelled() {
        true => None,
        false => assemble::assemble(config, &inputs, &store, stop, told)?,
    };
    let mut problems: Vec<Problem> = run.notes.clone();
    problems.extend(run.sources.iter().filter_map(SourceResult::problem));
    match assembled {
        Some(assembled) => {
            store.collect_garbage()?;
            problems.extend(assembled.manifest.problems());
            run.take(assembled);
            run.complete = chosen.len() == inputs.catalogue.sources.len();
        }
        None => run.stopped = true,
    }
    run.end(started);
    runs::append(&config.index, &run)?;
    Ok(Summary { problems, run })
}

impl Run {
    /// The record of a run that began `at` and has fetched so much.
    fn of(outcomes: fetch::Outcomes, at: chrono::DateTime<chrono::Utc>) -> Run {
        let fetch::Outcomes { results, shared, quota, retry_at, notes } = outcomes;
        let mut traffic = shared;
        results.iter().for_each(|result| traffic += result.traffic);
        let retry_at = retry_at.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
        Run {
            started_at: time(at),
            retry_at: retry_at.map(time),
            traffic,
            quota,
            notes,
            sources: results,
            ..Run::default()
        }
    }

    /// Takes over what came of assembling.
    fn take(&mut self, assembled: assemble::Assembled) {
        let counts = &assembled.manifest.counts;
        (self.documents, self.sections) = (counts.documents, counts.sections);
        (self.generation, self.indexed) = (assembled.made, assembled.indexed);
        for changes in assembled.changes.values() {
            self.changes += *changes;
        }
        for result in &mut self.sources {
            result.changes = assembled.changes.get(&result.source).copied().unwrap_or_default();
            let state = assembled.manifest.sources.iter().find(|state| state.id == result.source);
            if let Some(state) = state {
                (result.documents, result.sections) = (state.documents, state.sections);
                result.problems = state.problems.len();
            }
        }
    }

    fn end(&mut self, started: Instant) {
        self.ended_at = time(chrono::Utc::now());
        self.seconds = started.elapsed().as_secs_f64();
        self.peak_bytes = peak_bytes();
    }
}

/// The most memory that this process has held: `VmHWM` of Linux's /proc/self/status.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The sources that are to be fetched in this run.
fn choose<'a>(catalogue: &'a Catalogue, options: &Options) -> anyhow::Result<Vec<&'a Source>> {
    if options.network == Network::Offline {
        return Ok(Vec::new());
    }
    for id in &options.only {
        if catalogue.get(id).is_none() {
            bail!("the catalogue has no source {id:?}; `cairn sources` lists those it has");
        }
    }
    let is_chosen = |source: &&Source| {
        let named = options.only.is_empty()
            || options.only.iter().any(|id| source.id.0.eq_ignore_ascii_case(id));
        let folder = matches!(source.origin, Origin::Folder { .. });
        named && (folder || options.network != Network::FoldersOnly)
    };
    Ok(catalogue.sources.iter().filter(is_chosen).collect())
}

/// The sources in order of preference: the catalogue's, forks behind all originals.
fn by_preference(catalogue: &Catalogue) -> Vec<&Source> {
    let (originals, forks): (Vec<_>, Vec<_>) =
        catalogue.sources.iter().partition(|source| source.fork_of.is_none());
    originals.into_iter().chain(forks).collect()
}

/// What is kept of each file of `source`, under the rules as they are now.
fn selection(inputs: &Inputs, source: &Source) -> Selection {
    inputs.rules.of(source)
}
