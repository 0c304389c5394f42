//! The API's quotas: requests per hour, searches per minute, and GraphQL points per hour.

use std::time::{Duration, SystemTime};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The limit and the use of a quota in the current window.
#[derive(Clone, Copy)]
pub struct Quota {
    /// The name in `x-ratelimit-resource`.
    pub resource: &'static str,
    pub limit: u64,
    pub used: u64,
    pub reset: SystemTime,
    window: Duration,
}

/// The quotas of one kind of client. An expired window is replaced when a quota is accessed.
pub struct Quotas {
    core: Quota,
    search: Quota,
    graphql: Quota,
}

impl Quotas {
    pub fn anonymous() -> Quotas {
        Quotas::new(60, 10, 0)
    }

    pub fn signed_in() -> Quotas {
        Quotas::new(5000, 30, 5000)
    }

    fn new(core: u64, search: u64, graphql: u64) -> Quotas {
        Quotas {
            core: Quota::new("core", core, HOUR),
            search: Quota::new("search", search, MINUTE),
            graphql: Quota::new("graphql", graphql, HOUR),
        }
    }

    pub fn core(&mut self) -> &mut Quota {
        self.core.rolled()
    }

    pub fn search(&mut self) -> &mut Quota {
        self.search.rolled()
    }

    pub fn graphql(&mut self) -> &mut Quota {
        self.graphql.rolled()
    }
}

impl Quota {
    fn new(resource: &'static str, limit: u64, window: Duration) -> Quota {
        Quota { resource, limit, used: 0, reset: SystemTime::now() + window, window }
    }

    fn rolled(&mut self) -> &mut Quota {
        if SystemTime::now() >= self.reset {
            *self = Quota::new(self.resource, self.limit, self.window);
        }
        self
    }

    pub fn left(&self) -> u64 {
        self.limit - self.used
    }

    /// Sets the remaining quota of this window to `remaining`.
    pub fn leave(&mut self, remaining: u64) {
        self.used = self.limit.saturating_sub(remaining);
    }

    /// Counts `cost`. If less is left, counts nothing and returns false.
    pub fn take(&mut self, cost: u64) -> bool {
        let enough = self.left() >= cost;
        self.used += if enough { cost } else { 0 };
        enough
    }

    pub fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }

    /// This quota with nothing left; `reset_in`, if given, is the time until its reset.
    pub fn used_up(self, reset_in: Option<Duration>) -> Quota {
        let reset = reset_in.map_or(self.reset, |wait| SystemTime::now() + wait);
        Quota { used: self.limit, reset, ..self }
    }
}
