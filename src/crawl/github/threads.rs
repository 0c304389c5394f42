//! What discussions and issues have in common when they are fetched: pages, failures, and the share of the quota.

use chrono::{DateTime, Utc};

use super::super::hosts::authority;
use super::thread::Thread;
use crate::crawl::{CrawlError, Crawler, Resource};

/// A repository at GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repository<'a> {
    pub owner: &'a str,
    pub name: &'a str,
}

/// A thread or comment that could not be read. Nothing may be concluded from that, least of all that it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The thread's number, if it is known.
    pub number: Option<u64>,
    /// When it was changed, if that is known.
    pub updated_at: Option<String>,
    pub message: String,
}

/// One page of threads.
#[derive(Debug, Default)]
pub struct Listing {
    pub threads: Vec<Thread>,
    pub failures: Vec<Failure>,
    /// The newest and the oldest time of change on the page, read or not.
    pub newest: Option<String>,
    pub oldest: Option<String>,
    /// GitHub's cursor, if there is a further page.
    pub next: Option<String>,
}

impl Listing {
    /// Takes note of the time of change of one thread.
    pub(super) fn note(&mut self, updated_at: &Option<String>) {
        let Some(at) = updated_at else { return };
        if self.newest.as_ref().is_none_or(|newest| newest < at) {
            self.newest = Some(at.clone());
        }
        if self.oldest.as_ref().is_none_or(|oldest| oldest > at) {
            self.oldest = Some(at.clone());
        }
    }
}

/// The time `text` in UTC with seconds, so that times compare as text; `None` if it is none.
pub(super) fn utc(text: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(crate::printable::time::rfc3339(time.to_utc()))
}

impl Crawler {
    /// Whether requests to GitHub's API carry a token that was not refused. Discussions need one, and issues would
    /// use up what is shared with everybody behind this address.
    pub fn signs_in(&self) -> bool {
        self.session.signs_in()
    }

    /// `Err` with the time at which the quota resets, if so many more requests (GraphQL: points) would use what is
    /// left to the user's other programs.
    pub(super) fn afford(&self, resource: Resource, cost: u64) -> Result<(), CrawlError> {
        let Some(quota) = self.session.quota(resource) else { return Ok(()) };
        if self.share_of(resource, quota) >= cost || quota.resets_at <= Utc::now().timestamp() {
            return Ok(());
        }
        let url = reqwest::Url::parse(&self.github.api);
        let host = url.map_or_else(|_| self.github.api.clone(), |url| authority(&url));
        let why = format!(
            "has {} left of this hour's {} quota, which is kept for other programs",
            quota.remaining,
            resource.name()
        );
        Err(CrawlError::Deferred { host, why, until: Some(quota.resets_at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_compare_as_text_whatever_their_zone() {
        assert_eq!(utc("2026-03-01T02:00:00+02:00").as_deref(), Some("2026-03-01T00:00:00Z"));
        assert_eq!(utc("2026-03-01T00:00:00.5Z").as_deref(), Some("2026-03-01T00:00:00Z"));
        assert_eq!(utc("yesterday"), None);
    }
}
