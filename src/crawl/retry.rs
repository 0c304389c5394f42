//! The waits before a request is retried after a transient failure.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// The maximum number of attempts for a request, including the first one.
const TRIES: usize = 3;

/// The waits between attempts.
pub(super) fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(8))
        .with_max_times(TRIES - 1)
        .build()
}

/// A random wait between zero and `wait`: "full jitter", from M. Brooker, "Exponential Backoff And Jitter" (AWS
/// Architecture Blog, 2015).
pub(super) fn full_jitter(wait: Duration) -> Duration {
    wait.mul_f64(fastrand::f64())
}
