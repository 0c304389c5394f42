//! Rate limits of a run: the number of concurrent requests per host, and the waits that hosts ask for.
//!
//! A rate-limit response delays all sources of its host, not only the one that received it. The total wait for a host
//! is limited. If it would exceed the limit, or if the host is unreachable, the run sends no more requests to the host,
//! and defers its remaining sources to a later run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::{CrawlError, DeferralCause};

/// The number of consecutive network failures after which a run sends no more requests to a host.
const MOST_FAILURES: u32 = 6;
/// The minimum wait after a rate-limit response. It doubles with each further consecutive rate-limit response.
const LEAST_WAIT: Duration = Duration::from_secs(1);

/// The quota of an [`ApiResource`] as GitHub's API reports it: requests per hour (core), requests per minute (search),
/// or points per hour (GraphQL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Quota")]
pub struct ApiQuota {
    pub limit: u64,
    pub remaining: u64,
    /// When the full limit is available again; Unix time in seconds.
    pub resets_at: i64,
}

/// The parts of GitHub's API with separate quotas.
/// <https://docs.github.com/en/rest/rate-limit/rate-limit>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApiResource {
    /// Most of the REST API; the quota counts requests per hour.
    Core,
    /// Searches of the REST API; the quota counts requests per minute.
    Search,
    /// The GraphQL API; the quota counts points per hour.
    GraphQl,
}

impl ApiResource {
    /// The resource's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            ApiResource::Core => "API",
            ApiResource::Search => "search API",
            ApiResource::GraphQl => "GraphQL API",
        }
    }
}

/// The rate limits of all hosts that a run contacts.
pub(super) struct Pace {
    gates: Mutex<HashMap<String, Arc<HostGate>>>,
    at_once: usize,
    longest_wait: Duration,
}

/// The rate limit of one host.
pub(super) struct HostGate {
    name: String,
    permits: Arc<Semaphore>,
    longest_wait: Duration,
    state: Mutex<HostState>,
}

/// What a run knows about one host.
#[derive(Default)]
struct HostState {
    /// No request is sent before this time; `None` if the host has not asked for a wait.
    not_before: Option<Instant>,
    /// The total of the waits that the host asked for.
    waited: Duration,
    /// The number of consecutive rate-limit responses.
    limited: u32,
    /// The number of consecutive requests that failed in every attempt.
    failed: u32,
    closed: Option<HostClosure>,
}

/// Why a host gets no more requests in this run.
#[derive(Clone)]
struct HostClosure {
    why: String,
    cause: DeferralCause,
    /// When the host accepts requests again, in Unix time (seconds); `None` if this is unknown.
    until: Option<i64>,
}

impl Pace {
    pub fn new(at_once: usize, longest_wait: Duration) -> Pace {
        Pace { gates: Mutex::default(), at_once, longest_wait }
    }

    /// The rate limit of the host `name`.
    pub fn gate(&self, name: &str) -> Arc<HostGate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(HostGate {
                name: name.to_owned(),
                permits: Arc::new(Semaphore::new(self.at_once)),
                longest_wait: self.longest_wait,
                state: Mutex::default(),
            })
        });
        Arc::clone(gate)
    }
}

impl HostGate {
    /// Waits for a free slot of the host, and then until the wait that the host asked for is over. The caller drops the
    /// returned permit to free the slot. `Err` if the host gets no more requests in this run.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, CrawlError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| CrawlError::Ended)?;
        self.wait().await?;
        Ok(permit)
    }

    /// Waits until the host accepts requests again. `Err` if the host gets no more requests in this run.
    pub async fn wait(&self) -> Result<(), CrawlError> {
        loop {
            let not_before = {
                let state = self.lock();
                if let Some(closed) = &state.closed {
                    return Err(self.deferred(closed.clone()));
                }
                state.not_before
            };
            match not_before.filter(|at| *at > Instant::now()) {
                Some(at) => tokio::time::sleep_until(at).await,
                None => return Ok(()),
            }
        }
    }

    /// Records that the host asked for a wait of `requested`, and lets its requests wait at least that long. If the
    /// total wait would exceed the limit, the host gets no more requests in this run, and the result is `Err` with
    /// `cause`.
    pub fn limited(&self, requested: Duration, cause: DeferralCause) -> Result<(), CrawlError> {
        let mut state = self.lock();
        state.failed = 0;
        let least = LEAST_WAIT.saturating_mul(1 << state.limited.min(10));
        state.limited += 1;
        // Jitter, so that clients do not all return at the same moment.
        let wait = requested.max(least) + Duration::from_millis(fastrand::u64(0..250));
        let now = Instant::now();
        let before = state.not_before.filter(|at| *at > now).unwrap_or(now);
        let after = before.max(now + wait);
        if state.waited + (after - before) > self.longest_wait {
            let until = chrono::Utc::now().timestamp() + i64::try_from(wait.as_secs()).unwrap_or(0);
            let why = format!("asks for a wait of {} s", wait.as_secs());
            return Err(self.close(&mut state, HostClosure { why, cause, until: Some(until) }));
        }
        state.waited += after - before;
        state.not_before = Some(after);
        tracing::info!(host = self.name, seconds = wait.as_secs(), "waiting, as the host asks");
        Ok(())
    }

    /// Records that the host responded.
    pub fn answered(&self) {
        let mut state = self.lock();
        (state.limited, state.failed) = (0, 0);
    }

    /// Records that all attempts of a request failed because of the network or the host. After [`MOST_FAILURES`] such
    /// requests without a response in between, the host gets no more requests in this run.
    pub fn failed(&self) {
        let mut state = self.lock();
        state.failed += 1;
        if state.failed >= MOST_FAILURES && state.closed.is_none() {
            let (why, cause) = ("can't be reached".to_owned(), DeferralCause::Unreachable);
            self.close(&mut state, HostClosure { why, cause, until: None });
        }
    }

    fn close(&self, state: &mut HostState, closed: HostClosure) -> CrawlError {
        state.closed = Some(closed.clone());
        self.deferred(closed)
    }

    fn deferred(&self, closed: HostClosure) -> CrawlError {
        let HostClosure { why, cause, until } = closed;
        CrawlError::Deferred { host: self.name.clone(), why, cause, until }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HostState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_response_delays_all_requests_to_its_host() {
        let pace = Pace::new(2, Duration::from_secs(100));
        let gate = pace.gate("h");
        gate.limited(Duration::from_secs(30), DeferralCause::Wait).unwrap();
        let started = Instant::now();
        let one = pace.gate("h").enter().await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(30));
        drop(one);
        // Each consecutive rate-limit response counts towards the limit.
        gate.limited(Duration::from_secs(60), DeferralCause::Wait).unwrap();
        let error = gate.limited(Duration::from_secs(120), DeferralCause::Wait).unwrap_err();
        assert!(matches!(error, CrawlError::Deferred { until: Some(_), .. }), "{error}");
        assert!(gate.enter().await.is_err(), "it gets no more requests");
        assert!(pace.gate("other").enter().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_of_zero_seconds_causes_no_tight_loop() {
        let gate = Pace::new(1, Duration::from_secs(120)).gate("h");
        let mut requests = 0;
        while gate.wait().await.is_ok() {
            requests += 1;
            let _ = gate.limited(Duration::ZERO, DeferralCause::Wait);
        }
        assert!((5..9).contains(&requests), "{requests}");
    }

    #[tokio::test]
    async fn an_unreachable_host_gets_no_more_requests() {
        let gate = Pace::new(1, Duration::from_secs(1)).gate("h");
        for _ in 0..MOST_FAILURES - 1 {
            gate.failed();
        }
        gate.answered();
        gate.failed();
        assert!(gate.enter().await.is_ok());
        (1..MOST_FAILURES).for_each(|_| gate.failed());
        let error = gate.enter().await.unwrap_err().to_string();
        assert!(error.contains("can't be reached"), "{error}");
    }
}
