//! Checks which of the cited links are dead (`--check-links`).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::unbounded_channel;

use super::cited;
use crate::annotate::resources::CitedResource;
use crate::config::Config;
use crate::crawl::arxiv::ArxivId;
use crate::crawl::links::{LinkState, check};
use crate::generation::run::LinkChecks;
use crate::printable::time;
use crate::refresh::wanted::options::{RefreshEvent, RefreshStop};
use crate::store::Store;

/// A link with a definite result is checked again after this many days.
const SURE_DAYS: i64 = 30;
/// A link with an unknown result is checked again after this many days.
const UNSURE_DAYS: i64 = 1;

/// Checks the links of the current generation that were not checked recently, most cited first, until `stop` is
/// cancelled. Writes each result to the store at once.
pub(in crate::refresh) fn check_due(
    config: &Config,
    store: &mut Store,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<LinkChecks> {
    let mut checks = LinkChecks::default();
    let now = Utc::now();
    let urls = due(cited::resources(config)?, store, now)?;
    on_event(RefreshEvent::Looking(urls.len()));
    let day = time::day(now);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, mut states) = unbounded_channel();
    runtime.block_on(async {
        let checking = async {
            let result = check(config, urls, stop, &sender).await;
            drop(sender);
            result
        };
        let writing = async {
            while let Some((url, state)) = states.recv().await {
                checks.asked += 1;
                checks.dead += usize::from(state == LinkState::Dead);
                checks.unknown += usize::from(state == LinkState::Unknown);
                store.put_link(&url, state, &day, now.timestamp())?;
                on_event(RefreshEvent::Looked);
            }
            anyhow::Ok(())
        };
        let (checked, written) = tokio::join!(checking, writing);
        checked.and(written)
    })?;
    Ok(checks)
}

/// The URLs of `resources` for which `store` has no recent result, most cited first. Papers are not checked if arXiv
/// has given their metadata, because arXiv does not delete papers.
fn due(
    resources: Vec<CitedResource>,
    store: &Store,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<String>> {
    let before = |days: i64| now.timestamp() - days * 24 * 60 * 60;
    let fresh = store.fresh_links(before(SURE_DAYS), before(UNSURE_DAYS))?;
    let fresh: HashSet<String> = fresh.into_iter().collect();
    let papers = store.papers()?;
    let is_known = |url: &str| ArxivId::of_url(url).is_some_and(|id| papers.contains_key(&id));
    let urls = resources.into_iter().map(|resource| resource.url);
    Ok(urls.filter(|url| !fresh.contains(url) && !is_known(url)).collect())
}
