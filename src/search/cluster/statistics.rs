//! What a client has experienced with its cluster, for metrics and for the status of the index.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the times of requests that are counted apart, in seconds. Longer ones are counted together.
pub const TIME_BOUNDS: [f64; 10] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];

thread_local! {
    /// The number of requests that this thread has sent to any cluster.
    static SENT: Cell<u64> = const { Cell::new(0) };
}

/// Values of `last`.
const NONE_YET: u8 = 0;
const WORKED: u8 = 1;
const FAILED: u8 = 2;

/// Counts of one client. They only grow, and can be read and changed by any number of threads.
#[derive(Debug, Default)]
pub struct ClusterStatistics {
    searches: AtomicU64,
    faults: AtomicU64,
    fallbacks: AtomicU64,
    last: AtomicU8,
    /// The number of requests by their time: one for each of [`TIME_BOUNDS`], then those that took longer.
    times: [AtomicU64; TIME_BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

/// The times of all requests that got an answer or a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestTimes {
    /// The sum, in seconds.
    pub sum: f64,
    /// Upper bounds in seconds, and how many requests took so long and longer than the bound before. The last bound is
    /// infinity.
    pub buckets: Vec<(f64, u64)>,
}

impl ClusterStatistics {
    /// Records the end of one search, which may have sent several requests: whether the cluster did its part.
    fn record_search(&self, has_worked: bool) {
        self.searches.fetch_add(1, Ordering::Relaxed);
        if !has_worked {
            self.faults.fetch_add(1, Ordering::Relaxed);
        }
        let last = if has_worked { WORKED } else { FAILED };
        self.last.store(last, Ordering::Relaxed);
    }

    /// Runs `search` on this thread and records whether the cluster did its part. `is_fault` says which errors are the
    /// cluster's. Records nothing if no request was sent, or if another error ended the search.
    pub fn observe<T, E>(
        &self,
        is_fault: impl Fn(&E) -> bool,
        search: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let before = SENT.get();
        let result = search();
        if SENT.get() != before {
            match &result {
                Ok(_) => self.record_search(true),
                Err(error) if is_fault(error) => self.record_search(false),
                Err(_) => {}
            }
        }
        result
    }

    /// Records that the embedded engine answered a search instead of the cluster.
    pub fn record_fallback(&self) {
        self.fallbacks.fetch_add(1, Ordering::Relaxed);
    }

    /// Records that a request, with its repetition, took so long.
    pub(super) fn record_time(&self, time: Duration) {
        SENT.set(SENT.get() + 1);
        let seconds = time.as_secs_f64();
        let bucket = TIME_BOUNDS.iter().position(|bound| seconds <= *bound);
        self.times[bucket.unwrap_or(TIME_BOUNDS.len())].fetch_add(1, Ordering::Relaxed);
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    /// Whether the last search worked; `None` before the first one.
    pub fn is_up(&self) -> Option<bool> {
        match self.last.load(Ordering::Relaxed) {
            NONE_YET => None,
            last => Some(last == WORKED),
        }
    }

    /// The number of searches.
    pub fn searches(&self) -> u64 {
        self.searches.load(Ordering::Relaxed)
    }

    /// The number of searches that failed because of the cluster, whether the embedded engine then answered or not.
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// The number of searches that the embedded engine answered instead.
    pub fn fallbacks(&self) -> u64 {
        self.fallbacks.load(Ordering::Relaxed)
    }

    /// The times of requests.
    pub fn times(&self) -> RequestTimes {
        let bounds = TIME_BOUNDS.into_iter().chain([f64::INFINITY]);
        let counts = self.times.iter().map(|count| count.load(Ordering::Relaxed));
        RequestTimes {
            sum: Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64(),
            buckets: bounds.zip(counts).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_that_of_the_last_search() {
        let statistics = ClusterStatistics::default();
        assert_eq!(statistics.is_up(), None);
        statistics.record_search(false);
        statistics.record_fallback();
        assert_eq!(statistics.is_up(), Some(false));
        statistics.record_search(true);
        assert_eq!(statistics.is_up(), Some(true));
        let counts = (statistics.searches(), statistics.faults(), statistics.fallbacks());
        assert_eq!(counts, (2, 1, 1));
    }

    #[test]
    fn what_sends_nothing_or_fails_for_another_reason_says_nothing_about_the_cluster() {
        let statistics = ClusterStatistics::default();
        let is_fault = |error: &&str| *error == "fault";
        let send = || statistics.record_time(Duration::ZERO);
        statistics.observe(is_fault, || Ok(())).unwrap();
        let other = statistics.observe(is_fault, || {
            send();
            Err::<(), _>("stopped")
        });
        assert_eq!((other, statistics.is_up()), (Err("stopped"), None));
        let fault = statistics.observe(is_fault, || {
            send();
            Err::<(), _>("fault")
        });
        assert_eq!((fault, statistics.is_up()), (Err("fault"), Some(false)));
    }

    #[test]
    fn each_time_is_in_the_bucket_of_its_bound() {
        let statistics = ClusterStatistics::default();
        for milliseconds in [2, 3, 60_000] {
            statistics.record_time(Duration::from_millis(milliseconds));
        }
        let RequestTimes { sum, buckets } = statistics.times();
        assert!((sum - 60.005).abs() < 1e-9, "{sum}");
        assert_eq!(buckets[..2], [(0.002, 1), (0.005, 1)]);
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, 1)));
        assert_eq!(buckets.iter().map(|(_, count)| count).sum::<u64>(), 3);
    }
}
