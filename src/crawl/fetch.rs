//! Makes a crawler and fetches a source with it.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use super::crawler::SourceFetch;
use super::session::CrawlSession;
use super::{Crawler, FetchMessage, FetchReport, Fetched, MemoryShare, Snapshot, folder};
use crate::catalogue::policy::PolicyLimits;
use crate::catalogue::{Origin, Selection, Source, Visibility};
use crate::config::Config;

impl Crawler {
    /// A crawler with the base URLs and the token of `config`, bounded by `limits`. Sends no request. `Err` if
    /// this account may not read the token: [`Config::github_token`].
    pub fn new(config: &Config, limits: PolicyLimits) -> anyhow::Result<Crawler> {
        Ok(Crawler {
            session: Arc::new(CrawlSession::new(config)?),
            github: config.github.clone(),
            limits,
            sources: config.sources.clone(),
            index: folder::canonical(&config.index),
            memory: Arc::new(Semaphore::new(MemoryShare::KIBIBYTES as usize)),
        })
    }

    /// Sends the selected files of `source` to the channel `files`. For a repository or an archive, sends them only if
    /// the source changed since `known`, in the archive's order. For a folder, sends them sorted by path, unless the
    /// sizes and times of all files are as they were at `known`.
    ///
    /// For a repository or an archive, sends one conditional request to check for changes. Without a token, and for
    /// archives that are not repositories, the response to this request contains a changed archive. With a token, a
    /// changed public repository needs one more request, and a changed private repository two more. Retries transient
    /// failures with exponential backoff. If a host asks for a wait, waits that long, up to the limit in the settings.
    /// Memory: at most 32 MiB of files in transit, for all sources together. Entries that must not be used (links,
    /// absolute paths, oversized files) are reported as problems.
    pub async fn fetch(
        &self,
        source: &Source,
        selection: &Selection,
        known: Option<&Snapshot>,
        files: mpsc::Sender<FetchMessage>,
    ) -> FetchReport {
        let mut report = FetchReport::of(Ok(Fetched::Unchanged));
        let mut fetch =
            SourceFetch { crawler: self, source, selection, files, report: &mut report };
        let result = match &source.origin {
            Origin::GitHub { owner, name } => match source.visibility {
                Visibility::Public => fetch.github(owner, name, known).await,
                Visibility::Private => fetch.private(owner, name, known).await,
            },
            Origin::Archive { url } => fetch.archive_at(url, known).await,
            Origin::Folder { path } => fetch.folder(path, known).await,
        };
        report.result = result;
        for problem in &mut report.problems {
            problem.source = Some(source.id.0.clone());
        }
        report
    }
}
