//! Renews the metadata of sources (at most daily) and of their owners (at most monthly) from GitHub's API.

use super::context::{FetchNetwork, FetchRun};
use super::due::{DueMetadata, DueOwner, due, due_owners};
use crate::catalogue::Visibility;
use crate::crawl::github::metadata::Metadata;
use crate::crawl::{ApiQuota, ApiResource, CrawlError, Traffic};
use crate::refresh::wanted::options::RefreshStop;
use crate::store::{SourceRow, Store};

/// One run's requests for metadata.
struct MetadataRenewal<'a> {
    network: FetchNetwork<'a>,
    stop: &'a RefreshStop,
    /// The quota according to GitHub's last response.
    quota: ApiQuota,
    now: i64,
}

/// Requests the metadata of sources whose stored metadata is a day old or missing. Then requests the names of owners
/// whose stored name is a month old or missing. The oldest come first. Ends when this run's share of the quota is used,
/// when GitHub defers a request, or when the run is stopped.
///
/// No other step depends on the metadata, so failed requests are only logged. Calls `cost` with a source's id and the
/// traffic of each request. For a request about an owner, the id is that of the first of the owner's due sources; for
/// the quota request, it is empty. Requests are conditional: with a token, an unchanged response does not count against
/// the quota.
pub(super) fn renew(
    run: FetchRun,
    network: FetchNetwork,
    store: &mut Store,
    cost: &mut dyn FnMut(&str, Traffic),
) -> anyhow::Result<()> {
    let now = chrono::Utc::now().timestamp();
    let due = due(run.chosen, store, now)?;
    let owners = due_owners(run.chosen, store, now)?;
    if (due.is_empty() && owners.is_empty()) || run.stop.is_cancelled() {
        return Ok(());
    }
    let mut spent = Traffic::default();
    let quotas = until(network, run.stop, network.crawler.fetch_quotas(&mut spent));
    cost("", spent);
    let quota = match quotas {
        Ok(quotas) => quotas.core,
        Err(error) => {
            tracing::info!("no metadata in this run: {error}");
            return Ok(());
        }
    };
    let mut renewal = MetadataRenewal { network, stop: run.stop, quota, now };
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

impl MetadataRenewal<'_> {
    /// Renews the metadata of one source. Returns whether to continue with the next.
    fn metadata(
        &mut self,
        due: &DueMetadata,
        store: &mut Store,
        cost: &mut dyn FnMut(&str, Traffic),
    ) -> anyhow::Result<bool> {
        if !self.has_share() {
            return Ok(false);
        }
        // Without a token, the request would only reveal the name of a private repository, and fail with 404. The token
        // may have been refused earlier in this run.
        if due.source.visibility == Visibility::Private && !self.network.crawler.signs_in() {
            return Ok(true);
        }
        let mut row = store.source(&due.source.id)?;
        let mut spent = Traffic::default();
        let known = row.metadata.as_ref();
        let visibility = due.source.visibility;
        let request =
            self.network.crawler.metadata(due.owner, due.name, visibility, known, &mut spent);
        let response = until(self.network, self.stop, request);
        self.paid(&due.source.id.0, spent, cost);
        match response {
            Ok(Some(metadata)) => take(&mut row, metadata, due, self.now),
            Ok(None) => row.metadata_at = self.now,
            Err(CrawlError::Ended | CrawlError::Deferred { .. }) => return Ok(false),
            Err(error) => tracing::info!(source = %due.source.id, "no metadata: {error}"),
        }
        store.put_source(&due.source.id, &row)?;
        Ok(true)
    }

    /// Renews the name of one owner in all sources for which it is due. Returns whether to continue with the next
    /// owner.
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
        let request = self.network.crawler.owner(due.login, due.known.as_ref(), &mut spent);
        let response = until(self.network, self.stop, request);
        let first = due.sources.first().map_or("", |source| source.id.0.as_str());
        self.paid(first, spent, cost);
        let owner = match response {
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

    /// Whether this run's share of the quota allows another request. Logs a message if it does not.
    fn has_share(&self) -> bool {
        let has = self.network.crawler.share_of(ApiResource::Core, self.quota) > 0;
        if !has {
            tracing::info!(
                "this run's share of the API's quota is used; the rest is deferred to the next run"
            );
        }
        has
    }

    /// Updates the quota after a request for `source`, and passes the traffic of the request to `cost`.
    fn paid(&mut self, source: &str, spent: Traffic, cost: &mut dyn FnMut(&str, Traffic)) {
        // If the response has no quota headers (GitHub Enterprise may send none), subtract the requests instead.
        let counted = ApiQuota {
            remaining: self.quota.remaining.saturating_sub(spent.requests),
            ..self.quota
        };
        self.quota = self.network.crawler.quota().unwrap_or(counted);
        cost(source, spent);
    }
}

/// Stores `metadata` in `row`, with the new name of a repository that has moved.
fn take(row: &mut SourceRow, metadata: Metadata, due: &DueMetadata, now: i64) {
    let known = format!("{}/{}", due.owner, due.name);
    if let Some(name) = &metadata.full_name
        && !name.eq_ignore_ascii_case(&known)
    {
        row.moved_to = Some(name.clone());
    }
    row.metadata = Some(metadata);
    row.metadata_at = now;
}

/// The response to `request`. `Err(CrawlError::Ended)` if the run is stopped first.
fn until<T>(
    network: FetchNetwork,
    stop: &RefreshStop,
    request: impl Future<Output = Result<T, CrawlError>>,
) -> Result<T, CrawlError> {
    network.runtime.block_on(async {
        tokio::select! {
            response = request => response,
            () = stop.cancelled() => Err(CrawlError::Ended),
        }
    })
}
