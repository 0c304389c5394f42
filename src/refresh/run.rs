//! A refresh from its beginning to its end: read the data files, take the lock, fetch what is new, derive what is
//! missing, build a generation and make it current.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;

use super::build::assemble::{self, Assembled, BuildInput};
use super::build::{base, full, loss};
use super::derive::documents;
use super::gather::context::FetchRun;
use super::gather::threads::fetch as threads;
use super::gather::{fetch, links, mend, papers};
use super::record::record_failed;
use super::wanted::chosen::chosen;
use super::wanted::inputs::{RefreshInputs, Undeclared};
use super::wanted::meaning::meaning_table;
use super::wanted::options::{EngineRebuild, OnLoss, RefreshEvent, RefreshOptions, RefreshStop};
use super::wanted::vocabulary::vocabulary;
use super::wanted::{forks, select};
use crate::catalogue::{self, Catalogue, SelectionRules, Source};
use crate::config::Config;
use crate::disk;
use crate::generation::budget::{DiskExcess, warning};
use crate::generation::checksums::CheckDepth;
use crate::generation::damage::shown;
use crate::generation::loss::DocumentLoss;
use crate::generation::replica::ReplicaMark;
use crate::generation::run::RunRecord;
use crate::generation::usage::IndexUsage;
use crate::generation::{folders, lock, open, runs};
use crate::problem::{Problem, Stage};
use crate::store::Store;

/// The record of a run, with all known problems of the current index.
#[derive(Debug)]
pub struct RefreshSummary {
    pub run: RunRecord,
    pub problems: Vec<Problem>,
}

/// Refreshes the index of `config`, until it is complete or `stop` is cancelled.
///
/// Reads the data files, fetches over the network as `options` allow, and writes below the index folder only.
/// `on_event` receives the progress. `Err` if a data file has faults, `options` name a source that the catalogue
/// doesn't have, another run holds the lock, or the index folder can't be written. A source that fails is not an error
/// but a result, and so is a run that publishes nothing because documents would be lost ([`RunRecord::refused`]). A
/// full disk is reported as such, whichever operation fails first, and leaves the generations as they were. A run that an
/// error ended is recorded in `runs.json`, as far as that is possible.
pub fn run(
    config: &Config,
    options: &RefreshOptions,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<RefreshSummary> {
    let started_at = chrono::Utc::now();
    match catalogue::load(&config.sources) {
        Ok(catalogue) => run_catalogue(config, catalogue, options, stop, on_event),
        Err(error) => {
            let error = error.into();
            record_failed(config, started_at, &error);
            Err(error)
        }
    }
}

/// The same as [`run`], with the sources of `catalogue` instead of those of the data files.
pub fn run_catalogue(
    config: &Config,
    catalogue: Catalogue,
    options: &RefreshOptions,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<RefreshSummary> {
    refuse_replica(&config.index)?;
    chosen(&catalogue, options)?;
    let started_at = chrono::Utc::now();
    run_all_steps(config, catalogue, options, stop, on_event).map_err(|error| {
        let error = full::explain(error, &config.index);
        record_failed(config, started_at, &error);
        error
    })
}

fn run_all_steps(
    config: &Config,
    catalogue: Catalogue,
    options: &RefreshOptions,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<RefreshSummary> {
    let policy = catalogue::policy::load(&config.sources)?;
    let (meaning, no_meaning) = meaning_table(&config.sources);
    let inputs = RefreshInputs {
        catalogue,
        rules: SelectionRules::new(&policy),
        policy,
        vocabulary: vocabulary(config)?,
        meaning,
        undeclared: Undeclared::new(),
    };
    let chosen = chosen(&inputs.catalogue, options)?;
    disk::create_folder(&config.index)?;
    let _lock = lock::take(&config.index)?;
    open::restore_current(&config.index)?;
    folders::clean(&config.index)?;

    let library = config.index.join("library.db");
    // If the store is new, check the existing files completely, because the store can't confirm any of them.
    let depth = if library.exists() { base::depth(options) } else { CheckDepth::Deep };
    let mut store = Store::open(&library)?;
    let task = RefreshTask { config, options, stop, inputs: &inputs, chosen: &chosen, depth };
    let dropped_rows = match depth {
        CheckDepth::Deep => mend::drop_damaged(&mut store, &inputs)?,
        CheckDepth::Opening => None,
    };
    let notes =
        |dropped_rows: Option<Problem>| no_meaning.iter().cloned().chain(dropped_rows).collect();
    match task.run(&mut store, notes(dropped_rows), on_event) {
        Err(error) if mend::is_undecodable(&error) => {
            let dropped_rows = mend::drop_damaged(&mut store, &inputs)?;
            task.run(&mut store, notes(dropped_rows), on_event)
        }
        result => result,
    }
}

/// `Err` if `index` is a replica: a refresh would replace the generations of its source by its own.
fn refuse_replica(index: &Path) -> anyhow::Result<()> {
    if let Some(ReplicaMark { source, .. }) = ReplicaMark::read(index)? {
        bail!(
            "{} is a replica of {source}, so it is not refreshed here; `cairn pull` takes what is new there, and a \
             refresh of your own needs another folder (--index)",
            shown(index)
        );
    }
    Ok(())
}

/// The arguments of a run.
struct RefreshTask<'a> {
    config: &'a Config,
    options: &'a RefreshOptions,
    stop: &'a RefreshStop,
    inputs: &'a RefreshInputs,
    chosen: &'a [&'a Source],
    /// How thoroughly the existing files are checked.
    depth: CheckDepth,
}

impl RefreshTask<'_> {
    /// Fetches into `store` and builds a generation. `notes` are problems that were found before.
    fn run(
        &self,
        store: &mut Store,
        notes: Vec<Problem>,
        on_event: &mut dyn FnMut(RefreshEvent),
    ) -> anyhow::Result<RefreshSummary> {
        let (config, options, stop) = (self.config, self.options, self.stop);
        let started = Instant::now();
        let bytes_before = config.max_bytes.map_or(0, |_| IndexUsage::of(&config.index).total());
        let mut run = self.fetch(store, on_event)?;
        run.notes.extend(notes);
        let no_network = run.no_network().map(|down| Problem::new(Stage::Crawl, down.to_string()));
        let hint =
            "what is indexed stays; `cairn serve` tries again by itself, or run `cairn refresh`";
        run.notes.extend(no_network.map(|problem| problem.hint(hint)));
        let inputs = &forks::declared(self.inputs, store)?;
        let loss = loss::of(config, &inputs.catalogue, store)?;
        let refused = loss.as_ref().filter(|loss| {
            options.on_loss == OnLoss::Refuse && loss.is_too_much() && !stop.is_cancelled()
        });
        let built = match refused {
            Some(_) => None,
            None => self.build(inputs, store, bytes_before, &mut run, on_event)?,
        };
        run.notes.extend(match (refused, &built) {
            (Some(loss), _) => Some(loss.refused()),
            (None, Some(_)) => loss.as_ref().map(DocumentLoss::accepted),
            (None, None) => None,
        });
        run.notes.extend(self.budget_note(&run));
        let mut problems = run.problems();
        match (built, refused) {
            (Some(assembled), _) => {
                tidy(&inputs.catalogue, store)?;
                problems.extend(assembled.manifest.problems());
                run.add_assembled(assembled);
            }
            (None, Some(loss)) => run.refuse(loss.clone(), &config.index),
            (None, None) if run.over_budget.is_some() => run.keep_counts(&config.index),
            (None, None) => (run.stopped, run.complete) = (true, false),
        }
        run.end(started);
        runs::append(&config.index, &run)?;
        Ok(RefreshSummary { problems, run })
    }

    /// What is to be said about the disk budget after `run`.
    fn budget_note(&self, run: &RunRecord) -> Option<Problem> {
        match (&run.over_budget, self.config.max_bytes) {
            (Some(excess), _) => Some(excess.refused()),
            (None, Some(most)) => warning(IndexUsage::of(&self.config.index).total(), most),
            (None, None) => None,
        }
    }

    /// Fetches the chosen sources into `store`. Returns the record of the run so far.
    fn fetch(
        &self,
        store: &mut Store,
        on_event: &mut dyn FnMut(RefreshEvent),
    ) -> anyhow::Result<RunRecord> {
        let (config, options, inputs, stop) = (self.config, self.options, self.inputs, self.stop);
        let started_at = chrono::Utc::now();
        threads::remove_opted_out(inputs, store)?;
        let fetch_run = FetchRun { config, inputs, options, chosen: self.chosen, stop };
        let mut run = RunRecord::of(fetch::fetch(fetch_run, store, on_event)?, started_at);
        run.complete = self.chosen.len() == inputs.catalogue.sources.len();
        Ok(run)
    }

    /// Builds a generation from `store` and `inputs`. If the current one is intact and has the same content, it is kept
    /// instead. `None` only if the run was stopped, or if the disk budget does not allow the generation; `run` has the
    /// reason then.
    fn build(
        &self,
        inputs: &RefreshInputs,
        store: &mut Store,
        bytes_before: u64,
        run: &mut RunRecord,
        on_event: &mut dyn FnMut(RefreshEvent),
    ) -> anyhow::Result<Option<Assembled>> {
        let (config, stop, depth) = (self.config, self.stop, self.depth);
        let mut wanted = select::wanted(inputs, store, stop)?;
        let program = config.program.as_deref();
        let derived = documents::derive(inputs, &wanted.items, program, store, stop, on_event)?;
        run.extracted = derived.extracted;
        wanted.leave_lost(|item| derived.lost.contains(&(item.blob.clone(), item.format.clone())));
        let (rebuild, above) = (self.options.rebuild, self.options.above);
        let wanted = &wanted;
        let input =
            BuildInput { config, inputs, wanted, depth, stop, rebuild, above, bytes_before };
        let mut assembled = match assemble::assemble(input, store, on_event) {
            Err(error) if error.is::<DiskExcess>() => {
                run.over_budget = error.downcast().ok();
                return Ok(None);
            }
            assembled => assembled?,
        };
        if let Some(first) = &mut assembled
            && self.options.check_links
        {
            let (fetches, problem) = papers::fetch_due(config, store, stop, on_event)?;
            run.notes.extend(problem);
            run.traffic += fetches.traffic;
            run.papers = Some(fetches);
            run.looks = Some(links::check_due(config, store, stop, on_event)?);
            // Dead links and new metadata lead to a second generation. The run still reports the changes of the first
            // one.
            let second = BuildInput { rebuild: EngineRebuild::IfNeeded, ..input };
            match assemble::assemble(second, store, on_event) {
                // The first generation is published; what the second adds waits.
                Err(error) if error.is::<DiskExcess>() => {
                    run.notes.extend(error.downcast_ref().map(DiskExcess::refused));
                }
                assembled => first.follow(assembled?),
            }
        }
        Ok(assembled)
    }
}

/// Drops from `store` the sources and threads that `catalogue` no longer requests, and all data that nothing refers to.
/// Must be called only after a generation without this data is published: after a refused run, the next run still needs
/// the data.
fn tidy(catalogue: &Catalogue, store: &mut Store) -> anyhow::Result<()> {
    let ids: Vec<_> = catalogue.sources.iter().map(|source| source.id.clone()).collect();
    store.keep_sources(&ids)?;
    for source in &catalogue.sources {
        threads::drop_unrequested(source, store)?;
    }
    store.collect_garbage()?;
    Ok(())
}
