//! Writes the end of one source's fetch: what came, or why nothing did.
//!
//! A failure loses nothing that is indexed, save two: a blocked source is removed at once, and one
//! that GitHub has not known for long is dropped.

use super::fetch::{Incoming, result};
use super::{Inputs, selection};
use crate::annotate::licence;
use crate::catalogue::Source;
use crate::config::Config;
use crate::crawl::{CrawlError, Fetched, Moved, Report, Snapshot};
use crate::generation::run::{Outcome, SourceResult};
use crate::store::{SourceRow, State, Store};

/// Writes what has come of `source` (or why nothing has) after so many seconds.
pub(super) fn settle(
    source: &Source,
    (config, inputs): (&Config, &Inputs),
    (report, seconds): (Report, f64),
    incoming: Incoming,
    store: &mut Store,
) -> anyhow::Result<SourceResult> {
    let mut row = store.source(&source.id)?;
    let now = chrono::Utc::now().timestamp();
    let fingerprint = selection(inputs, source).fingerprint().to_owned();
    let (outcome, error) = match report.result {
        Ok(Fetched::Unchanged) => {
            well(&mut row, report.moved);
            // What is held was found to be all that the rules want.
            if let Some(snapshot) = &mut row.snapshot {
                snapshot.selection = fingerprint;
            }
            (Outcome::Unchanged, None)
        }
        Ok(Fetched::Changed { revision, validator }) => {
            well(&mut row, report.moved);
            row.problems = report.problems;
            row.licence = incoming.licence.as_deref().and_then(licence::detect);
            let id = source.id.clone();
            let selection = fingerprint;
            let fetched_at = now;
            (
                renew(
                    &mut row,
                    Snapshot { source: id, revision, validator, fetched_at, selection },
                ),
                None,
            )
        }
        Err(error @ CrawlError::Deferred { .. }) => (Outcome::Deferred, Some(error)),
        Err(CrawlError::Ended) => (Outcome::Skipped, None),
        Err(error) => {
            fail(&mut row, &error, config, now);
            (Outcome::Failed, Some(error))
        }
    };
    match outcome {
        Outcome::New | Outcome::Changed => {
            let left_out = report.left_out.as_deref();
            store.replace_files(&source.id, &incoming.files, left_out, &row, now)?;
        }
        Outcome::Failed if row.snapshot.is_none() => {
            store.replace_files(&source.id, &[], None, &row, now)?;
        }
        Outcome::Unchanged | Outcome::Failed => store.put_source(&source.id, &row)?,
        Outcome::Deferred | Outcome::Skipped => {}
    }
    let mut result = result(&source.id.0, outcome, error, seconds);
    result.traffic = report.traffic;
    Ok(result)
}

/// Notes that `row`'s source has answered, and from where.
fn well(row: &mut SourceRow, moved: Moved) {
    (row.not_found, row.gone_since) = (0, None);
    row.state = State::Ok;
    match moved {
        Moved::No => row.moved_to = None,
        Moved::To(name) => row.moved_to = Some(name),
        // The metadata holds the new name: it is asked for in this run.
        Moved::Somewhere if row.moved_to.is_none() => {
            (row.metadata_at, row.metadata_tried_at) = (0, 0);
        }
        Moved::Somewhere => {}
    }
}

/// Makes `snapshot` the row's; it may turn out to be the one that was known.
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

/// Notes why a source could not be fetched. Without a snapshot its files are to be dropped.
fn fail(row: &mut SourceRow, error: &CrawlError, config: &Config, now: i64) {
    match error {
        CrawlError::Blocked { .. } => {
            row.state = State::Blocked;
            row.snapshot = None;
        }
        CrawlError::NotFound(_) | CrawlError::Empty(_) => {
            row.not_found = row.not_found.saturating_add(1);
            row.state = State::Failed;
            if row.not_found >= config.gone_after {
                let since = *row.gone_since.get_or_insert(now);
                row.state = State::Gone;
                let longest = i64::try_from(config.drop_after.as_secs()).unwrap_or(i64::MAX);
                if now.saturating_sub(since) >= longest {
                    row.snapshot = None;
                }
            }
        }
        _ => row.state = State::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::catalogue::SourceId;
    use crate::config::{self, Overrides};

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
        let mut config = config::load(&Overrides::default()).unwrap();
        (config.gone_after, config.drop_after) = (3, Duration::from_secs(90 * 86_400));
        let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
        let error = CrawlError::NotFound("u".into());
        let states: Vec<State> = (0..4)
            .map(|day| {
                fail(&mut row, &error, &config, day * 86_400);
                row.state
            })
            .collect();
        assert_eq!(states, [State::Failed, State::Failed, State::Gone, State::Gone]);
        assert_eq!(row.gone_since, Some(2 * 86_400));
        fail(&mut row, &error, &config, 91 * 86_400);
        assert!(row.snapshot.is_some());
        fail(&mut row, &error, &config, 92 * 86_400);
        assert!(row.snapshot.is_none());
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
