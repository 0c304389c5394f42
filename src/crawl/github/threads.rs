//! Types and functions shared by the fetching of discussions and of issues: pages, failures, and the share of the
//! quota.

use chrono::{DateTime, Utc};

use super::super::hosts::authority;
use super::thread::Thread;
use crate::crawl::{ApiResource, CrawlError, Crawler, DeferralCause};

/// The owner and name of a repository on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepositoryName<'a> {
    pub owner: &'a str,
    pub name: &'a str,
}

/// A thread that could not be read. It does not count as deleted on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadFailure {
    /// The thread's number, if known.
    pub number: Option<u64>,
    /// When the thread was last changed, if known.
    pub updated_at: Option<String>,
    pub message: String,
}

/// One page of threads.
#[derive(Debug, Default)]
pub struct ThreadListing {
    pub threads: Vec<Thread>,
    pub failures: Vec<ThreadFailure>,
    /// When the most recently changed thread of the page was changed, also if it could not be read.
    pub newest: Option<String>,
    /// When the least recently changed thread of the page was changed, also if it could not be read.
    pub oldest: Option<String>,
    /// GitHub's cursor of the next page, if there is one.
    pub next: Option<String>,
}

impl ThreadListing {
    /// Updates `newest` and `oldest` for a thread of the page that was changed at `updated_at`.
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

/// The RFC 3339 timestamp `text`, converted to UTC with whole seconds so that timestamps can be compared as text.
/// `None` if it is invalid.
pub(super) fn utc(text: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(crate::printable::time::rfc3339(time.to_utc()))
}

impl Crawler {
    /// Whether there is a token for GitHub's API that was not refused. Discussions can't be fetched without a token.
    /// Issues should not be fetched without a token, because the requests would use up the quota that all users behind
    /// this IP address share.
    pub fn signs_in(&self) -> bool {
        self.session.signs_in()
    }

    /// Checks that the run may use `cost` more requests (GraphQL: points). `Err` if they would use the reserve for the
    /// user's other programs: [`CrawlError::Deferred`] until the quota resets.
    pub(super) fn afford(&self, resource: ApiResource, cost: u64) -> Result<(), CrawlError> {
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
        let cause = match self.signs_in() {
            true => DeferralCause::Wait,
            false => DeferralCause::WaitWithoutToken,
        };
        Err(CrawlError::Deferred { host, why, cause, until: Some(quota.resets_at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_of_any_time_zone_can_be_compared_as_text() {
        assert_eq!(utc("2026-03-01T02:00:00+02:00").as_deref(), Some("2026-03-01T00:00:00Z"));
        assert_eq!(utc("2026-03-01T00:00:00.5Z").as_deref(), Some("2026-03-01T00:00:00Z"));
        assert_eq!(utc("yesterday"), None);
    }
}
