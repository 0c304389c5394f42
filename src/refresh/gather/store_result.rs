//! Writes the result of one source's fetch to the store: the new files, or the reason for a failure.
//!
//! A failure removes nothing that is indexed, with two exceptions: a blocked source is removed at once, and a source is
//! dropped if it is still not found after it has counted as gone for the configured time. In both cases its threads are
//! removed, too. If only a part of a folder could be read, the stored files of the other part are kept.

use super::context::FetchRun;
use super::incoming::{IncomingFiles, result};
use crate::catalogue::{Origin, Selection, Source};
use crate::config::Config;
use crate::crawl::github::thread::ThreadKind;
use crate::crawl::{CrawlError, FetchReport, Fetched, LeftOut, RepositoryMove, Snapshot};
use crate::generation::run::{FetchOutcome, SourceResult};
use crate::refresh::wanted::inputs::selection;
use crate::refresh::wanted::options::OnLoss;
use crate::store::{FetchState, SourceRow, Store, ThreadsOf};

/// The revision of a folder without files.
const EMPTY: &str = "empty";

/// The least seconds between two runs that count towards a source being gone. It is two hours less than a day, so that
/// each run of a daily schedule counts, in spite of jitter and of the hour that summer time takes.
const DAY: i64 = 22 * 60 * 60;

/// Writes the `report` of a fetch of `source` and its `incoming` files to `store`. The fetch took `seconds`.
pub(in crate::refresh) fn store_result(
    run: FetchRun,
    source: &Source,
    report: FetchReport,
    seconds: f64,
    mut incoming: IncomingFiles,
    store: &mut Store,
) -> anyhow::Result<SourceResult> {
    let mut row = store.source(&source.id)?;
    let now = chrono::Utc::now().timestamp();
    let selection = selection(run.inputs, source).fingerprint().to_owned();
    let FetchReport { result: fetched, moved, left_out, unread, problems, traffic } = report;
    let fetched = match fetched {
        Ok(Fetched::Nothing) => emptied(source, run.options.on_loss, store)?,
        fetched => fetched,
    };
    let (outcome, error) = match fetched {
        // The folder is empty now, and the store has no files from it either.
        Ok(Fetched::Nothing) => (unchanged(&mut row, moved, |_| {}), None),
        // The stored snapshot contains every file that the current rules select.
        Ok(Fetched::Unchanged) => {
            (unchanged(&mut row, moved, |known| known.selection = selection), None)
        }
        Ok(Fetched::SameCommit { validator }) => {
            let renew = |known: &mut Snapshot| {
                (known.selection, known.validator) = (selection, validator);
            };
            (unchanged(&mut row, moved, renew), None)
        }
        Ok(Fetched::Changed { revision, validator }) => {
            reached(&mut row, moved);
            row.problems = problems;
            keep_unread(source, &unread, &mut row, &mut incoming, store)?;
            let id = source.id.clone();
            let snapshot = Snapshot { source: id, revision, validator, fetched_at: now, selection };
            (changed(&mut row, snapshot, store)?, None)
        }
        Err(error) => failed(&mut row, error, run.config, now),
    };
    write(source, outcome, &row, &incoming, left_out.as_deref(), run.config, now, store)?;
    Ok(SourceResult { traffic, ..result(&source.id.0, outcome, error, seconds) })
}

/// Stores `snapshot`, whose files have all arrived, in `row`.
fn changed(row: &mut SourceRow, snapshot: Snapshot, store: &Store) -> anyhow::Result<FetchOutcome> {
    // All received blobs are stored by now. If a file of the stored list still lacks its blob, the list is outdated. It
    // must be replaced, so the outcome must not be `Unchanged`: clearing the revision ensures this.
    if store.lacks_blobs(&snapshot.source)? {
        row.snapshot.iter_mut().for_each(|known| known.revision.clear());
    }
    Ok(renew(row, snapshot))
}

/// Records in `row` that its source could not be fetched, unless the fetch was only deferred or stopped.
fn failed(
    row: &mut SourceRow,
    error: CrawlError,
    config: &Config,
    now: i64,
) -> (FetchOutcome, Option<CrawlError>) {
    match error {
        CrawlError::Deferred { .. } => (FetchOutcome::Deferred, Some(error)),
        CrawlError::Ended => (FetchOutcome::Skipped, None),
        _ => {
            fail(row, &error, config, now);
            (FetchOutcome::Failed, Some(error))
        }
    }
}

/// Writes `row`, and the files of `source` if they have changed or are to be dropped. Writes nothing if the fetch was
/// deferred or stopped. `left_out` lists the files that were not selected.
fn write(
    source: &Source,
    outcome: FetchOutcome,
    row: &SourceRow,
    incoming: &IncomingFiles,
    left_out: Option<&[LeftOut]>,
    config: &Config,
    now: i64,
    store: &mut Store,
) -> anyhow::Result<()> {
    match outcome {
        FetchOutcome::New | FetchOutcome::Changed => {
            store.replace_files(&source.id, &incoming.files, left_out, row, now)?;
        }
        FetchOutcome::Failed if row.snapshot.is_none() => {
            store.replace_files(&source.id, &[], None, row, now)?;
            drop_threads(source, row, config, now, store)?;
        }
        FetchOutcome::Unchanged | FetchOutcome::Failed => store.put_source(&source.id, row)?,
        FetchOutcome::Deferred | FetchOutcome::Skipped => {}
    }
    Ok(())
}

/// Drops the threads of a source that is blocked or was gone for the configured time. Other sources without fetched
/// files keep their threads.
fn drop_threads(
    source: &Source,
    row: &SourceRow,
    config: &Config,
    now: i64,
    store: &mut Store,
) -> anyhow::Result<()> {
    if row.state == FetchState::Blocked || is_dropped(row, config, now) {
        for kind in ThreadKind::ALL {
            store.remove_threads(ThreadsOf { source: &source.id, kind })?;
        }
    }
    Ok(())
}

/// Records in `row` that its source is unchanged. `renew` updates the snapshot, if there is one.
fn unchanged(
    row: &mut SourceRow,
    moved: RepositoryMove,
    renew: impl FnOnce(&mut Snapshot),
) -> FetchOutcome {
    reached(row, moved);
    if let Some(known) = &mut row.snapshot {
        renew(known);
    }
    FetchOutcome::Unchanged
}

/// The result for a `source` whose folder is empty now. If the store has files of this folder, the disk with the folder
/// is probably not mounted. Then the result is an error, and nothing is dropped, unless the user accepts the loss.
fn emptied(
    source: &Source,
    on_loss: OnLoss,
    store: &Store,
) -> anyhow::Result<Result<Fetched, CrawlError>> {
    let files = store.files(&source.id)?.len();
    Ok(match (files, on_loss, &source.origin) {
        (0, ..) => Ok(Fetched::Nothing),
        (_, OnLoss::Refuse, Origin::Folder { path }) => {
            Err(CrawlError::Emptied { path: path.clone(), files })
        }
        // An empty revision would mean that the source was not read.
        _ => Ok(Fetched::Changed { revision: EMPTY.to_owned(), validator: None }),
    })
}

/// Sets the licence in `row` from the received licence files, unless one of the files that are always selected could
/// not be read. Adds the stored files at or below the paths `unread` to `incoming`: they could not be read, but may
/// still exist.
fn keep_unread(
    source: &Source,
    unread: &[String],
    row: &mut SourceRow,
    incoming: &mut IncomingFiles,
    store: &Store,
) -> anyhow::Result<()> {
    if !unread.iter().any(|path| Selection::always(path)) {
        row.licence = incoming.licences.licence();
    }
    if unread.is_empty() {
        return Ok(());
    }
    let is_at = |path: &str, unread: &str| {
        let rest = path.strip_prefix(unread);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let stored = store.files(&source.id)?.into_iter();
    let kept = stored.filter(|file| unread.iter().any(|unread| is_at(&file.path, unread)));
    incoming.files.extend(kept.map(|file| (file.path, file.blob)));
    Ok(())
}

/// Records in `row` that its source was reached, and whether the repository has moved.
fn reached(row: &mut SourceRow, moved: RepositoryMove) {
    (row.not_found, row.not_found_at, row.gone_since) = (0, 0, None);
    row.state = FetchState::Ok;
    match moved {
        RepositoryMove::No => row.moved_to = None,
        RepositoryMove::To(name) => row.moved_to = Some(name),
        // The new name is not known yet, but GitHub's metadata contains it. Clearing the times causes this run to
        // request the metadata.
        RepositoryMove::Somewhere if row.moved_to.is_none() => {
            (row.metadata_at, row.metadata_tried_at) = (0, 0);
        }
        RepositoryMove::Somewhere => {}
    }
}

/// Stores `snapshot` in `row`. The outcome is `New` if `row` has no snapshot yet, `Unchanged` if the revision and the
/// selection are the same as in the stored snapshot, and `Changed` otherwise.
fn renew(row: &mut SourceRow, mut snapshot: Snapshot) -> FetchOutcome {
    let outcome = match &row.snapshot {
        None => FetchOutcome::New,
        Some(known)
            if known.revision == snapshot.revision && known.selection == snapshot.selection =>
        {
            snapshot.fetched_at = known.fetched_at;
            FetchOutcome::Unchanged
        }
        Some(_) => FetchOutcome::Changed,
    };
    row.snapshot = Some(snapshot);
    outcome
}

/// Whether the source of `row` has been gone for at least `config.drop_after`, so that its documents are removed.
pub(in crate::refresh) fn is_dropped(row: &SourceRow, config: &Config, now: i64) -> bool {
    let longest = i64::try_from(config.drop_after.as_secs()).unwrap_or(i64::MAX);
    row.gone_since.is_some_and(|since| now.saturating_sub(since) >= longest)
}

/// Counts that the source of `row` was not found at the time `now`, unless that was counted less than a day ago: several
/// runs on one day are one observation, because an outage or a repository that is private for an hour ends by itself.
fn count_not_found(row: &mut SourceRow, now: i64) {
    // A time in the future was recorded while the clock was ahead.
    row.not_found_at = row.not_found_at.min(now);
    if row.not_found == 0 || now - row.not_found_at >= DAY {
        row.not_found = row.not_found.saturating_add(1);
        row.not_found_at = now;
    }
}

/// Sets the state in `row` after `error` has made the fetch of its source fail. If the source was not found in
/// `config.gone_after` runs since it was last reached, each at least a day after the one before, it counts as gone. Removes the snapshot if the files are to be
/// dropped.
fn fail(row: &mut SourceRow, error: &CrawlError, config: &Config, now: i64) {
    match error {
        CrawlError::Blocked { .. } => {
            row.state = FetchState::Blocked;
            row.snapshot = None;
        }
        CrawlError::NotFound(_) | CrawlError::Hidden(_) | CrawlError::Empty(_) => {
            count_not_found(row, now);
            row.state = FetchState::Failed;
            if row.not_found >= config.gone_after {
                // A time in the future was recorded while the clock was ahead.
                row.gone_since = Some(row.gone_since.map_or(now, |since| since.min(now)));
                row.state = FetchState::Gone;
                if is_dropped(row, config, now) {
                    row.snapshot = None;
                }
            }
        }
        // Another failure does not show that the block has ended.
        _ if row.state == FetchState::Blocked => {}
        _ => row.state = FetchState::Failed,
    }
}

#[cfg(test)]
mod tests;
