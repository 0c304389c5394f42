//! Finds the sources and owners whose metadata is due. The metadata of a source is due if it is missing or a day old.
//! The name of an owner is due if it is missing or a month old. Nothing is due for a source whose last fetch failed, or
//! that is gone, blocked or not fetched yet. Nothing is due again within an hour after it was requested.

use std::collections::HashMap;

use crate::catalogue::{Origin, Source};
use crate::crawl::github::metadata::OwnerMetadata;
use crate::store::{FetchState, Store};

/// Metadata younger than this is not requested again.
const METADATA_SECONDS: i64 = 24 * 60 * 60;
/// An owner's name younger than this is not requested again.
const OWNER_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The minimum time between two attempts to fetch the same metadata: an hour, because GitHub's quota is hourly.
const AGAIN_SECONDS: i64 = 60 * 60;

/// A source whose metadata is due.
pub(super) struct DueMetadata<'a> {
    pub source: &'a Source,
    pub owner: &'a str,
    pub name: &'a str,
    /// When the metadata was last fetched (Unix time in seconds); 0 if it never was.
    pub at: i64,
}

/// An owner whose name is due, with the sources for which it is due.
pub(super) struct DueOwner<'a> {
    pub login: &'a str,
    /// The stored metadata of the owner, if it belongs to the account `login`.
    pub known: Option<OwnerMetadata>,
    /// When the name was last fetched (Unix time in seconds); 0 if it never was.
    pub at: i64,
    pub sources: Vec<&'a Source>,
}

/// The sources whose metadata is due, the oldest metadata first. Records in `store` that this metadata is requested
/// now.
pub(super) fn due<'a>(
    chosen: &[&'a Source],
    store: &Store,
    now: i64,
) -> anyhow::Result<Vec<DueMetadata<'a>>> {
    let mut due = Vec::new();
    for source in chosen {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        let mut row = store.source(&source.id)?;
        let is_due = row.metadata_at + METADATA_SECONDS <= now
            && row.metadata_tried_at + AGAIN_SECONDS <= now;
        if row.state == FetchState::Ok && is_due {
            due.push(DueMetadata { source, owner, name, at: row.metadata_at });
            row.metadata_tried_at = now;
            store.put_source(&source.id, &row)?;
        }
    }
    due.sort_by_key(|due| (due.at, due.source.id.clone()));
    Ok(due)
}

/// The owners whose name is due for at least one of their sources, the oldest name first. Records in `store` that these
/// names are requested now, and removes the stored owner of such a source if it is another account.
pub(super) fn due_owners<'a>(
    chosen: &[&'a Source],
    store: &Store,
    now: i64,
) -> anyhow::Result<Vec<DueOwner<'a>>> {
    let mut owners: HashMap<String, DueOwner> = HashMap::new();
    for source in chosen {
        let Origin::GitHub { owner, .. } = &source.origin else { continue };
        let mut row = store.source(&source.id)?;
        // If the entry's owner has changed, the stored owner is another account and is discarded.
        let known = row.owner.take().filter(|known| known.login.eq_ignore_ascii_case(owner));
        let at = if known.is_some() { row.owner_at } else { 0 };
        let is_due = at + OWNER_SECONDS <= now && row.owner_tried_at + AGAIN_SECONDS <= now;
        if row.state != FetchState::Ok || !is_due {
            continue;
        }
        let due = owners.entry(owner.to_lowercase()).or_insert_with(|| DueOwner {
            login: owner,
            known: None,
            at,
            sources: Vec::new(),
        });
        due.at = due.at.min(at);
        due.known = due.known.take().or_else(|| known.clone());
        due.sources.push(source);
        (row.owner, row.owner_tried_at) = (known, now);
        store.put_source(&source.id, &row)?;
    }
    let mut owners: Vec<DueOwner> = owners.into_values().collect();
    owners.sort_by_key(|due| (due.at, due.login));
    Ok(owners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::store::SourceRow;

    #[test]
    fn the_oldest_metadata_is_renewed_first_and_each_at_most_daily() {
        let text = |name: &str| format!("[[source]]\nrepo = \"a/{name}\"\nwhy = \"x\"\n");
        let names = ["fresh", "old", "older", "tried", "new", "failed"];
        let catalogue = names.map(text).concat() + "[[source]]\nfolder = \"f\"\nwhy = \"x\"\n";
        let catalogue = catalogue::parse("c", &catalogue).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db")).unwrap();
        let (now, day) = (1_000_000_000, METADATA_SECONDS);
        let had = [now - day + 1, now - day, now - 9 * day, now - 2 * day, 0, 0];
        for (source, at) in catalogue.sources.iter().zip(had) {
            let failed = source.id.0 == "a/failed";
            let tried_at = if source.id.0 == "a/tried" { now - AGAIN_SECONDS + 1 } else { 0 };
            let row = SourceRow {
                state: if failed { FetchState::Failed } else { FetchState::Ok },
                metadata_at: at,
                metadata_tried_at: tried_at,
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
        assert!(order(now).is_empty(), "they count as requested");
        assert_eq!(order(now + AGAIN_SECONDS), ["a/new", "a/older", "a/tried", "a/old", "a/fresh"]);
    }

    #[test]
    fn the_name_of_an_owner_of_two_sources_is_requested_once_a_month() {
        let text = |repo: &str| format!("[[source]]\nrepo = \"{repo}\"\nwhy = \"x\"\n");
        let catalogue = ["Ann/one", "ann/two", "bob/notes"].map(text).concat();
        let catalogue = catalogue::parse("c", &catalogue).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db")).unwrap();
        let (now, month) = (1_000_000_000, OWNER_SECONDS);
        let owner = |login: &str| {
            Some(OwnerMetadata { login: login.to_owned(), ..OwnerMetadata::default() })
        };
        let known = [(owner("ann"), now - month), (None, 0), (owner("former"), now - 1)];
        for (source, (owner, owner_at)) in catalogue.sources.iter().zip(known) {
            let row = SourceRow { state: FetchState::Ok, owner, owner_at, ..SourceRow::default() };
            store.put_source(&source.id, &row).unwrap();
        }
        let chosen: Vec<&Source> = catalogue.sources.iter().collect();
        let requested = |now| -> Vec<(String, usize, bool)> {
            let due = due_owners(&chosen, &store, now).unwrap();
            let of =
                |due: &DueOwner| (due.login.to_owned(), due.sources.len(), due.known.is_some());
            due.iter().map(of).collect()
        };
        let all = [("Ann".to_owned(), 2, true), ("bob".to_owned(), 1, false)];
        assert_eq!(requested(now), all, "a stored owner with another login does not count");
        assert!(requested(now).is_empty(), "they count as requested");
    }
}
