//! The crawler, and one fetch of it.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use super::session::CrawlSession;
use super::{ApiQuota, ApiResource, CrawlError, FetchMessage, FetchReport};
use crate::catalogue::policy::PolicyLimits;
use crate::catalogue::{Selection, Source};
use crate::config::{DataFiles, GitHubHosts};

/// An HTTP client with the settings of one run. Clones share all of it.
#[derive(Clone)]
pub struct Crawler {
    pub(super) session: Arc<CrawlSession>,
    pub(super) github: GitHubHosts,
    pub(super) limits: PolicyLimits,
    pub(super) sources: DataFiles,
    /// The index folder, which is never a source.
    pub(super) index: PathBuf,
    /// The memory limit for files in transit.
    pub(super) memory: Arc<Semaphore>,
}

impl Crawler {
    /// Whether `url` answers, whatever the status; returns the time in the response's `date` header, if any. Sends one
    /// request, without retries.
    pub async fn reach(
        &self,
        url: &str,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, CrawlError> {
        self.session.reach(url).await
    }

    /// The core quota in the last response of GitHub's API; `None` before the first request.
    pub fn quota(&self) -> Option<ApiQuota> {
        self.session.quota(ApiResource::Core)
    }

    /// Whether GitHub refused the token. The run then continues without it.
    pub fn token_refused(&self) -> bool {
        self.session.token_refused()
    }
}

/// One fetch under way.
pub(super) struct SourceFetch<'a> {
    pub(super) crawler: &'a Crawler,
    pub(super) source: &'a Source,
    pub(super) selection: &'a Selection,
    pub(super) files: mpsc::Sender<FetchMessage>,
    pub(super) report: &'a mut FetchReport,
}
