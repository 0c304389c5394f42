//! The crawler, and the state of one fetch.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use super::session::CrawlSession;
use super::{ApiQuota, ApiResource, CrawlError, FetchMessage, FetchReport};
use crate::catalogue::policy::PolicyLimits;
use crate::catalogue::{Selection, Source};
use crate::config::{DataFiles, GitHubHosts};

/// Fetches sources with the settings of one run. Clones share one HTTP client, its rate limits, and the memory limit.
#[derive(Clone)]
pub struct Crawler {
    pub(super) session: Arc<CrawlSession>,
    pub(super) github: GitHubHosts,
    pub(super) limits: PolicyLimits,
    pub(super) sources: DataFiles,
    /// The index folder, which is never a source.
    pub(super) index: PathBuf,
    /// Limits the memory for files in transit; one permit stands for one kibibyte.
    pub(super) memory: Arc<Semaphore>,
}

impl Crawler {
    /// Checks that `url` responds, with any status. Returns the time in the response's `date` header, if it has one.
    /// Sends one request, without retries. `Err` if there is no response.
    pub async fn reach(
        &self,
        url: &str,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, CrawlError> {
        self.session.reach(url).await
    }

    /// The core quota that GitHub's API reported most recently; `None` before the first report.
    pub fn quota(&self) -> Option<ApiQuota> {
        self.session.quota(ApiResource::Core)
    }

    /// Whether GitHub refused the token. If so, the run continues without the token.
    pub fn token_refused(&self) -> bool {
        self.session.token_refused()
    }
}

/// The state of a fetch in progress.
pub(super) struct SourceFetch<'a> {
    pub(super) crawler: &'a Crawler,
    pub(super) source: &'a Source,
    pub(super) selection: &'a Selection,
    pub(super) files: mpsc::Sender<FetchMessage>,
    pub(super) report: &'a mut FetchReport,
}
