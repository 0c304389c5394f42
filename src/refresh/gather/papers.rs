//! Fetches the metadata of the cited papers from arXiv (`--check-links`).

use std::collections::{HashMap, HashSet};

use chrono::Utc;

use super::cited;
use crate::annotate::resources::CitedResource;
use crate::config::Config;
use crate::crawl::arxiv::{ArxivClient, ArxivError, ArxivId, ArxivPace, BATCH, PaperResponse};
use crate::generation::run::PaperFetches;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::options::{RefreshEvent, RefreshStop};
use crate::store::Store;

/// The metadata of a paper is requested again after this many days.
const FRESH_DAYS: i64 = 90;
/// The maximum number of identifiers that one run requests, [`BATCH`] in each request. The others are deferred to the
/// next run with `--check-links`. Because of the pause between requests, 40 requests take about two minutes even if
/// arXiv responds at once.
const MOST_IDS: usize = 40 * BATCH;
/// The number of consecutive failed requests (each after retries) after which a run sends no more.
const MOST_FAILURES: usize = 3;

/// Fetches the metadata that is missing or old for the papers that the current generation cites, until `stop` is
/// cancelled. Papers that were never requested come first, the most cited first; then those whose metadata is oldest.
/// Writes each response to the store at once. Returns the counts, and a problem if requests failed.
pub(in crate::refresh) fn fetch_due(
    config: &Config,
    store: &mut Store,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<(PaperFetches, Option<Problem>)> {
    let now = Utc::now().timestamp();
    let mut due = due(&cited::resources(config)?, &store.paper_times()?, now);
    let mut fetches =
        PaperFetches { deferred: due.len().saturating_sub(MOST_IDS), ..PaperFetches::default() };
    due.truncate(MOST_IDS);
    if due.is_empty() || stop.is_cancelled() {
        fetches.deferred += due.len();
        return Ok((fetches, None));
    }
    on_event(RefreshEvent::FetchingPapers(due.len()));
    let mut client = ArxivClient::new(config, ArxivPace::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut failures = PaperFailures::default();
    let mut batches = due.chunks(BATCH);
    while !failures.end_run()
        && let Some(batch) = batches.next()
    {
        let response = runtime.block_on(async {
            tokio::select! {
                response = client.papers(batch) => Some(response),
                () = stop.cancelled() => None,
            }
        });
        match response {
            Some(Ok(response)) => {
                fetches.add(&response, batch.len());
                store.put_papers(&response, now)?;
                failures.consecutive = 0;
            }
            Some(Err(error)) => failures.add(error, batch.len()),
            None => break,
        }
        on_event(RefreshEvent::FetchedPapers(batch.len()));
    }
    fetches.unanswered += failures.ids;
    let requested = fetches.found + fetches.unknown + fetches.unanswered;
    fetches.deferred += due.len().saturating_sub(requested);
    fetches.traffic = client.traffic;
    Ok((fetches, failures.problem(fetches.unanswered + fetches.deferred)))
}

/// What is recorded about failed requests.
#[derive(Default)]
struct PaperFailures {
    /// The number of identifiers in failed requests.
    ids: usize,
    consecutive: usize,
    first: Option<ArxivError>,
    ends_run: bool,
}

impl PaperFailures {
    fn add(&mut self, error: ArxivError, ids: usize) {
        tracing::info!("no metadata of {ids} papers: {error}");
        self.ids += ids;
        self.consecutive += 1;
        self.ends_run |= error.ends_run();
        self.first.get_or_insert(error);
    }

    /// Whether no further request is sent in this run.
    fn end_run(&self) -> bool {
        self.ends_run || self.consecutive >= MOST_FAILURES
    }

    /// The problem to report; `None` if no request failed. `without` is the number of papers for which this run got no
    /// response or sent no request.
    fn problem(self, without: usize) -> Option<Problem> {
        let error = self.first?;
        let papers = if without == 1 { "1 paper" } else { &format!("{without} papers") };
        let message = format!("no metadata of {papers} from arXiv in this run: {error}");
        let hint = "the next refresh that checks links requests it again; known metadata is kept";
        Some(Problem::new(Stage::Crawl, message).hint(hint))
    }
}

impl PaperFetches {
    /// Counts the `response` to a request for `ids` papers.
    fn add(&mut self, response: &PaperResponse, ids: usize) {
        let (found, unknown) = (response.papers.len(), response.unknown.len());
        self.found += found;
        self.unknown += unknown;
        self.unanswered += ids.saturating_sub(found + unknown);
    }
}

/// The papers among `resources` whose metadata is missing or old, in the order in which they are requested. `times`
/// maps the identifier of a paper to the time (Unix, seconds) of arXiv's last response about it.
fn due(resources: &[CitedResource], times: &HashMap<String, i64>, now: i64) -> Vec<ArxivId> {
    let old = now - FRESH_DAYS * 24 * 60 * 60;
    let mut seen = HashSet::new();
    let urls = resources.iter().flat_map(|cited| std::iter::once(&cited.url).chain(&cited.also));
    let ids = urls.filter_map(|url| ArxivId::of_url(url)).filter(|id| seen.insert(id.clone()));
    let known = ids.map(|id| (times.get(id.as_str()).copied(), id));
    let mut due: Vec<(Option<i64>, ArxivId)> =
        known.filter(|(at, _)| at.is_none_or(|at| at <= old)).collect();
    // `None` is less than any time.
    due.sort_by_key(|(at, _)| *at);
    due.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::resources::ResourceKind;

    fn resource(url: &str, also: &[&str]) -> CitedResource {
        CitedResource {
            url: url.into(),
            also: also.iter().map(|url| (*url).to_owned()).collect(),
            title: "A title".into(),
            kind: ResourceKind::Paper,
            year: None,
            voices: 1,
            sources: vec![],
            topics: vec![],
            said: vec![],
            dead_since: None,
        }
    }

    #[test]
    fn new_papers_come_first_then_those_with_the_oldest_metadata() {
        let page = |id: &str| format!("https://arxiv.org/abs/{id}");
        let ids = ["2003.00001", "2003.00002", "2003.00003", "2003.00004", "2003.00005"];
        let mut resources: Vec<CitedResource> =
            ids[..4].iter().map(|id| resource(&page(id), &[])).collect();
        resources.push(resource("https://example.org/a", &[&page(ids[4]), &page(ids[0])]));
        let now = 1_000 * 24 * 60 * 60;
        let days_ago = |days: i64| now - days * 24 * 60 * 60;
        let times = HashMap::from([
            (ids[0].to_owned(), days_ago(91)),
            (ids[1].to_owned(), days_ago(89)),
            (ids[2].to_owned(), days_ago(100)),
        ]);
        let found = due(&resources, &times, now);
        let found: Vec<&str> = found.iter().map(ArxivId::as_str).collect();
        assert_eq!(found, [ids[3], ids[4], ids[2], ids[0]]);
    }
}
