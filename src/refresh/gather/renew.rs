//! Renews the metadata of sources (at most daily) and of their owners (at most monthly) from GitHub's API.

use std::collections::HashMap;

use crate::catalogue::{Origin, Source, Visibility};
use crate::crawl::github::metadata::{Metadata, OwnerMetadata};
use crate::crawl::{ApiQuota, ApiResource, CrawlError, Crawler, Traffic};
use crate::refresh::wanted::options::Stop;
use crate::store::{FetchState, SourceRow, Store};

/// Metadata younger than this is not requested again.
const METADATA_SECONDS: i64 = 24 * 60 * 60;
/// An owner's name younger than this is not requested again.
const OWNER_SECONDS: i64 = 30 * 24 * 60 * 60;
/// An attempt is not repeated before this has passed, because GitHub's quota is hourly.
const AGAIN_SECONDS: i64 = 60 * 60;

/// A source whose metadata is due.
struct Due<'a> {
    source: &'a Source,
    owner: &'a str,
    name: &'a str,
    /// When it was last fetched (Unix time in seconds).
    at: i64,
}

/// An owner whose name is due, with the sources that show it.
struct DueOwner<'a> {
    login: &'a str,
    known: Option<OwnerMetadata>,
    at: i64,
    sources: Vec<&'a Source>,
}

/// One run's requests for metadata.
struct Renewal<'a> {
    runtime: &'a tokio::runtime::Runtime,
    crawler: &'a Crawler,
    stop: &'a Stop,
    /// The quota by GitHub's last response.
    quota: ApiQuota,
    now: i64,
}

/// Requests the metadata of sources for which it is a day old or missing, then the names of owners for which they are a
/// month old or missing. The oldest come first. Ends when this run's share of the quota is used.
///
/// No other step depends on the metadata, so failed requests are only logged. `cost` receives the traffic of each
/// source by id; the traffic of the request for the quota has an empty id. Requests are conditional: with a token, an
/// unchanged response does not count against the quota.
pub(in crate::refresh) fn renew(
    runtime: &tokio::runtime::Runtime,
    crawler: &Crawler,
    (chosen, stop): (&[&Source], &Stop),
    store: &mut Store,
    cost: &mut dyn FnMut(&str, Traffic),
) -> anyhow::Result<()> {
    let now = chrono::Utc::now().timestamp();
    let due = due(chosen, store, now)?;
    let owners = due_owners(chosen, store, now)?;
    if (due.is_empty() && owners.is_empty()) || stop.is_cancelled() {
        return Ok(());
    }
    let mut spent = Traffic::default();
    let quotas = until(runtime, stop, crawler.fetch_quotas(&mut spent));
    cost("", spent);
    let quota = match quotas {
        Ok(quotas) => quotas.core,
        Err(error) => {
            tracing::info!("no metadata in this run: {error}");
            return Ok(());
        }
    };
    let mut renewal = Renewal { runtime, crawler, stop, quota, now };
    for due in due {
        if !renewal.metadata(&due, store, cost)? {
            return Ok(());
        }
    }
    for due in owners {
        if !renewal.owner(&due, store, cost)? {
            return Ok(());
        }
    }
    Ok(())
}

impl Renewal<'_> {
    /// Renews the metadata of one source. Returns whether to continue with the next.
    fn metadata(
        &mut self,
        due: &Due,
        store: &mut Store,
        cost: &mut dyn FnMut(&str, Traffic),
    ) -> anyhow::Result<bool> {
        if !self.has_share() {
            return Ok(false);
        }
        // Without a token, the request would only reveal the name of a private repository, and fail with 404. The token
        // may have been refused earlier in this run.
        if due.source.visibility == Visibility::Private && !self.crawler.signs_in() {
            return Ok(true);
        }
        let mut row = store.source(&due.source.id)?;
        let mut spent = Traffic::default();
        let known = row.metadata.as_ref();
        let asked = self.crawler.metadata(due.owner, due.name, known, &mut spent);
        let answer = until(self.runtime, self.stop, asked);
        self.paid(&due.source.id.0, spent, cost);
        match answer {
            Ok(Some(metadata)) => take(&mut row, metadata, due, self.now),
            Ok(None) => row.metadata_at = self.now,
            Err(CrawlError::Ended | CrawlError::Deferred { .. }) => return Ok(false),
            Err(error) => tracing::info!(source = %due.source.id, "no metadata: {error}"),
        }
        store.put_source(&due.source.id, &row)?;
        Ok(true)
    }

    /// Renews the name of one owner in all their sources. Returns whether to continue with the next.
    fn owner(
        &mut self,
        due: &DueOwner,
        store: &mut Store,
        cost: &mut dyn FnMut(&str, Traffic),
    ) -> anyhow::Result<bool> {
        if !self.has_share() {
            return Ok(false);
        }
        let mut spent = Traffic::default();
        let asked = self.crawler.owner(due.login, due.known.as_ref(), &mut spent);
        let answer = until(self.runtime, self.stop, asked);
        let first = due.sources.first().map_or("", |source| source.id.0.as_str());
        self.paid(first, spent, cost);
        let owner = match answer {
            Ok(owner) => owner.or_else(|| due.known.clone()),
            Err(CrawlError::Ended | CrawlError::Deferred { .. }) => return Ok(false),
            Err(error) => {
                tracing::info!(owner = due.login, "no display name: {error}");
                return Ok(true);
            }
        };
        for source in &due.sources {
            let mut row = store.source(&source.id)?;
            (row.owner, row.owner_at) = (owner.clone(), self.now);
            store.put_source(&source.id, &row)?;
        }
        Ok(true)
    }

    fn has_share(&self) -> bool {
        let has = self.crawler.share_of(ApiResource::Core, self.quota) > 0;
        if !has {
            tracing::info!("this run's share of the API's quota is used; the rest waits");
        }
        has
    }

    fn paid(&mut self, source: &str, spent: Traffic, cost: &mut dyn FnMut(&str, Traffic)) {
        // Without quota headers in the response (GitHub Enterprise may have none), every request is subtracted.
        let counted = ApiQuota {
            remaining: self.quota.remaining.saturating_sub(spent.requests),
            ..self.quota
        };
        self.quota = self.crawler.quota().unwrap_or(counted);
        cost(source, spent);
    }
}

/// The sources whose metadata is due, the oldest first. Records in `store` that it is requested now.
fn due<'a>(chosen: &[&'a Source], store: &Store, now: i64) -> anyhow::Result<Vec<Due<'a>>> {
    let mut due = Vec::new();
    for source in chosen {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        let mut row = store.source(&source.id)?;
        let is_due = row.metadata_at + METADATA_SECONDS <= now
            && row.metadata_tried_at + AGAIN_SECONDS <= now;
        if row.state == FetchState::Ok && is_due {
            due.push(Due { source, owner, name, at: row.metadata_at });
            row.metadata_tried_at = now;
            store.put_source(&source.id, &row)?;
        }
    }
    due.sort_by_key(|due| (due.at, due.source.id.clone()));
    Ok(due)
}

/// The owners whose name is due in one of their sources, the oldest first. Records in `store` that it is requested now.
fn due_owners<'a>(
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

/// Waits for `asked`. `Err(CrawlError::Ended)` if the run is stopped first.
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
                state: if failed { FetchState::Failed } else { FetchState::Ok },
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

    #[test]
    fn an_owner_of_two_sources_is_asked_about_once_a_month() {
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
        let asked = |now| -> Vec<(String, usize, bool)> {
            let due = due_owners(&chosen, &store, now).unwrap();
            let of =
                |due: &DueOwner| (due.login.to_owned(), due.sources.len(), due.known.is_some());
            due.iter().map(of).collect()
        };
        let all = [("Ann".to_owned(), 2, true), ("bob".to_owned(), 1, false)];
        assert_eq!(asked(now), all, "the former login's answer is void");
        assert!(asked(now).is_empty(), "they count as asked for");
    }
}
