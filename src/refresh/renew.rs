//! Renews what GitHub's API says of the sources, at most daily for each.

use crate::catalogue::{Origin, Source};
use crate::config::Config;
use crate::crawl::Traffic;
use crate::crawl::metadata::MetadataClient;
use crate::store::{State, Store};

/// Metadata younger than this is not asked for again.
const METADATA_SECONDS: i64 = 24 * 60 * 60;
/// What could not be had is not asked for again within this: GitHub's quota is an hour's.
const AGAIN_SECONDS: i64 = 60 * 60;

/// Asks GitHub's API about the sources whose metadata is a day old or missing, the oldest first.
///
/// Nothing depends on it, so that failures are only logged. Returns the ids that were asked about;
/// the question for the quota is added to `shared`.
pub(super) fn renew(
    runtime: &tokio::runtime::Runtime,
    config: &Config,
    chosen: &[&Source],
    store: &mut Store,
    shared: &mut Traffic,
) -> anyhow::Result<Vec<String>> {
    let now = chrono::Utc::now().timestamp();
    let mut due = Vec::new();
    for source in chosen {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        let mut row = store.source(&source.id)?;
        let is_due = row.metadata_at + METADATA_SECONDS <= now
            && row.metadata_tried_at + AGAIN_SECONDS <= now;
        if row.state == State::Ok && is_due {
            due.push((row.metadata_at, *source, owner, name));
            row.metadata_tried_at = now;
            store.put_source(&source.id, &row)?;
        }
    }
    due.sort_by_key(|(at, source, ..)| (*at, source.id.clone()));
    let mut asked = Vec::new();
    if due.is_empty() {
        return Ok(asked);
    }
    shared.requests += 1;
    let mut client = match runtime.block_on(MetadataClient::connect(config)) {
        Ok(client) => client,
        Err(error) => {
            tracing::info!("no metadata in this run: {error:#}");
            return Ok(asked);
        }
    };
    for (_, source, owner, name) in due {
        let answer = runtime.block_on(client.get(owner, name));
        if !matches!(answer, Ok(None)) {
            asked.push(source.id.0.clone());
        }
        match answer {
            Ok(Some(metadata)) => {
                let mut row = store.source(&source.id)?;
                row.metadata = Some(metadata);
                row.metadata_at = now;
                store.put_source(&source.id, &row)?;
            }
            Ok(None) => {
                tracing::info!("the share of the API's quota is used; the rest waits");
                break;
            }
            Err(error) => tracing::info!(source = %source.id, "no metadata: {error:#}"),
        }
    }
    Ok(asked)
}
