//! Checks which of the cited links are dead (`--check-links`).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::unbounded_channel;

use crate::config::Config;
use crate::crawl::links::{LinkState, check};
use crate::generation::folders;
use crate::generation::run::LinkChecks;
use crate::graph::Graph;
use crate::printable::time;
use crate::refresh::wanted::options::{RefreshEvent, RefreshStop};
use crate::store::Store;

/// Days before a link is checked again after a definite result.
const SURE_DAYS: i64 = 30;
/// Days before a link is checked again after an unknown result.
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
    let Some(number) = folders::current(&config.index)? else { return Ok(checks) };
    let graph = Graph::read(&folders::folder(&config.index, number).join("graph.bin"))?;
    let now = Utc::now();
    let urls = due(graph, store, now)?;
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

/// The links of `graph` that `store` has no recent result for, most cited first.
fn due(graph: Graph, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Vec<String>> {
    let before = |days: i64| now.timestamp() - days * 24 * 60 * 60;
    let fresh = store.fresh_links(before(SURE_DAYS), before(UNSURE_DAYS))?;
    let fresh: HashSet<String> = fresh.into_iter().collect();
    let urls = graph.resources.into_iter().map(|resource| resource.url);
    Ok(urls.filter(|url| !fresh.contains(url)).collect())
}
