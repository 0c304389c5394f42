//! Renews what GitHub's API says of the sources, at most daily for each.

use super::Stop;
use crate::catalogue::{Origin, Source};
use crate::crawl::metadata::Metadata;
use crate::crawl::{CrawlError, Crawler, Traffic};
use crate::store::{SourceRow, State, Store};

/// Metadata younger than this is not asked for again.
const METADATA_SECONDS: i64 = 24 * 60 * 60;
/// What could not be had is not asked for again within this: GitHub's quota is an hour's.
const AGAIN_SECONDS: i64 = 60 * 60;

/// A source whose metadata is due.
struct Due<'a> {
    source: &'a Source,
    owner: &'a str,
    name: &'a str,
    /// When it was last had; seconds since 1970.
    at: i64,
}

/// Asks GitHub's API about the sources whose metadata is a day old or missing, the oldest first, as
/// far as the share of the quota goes.
///
/// Nothing depends on it, so that failures are only logged. `cost` hears what was spent for which
/// source; the question for the quota is nobody's.
pub(super) fn renew(
    runtime: &tokio::runtime::Runtime,
    crawler: &Crawler,
    (chosen, stop): (&[&Source], &Stop),
    store: &mut Store,
    cost: &mut dyn FnMut(&str, Traffic),
) -> anyhow::Result<()> {
    let now = chrono::Utc::now().timestamp();
    let due = due(chosen, store, now)?;
    if due.is_empty() || stop.is_cancelled() {
        return Ok(());
    }
    let mut spent = Traffic::default();
    let quota = until(runtime, stop, crawler.ask_quota(&mut spent));
    cost("", spent);
    let mut left = match quota {
        Ok(quota) => crawler.share_of(quota),
        Err(error) => {
            tracing::info!("no metadata in this run: {error}");
            return Ok(());
        }
    };
    for due in due {
        let mut row = store.source(&due.source.id)?;
        let Some(rest) = left.checked_sub(1) else {
            tracing::info!("the share of the API's quota is used; the rest waits");
            break;
        };
        left = rest;
        let mut spent = Traffic::default();
        let answer = until(runtime, stop, crawler.metadata(due.owner, due.name, &mut spent));
        cost(&due.source.id.0, spent);
        match answer {
            Ok(metadata) => take(&mut row, metadata, &due, now),
            Err(CrawlError::Ended | CrawlError::Deferred { .. }) => return Ok(()),
            Err(error) => tracing::info!(source = %due.source.id, "no metadata: {error}"),
        }
        store.put_source(&due.source.id, &row)?;
    }
    Ok(())
}

/// The sources whose metadata is due, the oldest first; from now on they count as asked for.
fn due<'a>(chosen: &[&'a Source], store: &Store, now: i64) -> anyhow::Result<Vec<Due<'a>>> {
    let mut due = Vec::new();
    for source in chosen {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        let mut row = store.source(&source.id)?;
        let is_due = row.metadata_at + METADATA_SECONDS <= now
            && row.metadata_tried_at + AGAIN_SECONDS <= now;
        if row.state == State::Ok && is_due {
            due.push(Due { source, owner, name, at: row.metadata_at });
            row.metadata_tried_at = now;
            store.put_source(&source.id, &row)?;
        }
    }
    due.sort_by_key(|due| (due.at, due.source.id.clone()));
    Ok(due)
}

fn take(row: &mut SourceRow, metadata: Metadata, due: &Due, now: i64) {
    let asked = format!("{}/{}", due.owner, due.name);
    if let Some(name) = &metadata.full_name
        && !name.eq_ignore_ascii_case(&asked)
    {
        row.moved_to = Some(name.clone());
    }
    row.metadata = Some(metadata);
    row.metadata_at = now;
}

/// What `asked` comes to, unless the run is stopped first.
fn until<T>(
    runtime: &tokio::runtime::Runtime,
    stop: &Stop,
    asked: impl Future<Output = Result<T, CrawlError>>,
) -> Result<T, CrawlError> {
    runtime.block_on(async {
        tokio::select! {
            answer = asked => answer,
            () = stop.cancelled() => Err(CrawlError::Ended),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn the_oldest_metadata_is_renewed_first_and_each_at_most_daily() {
        let text = |name: &str| format!("[[source]]\nrepo = \"a/{name}\"\nwhy = \"x\"\n");
        let names = ["fresh", "old", "older", "asked", "new", "failed"];
        let catalogue = names.map(text).concat() + "[[source]]\nfolder = \"f\"\nwhy = \"x\"\n";
        let catalogue = catalogue::parse("c", &catalogue).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db")).unwrap();
        let (now, day) = (1_000_000_000, METADATA_SECONDS);
        let had = [now - day + 1, now - day, now - 9 * day, now - 2 * day, 0, 0];
        for (source, at) in catalogue.sources.iter().zip(had) {
            let failed = source.id.0 == "a/failed";
            let asked = if source.id.0 == "a/asked" { now - AGAIN_SECONDS + 1 } else { 0 };
            let row = SourceRow {
                state: if failed { State::Failed } else { State::Ok },
                metadata_at: at,
                metadata_tried_at: asked,
                ..SourceRow::default()
            };
            store.put_source(&source.id, &row).unwrap();
        }
        let chosen: Vec<&Source> = catalogue.sources.iter().collect();
        let order = |now| -> Vec<String> {
            let due = due(&chosen, &store, now).unwrap();
            due.iter().map(|due| due.source.id.0.clone()).collect()
        };
        assert_eq!(order(now), ["a/new", "a/older", "a/old"]);
        assert!(order(now).is_empty(), "they count as asked for");
        assert_eq!(order(now + AGAIN_SECONDS), ["a/new", "a/older", "a/asked", "a/old", "a/fresh"]);
    }
}
