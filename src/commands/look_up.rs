//! Looks a repository up on GitHub.

use anyhow::Context;

use crate::catalogue::{Visibility, policy};
use crate::config::Config;
use crate::crawl::github::metadata::Metadata;
use crate::crawl::{Crawler, Traffic};

/// Requests GitHub's metadata of the repository `repo`. If the request fails, for example because the repository does
/// not exist, the error is a [`crate::crawl::CrawlError`].
pub(super) fn look_up(config: &Config, repo: &str) -> anyhow::Result<Option<Metadata>> {
    let (owner, name) = repo.split_once('/').context("a repository is written owner/name")?;
    let limits = policy::load(&config.sources)?.limits;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let crawler = Crawler::new(config, limits)?;
        Ok(crawler.metadata(owner, name, Visibility::Public, None, &mut Traffic::default()).await?)
    })
}
