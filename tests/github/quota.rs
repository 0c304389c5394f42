//! The API's count of requests per hour.

use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);

/// Requests allowed, and used, in the running hour.
#[derive(Clone, Copy)]
pub struct Quota {
    pub limit: u64,
    pub used: u64,
    pub reset: SystemTime,
}

impl Quota {
    pub fn new(limit: u64) -> Quota {
        Quota { limit, used: 0, reset: SystemTime::now() + HOUR }
    }

    pub fn roll(&mut self) {
        if SystemTime::now() >= self.reset {
            *self = Quota::new(self.limit);
        }
    }

    /// Counts one request; false if none was left.
    pub fn take(&mut self) -> bool {
        self.roll();
        let left = self.used < self.limit;
        self.used += u64::from(left);
        left
    }

    pub fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }
}
