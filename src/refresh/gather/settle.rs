//! Writes the result of one source's fetch to the store: the new files, or the reason for a failure.
//!
//! A failure removes nothing that is indexed, with two exceptions: a blocked source is removed at once, and a source
//! that was not found for the configured time is dropped. In both cases its threads are removed, too. If only a part of
//! a folder could be read, the stored files of the other part are kept.

use super::incoming::{Incoming, result};
use crate::annotate::licence;
use crate::catalogue::{Origin, Selection, Source};
use crate::config::Config;
use crate::crawl::github::thread::ThreadKind;
use crate::crawl::{CrawlError, FetchReport, Fetched, RepositoryMove, Snapshot};
use crate::generation::run::{Outcome, SourceResult};
use crate::refresh::wanted::inputs::{Inputs, selection};
use crate::refresh::wanted::options::OnLoss;
use crate::store::{FetchState, SourceRow, Store, ThreadsOf};

/// The settings by which the result of a fetch is written.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct Settling<'a> {
    pub config: &'a Config,
    pub inputs: &'a Inputs,
    pub on_loss: OnLoss,
}

/// Writes the `report` of a fetch of `source` and its `incoming` files to `store`. The fetch took `seconds`.
pub(in crate::refresh) fn settle(
    source: &Source,
    settling: Settling,
    (report, seconds): (FetchReport, f64),
    mut incoming: Incoming,
    store: &mut Store,
) -> anyhow::Result<SourceResult> {
    let mut row = store.source(&source.id)?;
    let now = chrono::Utc::now().timestamp();
    let selection = selection(settling.inputs, source).fingerprint().to_owned();
    let FetchReport { result: fetched, moved, left_out, unread, problems, traffic } = report;
    let fetched = match fetched {
        Ok(Fetched::Nothing) => emptied(source, settling.on_loss, store)?,
        fetched => fetched,
    };
    let (outcome, error) = match fetched {
        // An empty folder of which nothing is stored.
        Ok(Fetched::Nothing) => (unchanged(&mut row, moved, |_| {}), None),
        // The stored snapshot has every file that the current rules take.
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
            well(&mut row, moved);
            row.problems = problems;
            keep_unread((source, &unread), &mut row, &mut incoming, store)?;
            // All received blobs are stored by now. If a file still lacks its blob, the outcome must not be
            // `Unchanged`, so that the list of files is replaced.
            if store.lacks_blobs(&source.id)? {
                row.snapshot.iter_mut().for_each(|known| known.revision.clear());
            }
            let id = source.id.clone();
            let snapshot = Snapshot { source: id, revision, validator, fetched_at: now, selection };
            (renew(&mut row, snapshot), None)
        }
        Err(error @ CrawlError::Deferred { .. }) => (Outcome::Deferred, Some(error)),
        Err(CrawlError::Ended) => (Outcome::Skipped, None),
        Err(error) => {
            fail(&mut row, &error, settling.config, now);
            (Outcome::Failed, Some(error))
        }
    };
    match outcome {
        Outcome::New | Outcome::Changed => {
            store.replace_files(&source.id, &incoming.files, left_out.as_deref(), &row, now)?;
        }
        Outcome::Failed if row.snapshot.is_none() => {
            store.replace_files(&source.id, &[], None, &row, now)?;
            drop_threads(source, &row, settling.config, store)?;
        }
        Outcome::Unchanged | Outcome::Failed => store.put_source(&source.id, &row)?,
        Outcome::Deferred | Outcome::Skipped => {}
    }
    Ok(SourceResult { traffic, ..result(&source.id.0, outcome, error, seconds) })
}

/// Drops the threads of a source that is blocked or was gone for the configured time. Other sources without fetched
/// files keep their threads.
fn drop_threads(
    source: &Source,
    row: &SourceRow,
    config: &Config,
    store: &mut Store,
) -> anyhow::Result<()> {
    if row.state == FetchState::Blocked || is_dropped(row, config, chrono::Utc::now().timestamp()) {
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
) -> Outcome {
    well(row, moved);
    if let Some(known) = &mut row.snapshot {
        renew(known);
    }
    Outcome::Unchanged
}

/// The result for a `source` that has no files. If files of a folder are stored, its disk is probably not mounted:
/// that is an error, and nothing is dropped, unless the user accepts the loss.
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
        _ => Ok(Fetched::Changed { revision: String::new(), validator: None }),
    })
}

/// Sets the licence in `row` by the received LICENSE file, and adds the stored files at or below the paths `unread` to
/// `incoming`: they could not be read, but may still exist.
fn keep_unread(
    (source, unread): (&Source, &[String]),
    row: &mut SourceRow,
    incoming: &mut Incoming,
    store: &Store,
) -> anyhow::Result<()> {
    if !unread.iter().any(|path| Selection::always(path)) {
        row.licence = incoming.licence.as_deref().and_then(licence::detect);
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
fn well(row: &mut SourceRow, moved: RepositoryMove) {
    (row.not_found, row.gone_since) = (0, None);
    row.state = FetchState::Ok;
    match moved {
        RepositoryMove::No => row.moved_to = None,
        RepositoryMove::To(name) => row.moved_to = Some(name),
        // The metadata has the new name. Clearing the times causes it to be requested in this run.
        RepositoryMove::Somewhere if row.moved_to.is_none() => {
            (row.metadata_at, row.metadata_tried_at) = (0, 0);
        }
        RepositoryMove::Somewhere => {}
    }
}

/// Stores `snapshot` in `row`. The outcome is `Unchanged` if its revision and selection are the known ones.
fn renew(row: &mut SourceRow, mut snapshot: Snapshot) -> Outcome {
    let outcome = match &row.snapshot {
        None => Outcome::New,
        Some(known)
            if known.revision == snapshot.revision && known.selection == snapshot.selection =>
        {
            snapshot.fetched_at = known.fetched_at;
            Outcome::Unchanged
        }
        Some(_) => Outcome::Changed,
    };
    row.snapshot = Some(snapshot);
    outcome
}

/// Whether the source of `row` has been gone for at least `config.drop_after`, so that its documents are removed.
pub(in crate::refresh) fn is_dropped(row: &SourceRow, config: &Config, now: i64) -> bool {
    let longest = i64::try_from(config.drop_after.as_secs()).unwrap_or(i64::MAX);
    row.gone_since.is_some_and(|since| now.saturating_sub(since) >= longest)
}

/// Records in `row` why its source could not be fetched. Removes the snapshot if the files are to be dropped.
fn fail(row: &mut SourceRow, error: &CrawlError, config: &Config, now: i64) {
    match error {
        CrawlError::Blocked { .. } => {
            row.state = FetchState::Blocked;
            row.snapshot = None;
        }
        CrawlError::NotFound(_) | CrawlError::Hidden(_) | CrawlError::Empty(_) => {
            row.not_found = row.not_found.saturating_add(1);
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
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::catalogue::SourceId;
    use crate::config::{self, ConfigOverrides};

    fn snapshot(revision: &str) -> Snapshot {
        Snapshot {
            source: SourceId("a/b".into()),
            revision: revision.into(),
            validator: None,
            fetched_at: 7,
            selection: "s".into(),
        }
    }

    #[test]
    fn a_source_is_gone_after_three_404s_and_dropped_after_ninety_days() {
        let mut config = config::load(&ConfigOverrides::default()).unwrap();
        (config.gone_after, config.drop_after) = (3, Duration::from_secs(90 * 86_400));
        let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
        let error = CrawlError::NotFound("u".into());
        let states: Vec<FetchState> = (0..4)
            .map(|day| {
                fail(&mut row, &error, &config, day * 86_400);
                row.state
            })
            .collect();
        assert_eq!(
            states,
            [FetchState::Failed, FetchState::Failed, FetchState::Gone, FetchState::Gone]
        );
        assert_eq!(row.gone_since, Some(2 * 86_400));
        fail(&mut row, &error, &config, 91 * 86_400);
        assert!(row.snapshot.is_some());
        fail(&mut row, &error, &config, 92 * 86_400);
        assert!(row.snapshot.is_none());
    }

    #[test]
    fn a_source_that_went_in_2036_is_dropped_ninety_days_from_now() {
        let mut config = config::load(&ConfigOverrides::default()).unwrap();
        (config.gone_after, config.drop_after) = (3, Duration::from_secs(90 * 86_400));
        let (now, day) = (1_800_000_000, 86_400);
        let mut row = SourceRow {
            snapshot: Some(snapshot("x")),
            not_found: 3,
            gone_since: Some(now + 3_650 * day),
            ..SourceRow::default()
        };
        let error = CrawlError::NotFound("u".into());
        fail(&mut row, &error, &config, now);
        assert_eq!(row.gone_since, Some(now));
        fail(&mut row, &error, &config, now + 89 * day);
        assert!(row.snapshot.is_some());
        fail(&mut row, &error, &config, now + 90 * day);
        assert!(row.snapshot.is_none());
    }

    #[test]
    fn a_blocked_source_that_cannot_be_asked_again_stays_blocked() {
        let config = config::load(&ConfigOverrides::default()).unwrap();
        let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
        fail(&mut row, &CrawlError::Blocked { url: "u".into(), status: 451 }, &config, 0);
        fail(&mut row, &CrawlError::Network { url: "u".into(), cause: "c".into() }, &config, 1);
        assert_eq!((row.state, row.snapshot), (FetchState::Blocked, None));
        let mut row = SourceRow { state: FetchState::Blocked, ..SourceRow::default() };
        well(&mut row, RepositoryMove::No);
        assert_eq!(row.state, FetchState::Ok);
    }

    #[test]
    fn the_same_revision_under_the_same_rules_is_unchanged() {
        let mut row = SourceRow::default();
        assert_eq!(renew(&mut row, snapshot("x")), Outcome::New);
        let again = Snapshot { fetched_at: 9, ..snapshot("x") };
        assert_eq!(renew(&mut row, again), Outcome::Unchanged);
        assert_eq!(row.snapshot.as_ref().unwrap().fetched_at, 7);
        assert_eq!(renew(&mut row, snapshot("y")), Outcome::Changed);
    }
}
