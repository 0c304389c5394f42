//! Drives the upper half: catalogue, crawl, extract, annotate and store to a new generation.
//!
//! One run: read the data files, take the lock, fetch what is new ([`fetch`]), work out what is
//! not known yet ([`mod@derive`]), and, if anything that readers see has changed, build a generation
//! ([`generation`]) and make it current, last of all. A run may be killed at any instruction: the
//! store and the index know by themselves what they hold, and the next run goes on from there.

mod assemble;
mod derive;
mod describe;
mod fetch;
pub mod generation;
pub mod manifest;
mod renew;
pub mod runs;
mod settle;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::catalogue::{self, Catalogue, Origin, Policy, Selection, Source};
use crate::config::Config;
use crate::crawl::Traffic;
use crate::problem::{Problem, Stage};
use crate::store::Store;
use crate::vocabulary::{self, Vocabulary};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    Failed,
    /// Not asked in this run.
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
            Outcome::Skipped => "skipped",
        }
    }
}

/// One source's part of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceResult {
    pub source: String,
    pub outcome: Outcome,
    pub documents: usize,
    pub sections: usize,
    pub seconds: f64,
    pub traffic: Traffic,
    pub problems: usize,
    /// Why it failed.
    pub error: Option<String>,
    pub hint: Option<String>,
}

/// A run, as recorded in `runs.json` and printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// RFC 3339.
    pub started_at: String,
    pub ended_at: String,
    pub seconds: f64,
    /// Whether every source of the catalogue was asked.
    pub complete: bool,
    /// The generation that it made, if anything had changed.
    pub generation: Option<u64>,
    pub documents: usize,
    pub sections: usize,
    /// Documents that were extracted in this run, and sections that were indexed.
    pub extracted: usize,
    pub indexed: usize,
    pub traffic: Traffic,
    pub sources: Vec<SourceResult>,
}

impl Run {
    /// The sources that failed.
    pub fn failed(&self) -> impl Iterator<Item = &SourceResult> {
        self.sources.iter().filter(|source| source.outcome == Outcome::Failed)
    }

    /// Why `source` failed in this run, as a problem.
    pub fn problem_of(&self, source: &str) -> Option<Problem> {
        let result = self.failed().find(|result| result.source == source)?;
        let message = result.error.clone().unwrap_or_default();
        let problem = Problem::new(Stage::Crawl, message).of_source(source);
        Some(Problem { hint: result.hint.clone(), ..problem })
    }

    /// Whether sources were asked over the network and not one of them answered: the network is
    /// down, or this machine's way to it.
    pub fn reached_nothing(&self) -> bool {
        let mut asked = self.sources.iter().filter(|source| source.traffic.requests > 0).peekable();
        asked.peek().is_some() && asked.all(|source| source.outcome == Outcome::Failed)
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
    vocabulary: Vocabulary,
}

/// Refreshes the index of `config`.
///
/// Reads the data files, fetches over the network as `options` allow, writes below the index
/// folder only. `told` hears how it goes. `Err` if a data file has faults, another run holds the
/// lock, or the index folder can't be written; a source that fails is no error but a result.
pub fn run(
    config: &Config,
    options: &Options,
    told: &mut dyn FnMut(Event),
) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let started_at = chrono::Utc::now();
    let inputs = Inputs {
        catalogue: catalogue::load(&config.sources)?,
        policy: catalogue::policy::load(&config.sources)?,
        vocabulary: vocabulary::load(&config.sources)?,
    };
    let chosen = choose(&inputs.catalogue, options)?;
    std::fs::create_dir_all(&config.index)
        .with_context(|| format!("cannot create the index folder {}", config.index.display()))?;
    let _lock = lock(&config.index)?;
    generation::clean(&config.index)?;

    let mut store = Store::open(&config.index.join("library.db"))?;
    let kept: Vec<_> = inputs.catalogue.sources.iter().map(|source| source.id.clone()).collect();
    store.keep_sources(&kept)?;
    let (mut results, shared) = fetch::fetch(config, &inputs, options, &chosen, &mut store, told)?;
    let extracted = derive::derive(&inputs, &mut store, told)?;
    let assembled = assemble::assemble(config, &inputs, &store, told)?;
    store.collect_garbage()?;

    for result in &mut results {
        let state = assembled.manifest.sources.iter().find(|state| state.id == result.source);
        if let Some(state) = state {
            result.documents = state.documents;
            result.sections = state.sections;
            result.problems = state.problems.len();
        }
    }
    let traffic = results.iter().fold(shared, |sum, result| Traffic {
        requests: sum.requests + result.traffic.requests,
        bytes: sum.bytes + result.traffic.bytes,
    });
    let run = Run {
        started_at: started_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        ended_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        seconds: started.elapsed().as_secs_f64(),
        complete: chosen.len() == inputs.catalogue.sources.len(),
        generation: assembled.made,
        documents: assembled.manifest.counts.documents,
        sections: assembled.manifest.counts.sections,
        extracted,
        indexed: assembled.indexed,
        traffic,
        sources: results,
    };
    runs::append(&config.index, &run)?;
    let failures = run.failed().filter_map(|result| run.problem_of(&result.source));
    let problems = failures.chain(assembled.manifest.problems()).collect();
    Ok(Summary { problems, run })
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
    Selection::new(&inputs.policy, source)
}

/// One writer at a time; the lock goes with the process, however it ends.
fn lock(index: &Path) -> anyhow::Result<std::fs::File> {
    use std::io::{Read, Seek, Write};
    let path = index.join("lock");
    let mut file = std::fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    // A run that was killed this instant may take a moment to let go.
    for attempt in 0.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(std::fs::TryLockError::WouldBlock) if attempt < 5 => {
                std::thread::sleep(Duration::from_millis(40));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                bail!("another refresh is under way ({}); wait for it, or stop it", holder.trim());
            }
            Err(std::fs::TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    writeln!(file, "process {}, since {now}", std::process::id())?;
    Ok(file)
}
