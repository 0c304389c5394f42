//! Sends requests to arXiv's API, one at a time, with a pause between two requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode, Url};
use tokio::time::Instant;

use super::feed::{self, FeedError, PaperFeed};
use super::{ArxivId, PaperMetadata};
use crate::config::Config;
use crate::crawl::error::{chain, network};
use crate::crawl::hosts::AllowedHosts;
use crate::crawl::judge::{number, whole_body};
use crate::crawl::retry::{backoff, full_jitter};
use crate::crawl::{CrawlError, DeferralCause, Traffic};

/// The maximum number of identifiers in one request. A feed with this many entries has about 300 kB.
pub const BATCH: usize = 100;
/// The maximum length of a response, in bytes; a longer one is an error.
const MOST_BYTES: usize = 4_000_000;
/// The wait after a rate-limit response that does not say how long to wait.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);
/// The maximum number of malformed identifiers in one batch. When the API reports that an identifier is malformed, the
/// request is repeated without this identifier; beyond the maximum, the report is an error.
const MOST_MALFORMED: usize = 3;
/// Some rate-limit responses of arXiv have a status that does not indicate a rate limit. Their bodies begin with this
/// text.
const RATE_EXCEEDED: &[u8] = b"Rate exceeded";

/// How fast requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArxivPace {
    /// The minimum time between the end of a response and the next request.
    pub pause: Duration,
    /// The timeout of one request, including its body.
    pub timeout: Duration,
}

impl Default for ArxivPace {
    /// A pause of three seconds, as arXiv's terms of use require, and a timeout of one minute.
    fn default() -> ArxivPace {
        ArxivPace { pause: Duration::from_secs(3), timeout: Duration::from_secs(60) }
    }
}

/// Why a request for metadata failed.
#[derive(Debug, thiserror::Error)]
pub enum ArxivError {
    #[error(transparent)]
    Crawl(#[from] CrawlError),
    #[error("the response of {url} can't be used: {cause}")]
    Feed { url: String, cause: FeedError },
}

impl ArxivError {
    /// Whether no further request should be sent in this run.
    pub fn ends_run(&self) -> bool {
        matches!(self, ArxivError::Crawl(CrawlError::Deferred { .. } | CrawlError::Refused { .. }))
    }

    /// Whether a retry may succeed.
    fn is_passing(&self) -> bool {
        matches!(self, ArxivError::Crawl(error) if error.is_passing())
    }
}

/// The papers that arXiv returned for one batch of identifiers, and the identifiers without a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaperResponse {
    pub papers: BTreeMap<ArxivId, PaperMetadata>,
    /// The identifiers for which arXiv has no paper, and those that the API reports as malformed.
    pub unknown: BTreeSet<ArxivId>,
}

/// A client of arXiv's API with the settings of one run. It holds one connection.
pub struct ArxivClient {
    http: reqwest::Client,
    hosts: AllowedHosts,
    /// The URL of the query interface.
    url: String,
    pace: ArxivPace,
    /// When the last request ended, with or without success.
    last: Option<Instant>,
    /// How long this run may still wait after rate-limit responses, in total.
    wait_left: Duration,
    /// The rest of the run's byte budget.
    bytes_left: u64,
    /// The traffic so far.
    pub traffic: Traffic,
}

impl ArxivClient {
    /// A client for the API at the base URL in `config`. Sends no request.
    pub fn new(config: &Config, pace: ArxivPace) -> anyhow::Result<ArxivClient> {
        let hosts = AllowedHosts::new(config);
        let http = hosts
            .client("paper metadata")
            .redirect(hosts.clone().redirects())
            .timeout(pace.timeout)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(ArxivClient {
            http,
            hosts,
            url: format!("{}/api/query", config.arxiv_api),
            pace,
            last: None,
            wait_left: config.longest_wait,
            bytes_left: config.run_bytes,
            traffic: Traffic::default(),
        })
    }

    /// The metadata of the papers `ids`; ignores all but the first [`BATCH`] identifiers. If the API's response is
    /// incomplete, some identifiers are neither in `papers` nor in `unknown`.
    ///
    /// Makes the pause of [`ArxivPace`] between two requests. Retries transient failures. Waits after rate-limit
    /// responses, in total at most [`Config::longest_wait`]; a longer wait is an error.
    pub async fn papers(&mut self, ids: &[ArxivId]) -> Result<PaperResponse, ArxivError> {
        let mut wanted: BTreeSet<ArxivId> = ids.iter().take(BATCH).cloned().collect();
        let mut unknown = BTreeSet::new();
        loop {
            let malformed = match self.feed(&wanted).await {
                Ok(feed) => return Ok(response(feed, wanted, unknown)),
                Err(error) => match malformed_id(&error, &wanted) {
                    Some(id) if unknown.len() < MOST_MALFORMED => id,
                    _ => return Err(error),
                },
            };
            wanted.remove(&malformed);
            unknown.insert(malformed);
            if wanted.is_empty() {
                return Ok(PaperResponse { unknown, ..PaperResponse::default() });
            }
        }
    }

    /// Requests the feed about `ids`, and retries after transient failures and rate-limit responses.
    async fn feed(&mut self, ids: &BTreeSet<ArxivId>) -> Result<PaperFeed, ArxivError> {
        let mut waits = backoff();
        loop {
            let error = match self.once(ids).await {
                Ok(ArxivOutcome::Feed(feed)) => return Ok(feed),
                Ok(ArxivOutcome::Limited(wait)) => {
                    self.wait(wait).await?;
                    continue;
                }
                Err(error) => error,
            };
            let Some(wait) = waits.next().filter(|_| error.is_passing()) else { return Err(error) };
            tracing::debug!(%error, ?wait, "trying again");
            tokio::time::sleep(full_jitter(wait)).await;
        }
    }

    /// Waits for the duration `wait` after a rate-limit response, but at least for the pause between requests and at
    /// least for a second. `Err` if this is longer than the run may still wait.
    async fn wait(&mut self, wait: Duration) -> Result<(), CrawlError> {
        // A requested wait of zero seconds must not cause a tight loop.
        let wait = wait.max(self.pace.pause).max(Duration::from_secs(1));
        let Some(left) = self.wait_left.checked_sub(wait) else {
            let why = format!("asks for a wait of {} s", wait.as_secs());
            return Err(CrawlError::Deferred {
                host: self.url.clone(),
                why,
                cause: DeferralCause::Wait,
                until: None,
            });
        };
        self.wait_left = left;
        tracing::info!(host = self.url, seconds = wait.as_secs(), "waiting, as the host asks");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Sends one request for the papers `ids`, after the pause. Does not retry.
    async fn once(&mut self, ids: &BTreeSet<ArxivId>) -> Result<ArxivOutcome, ArxivError> {
        let list: Vec<&str> = ids.iter().map(ArxivId::as_str).collect();
        let query = [("id_list", list.join(",")), ("max_results", ids.len().to_string())];
        let named = || self.url.clone();
        let url = Url::parse_with_params(&self.url, query)
            .map_err(|error| CrawlError::Refused { url: named(), cause: error.to_string() })?;
        if let Some(cause) = self.hosts.refusal(&url) {
            return Err(CrawlError::Refused { url: named(), cause }.into());
        }
        if self.bytes_left == 0 {
            let why = "the byte budget of the run is spent".to_owned();
            let cause = DeferralCause::ByteBudget;
            return Err(CrawlError::Deferred { host: named(), why, cause, until: None }.into());
        }
        if let Some(last) = self.last {
            tokio::time::sleep_until(last + self.pace.pause).await;
        }
        self.traffic.requests += 1;
        let read = match self.http.get(url).send().await {
            Ok(response) => self.read(response).await,
            Err(error) if error.is_redirect() || error.is_builder() => {
                let cause = chain(&error.without_url());
                Err(CrawlError::Refused { url: self.url.clone(), cause }.into())
            }
            Err(error) => Err(network(&self.url, error).into()),
        };
        self.last = Some(Instant::now());
        read
    }

    /// Interprets `response`. Reads its body only if the status is neither a rate limit nor a failure.
    async fn read(&mut self, response: Response) -> Result<ArxivOutcome, ArxivError> {
        let status = response.status();
        let retry_after = number(response.headers(), RETRY_AFTER.as_str());
        let is_limited = status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::SERVICE_UNAVAILABLE && retry_after.is_some());
        if is_limited {
            let seconds = retry_after.and_then(|seconds| u64::try_from(seconds).ok());
            return Ok(ArxivOutcome::Limited(seconds.map_or(DEFAULT_WAIT, Duration::from_secs)));
        }
        // The API reports malformed identifiers in a feed, with status 200 or 400.
        if !status.is_success() && status != StatusCode::BAD_REQUEST {
            let status = status.as_u16();
            return Err(CrawlError::Status { url: self.url.clone(), status }.into());
        }
        let most = MOST_BYTES.min(usize::try_from(self.bytes_left).unwrap_or(MOST_BYTES));
        let body = whole_body(&self.url, response, most).await?;
        self.traffic.bytes += body.len() as u64;
        self.bytes_left = self.bytes_left.saturating_sub(body.len() as u64);
        if body.starts_with(RATE_EXCEEDED) {
            return Ok(ArxivOutcome::Limited(DEFAULT_WAIT));
        }
        let unusable = |cause| ArxivError::Feed { url: self.url.clone(), cause };
        let text = std::str::from_utf8(&body)
            .map_err(|error| unusable(FeedError::Malformed(error.to_string())))?;
        match feed::parse(text) {
            Ok(feed) => Ok(ArxivOutcome::Feed(feed)),
            Err(FeedError::NotAtom) if status == StatusCode::BAD_REQUEST => {
                Err(CrawlError::Status { url: self.url.clone(), status: 400 }.into())
            }
            Err(cause) => Err(unusable(cause)),
        }
    }
}

/// The outcome of one request.
enum ArxivOutcome {
    Feed(PaperFeed),
    /// Rate limited: wait this long.
    Limited(Duration),
}

/// The identifier in `wanted` that `error` reports as malformed; `None` if it is another error.
fn malformed_id(error: &ArxivError, wanted: &BTreeSet<ArxivId>) -> Option<ArxivId> {
    let ArxivError::Feed { cause: FeedError::Reported { malformed, .. }, .. } = error else {
        return None;
    };
    let named = malformed.as_deref()?;
    wanted.iter().find(|id| id.as_str() == named).cloned()
}

/// The papers in `feed` that are in `wanted`. If the feed is complete, adds the other identifiers of `wanted` to
/// `unknown`.
fn response(
    feed: PaperFeed,
    wanted: BTreeSet<ArxivId>,
    mut unknown: BTreeSet<ArxivId>,
) -> PaperResponse {
    let is_complete = feed.total == Some(feed.papers.len());
    let of_request = feed.papers.into_iter().filter(|(id, _)| wanted.contains(id));
    let papers: BTreeMap<ArxivId, PaperMetadata> = of_request.collect();
    if is_complete {
        unknown.extend(wanted.into_iter().filter(|id| !papers.contains_key(id)));
    }
    PaperResponse { papers, unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ArxivId {
        ArxivId::parse(text).unwrap()
    }

    fn paper(text: &str) -> (ArxivId, PaperMetadata) {
        (id(text), PaperMetadata { title: "A title".into(), ..PaperMetadata::default() })
    }

    #[test]
    fn an_identifier_is_unknown_only_if_the_feed_has_all_results() {
        let wanted = BTreeSet::from([id("2003.00001"), id("2003.00002")]);
        let of = |total| {
            let feed = PaperFeed { papers: vec![paper("2003.00001")], total };
            response(feed, wanted.clone(), BTreeSet::new())
        };
        assert_eq!(of(Some(1)).unknown, BTreeSet::from([id("2003.00002")]));
        assert!(of(Some(2)).unknown.is_empty(), "an entry is missing, so nothing is certain");
        assert!(of(None).unknown.is_empty());
    }

    #[test]
    fn papers_that_were_not_requested_are_ignored() {
        let feed = PaperFeed { papers: vec![paper("2003.00009")], total: Some(1) };
        let response = response(feed, BTreeSet::from([id("2003.00001")]), BTreeSet::new());
        assert!(response.papers.is_empty());
        assert_eq!(response.unknown.len(), 1);
    }
}
