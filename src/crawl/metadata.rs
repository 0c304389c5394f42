//! What GitHub's API says of a repository: licence, description, stars, new name.
//!
//! Nothing else depends on it. Without a token the anonymous quota of 60 requests an hour is
//! shared with whoever else is behind the same address, so half of it is left alone.

use std::time::Duration;

use octocrab::Octocrab;
use octocrab::service::middleware::retry::RetryConfig;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// Anonymous requests an hour that are left to others.
const RESERVE: usize = 30;

/// What is kept of GitHub's repository object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub full_name: Option<String>,
    pub description: Option<String>,
    /// SPDX id, where GitHub knows one.
    pub licence: Option<String>,
    pub stars: u64,
    pub archived: bool,
}

#[derive(Deserialize)]
struct Repository {
    full_name: Option<String>,
    description: Option<String>,
    license: Option<License>,
    #[serde(default)]
    stargazers_count: u64,
    #[serde(default)]
    archived: bool,
}

#[derive(Deserialize)]
struct License {
    spdx_id: Option<String>,
}

impl From<Repository> for Metadata {
    fn from(repository: Repository) -> Metadata {
        let licence = repository.license.and_then(|license| license.spdx_id);
        Metadata {
            full_name: repository.full_name,
            description: repository.description,
            licence: licence.filter(|id| id != "NOASSERTION"),
            stars: repository.stargazers_count,
            archived: repository.archived,
        }
    }
}

/// A client of GitHub's API for metadata, with what this run may still ask.
pub struct MetadataClient {
    api: Octocrab,
    left: usize,
}

impl MetadataClient {
    /// A client with `config`'s address and token. Asks for the quota that is left (which costs
    /// none of it). `Err` if the API can't be reached: then there is no metadata in this run.
    pub async fn connect(config: &Config) -> anyhow::Result<MetadataClient> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Octocrab::builder()
            .base_uri(&config.github.api)?
            .add_retry_config(RetryConfig::None)
            .set_connect_timeout(Some(Duration::from_secs(10)))
            .set_read_timeout(Some(Duration::from_secs(30)));
        if let Some(token) = &config.token {
            builder = builder.personal_token(token.expose_secret().to_owned());
        }
        let api = builder.build()?;
        let core = api.ratelimit().get().await?.resources.core;
        let reserve = if config.token.is_some() { 0 } else { RESERVE };
        Ok(MetadataClient { api, left: core.remaining.saturating_sub(reserve) })
    }

    /// What the API says of `owner/name`, or `None` once this run's share of the quota is used.
    pub async fn get(&mut self, owner: &str, name: &str) -> anyhow::Result<Option<Metadata>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let route = format!("/repos/{owner}/{name}");
        let repository: Repository = self.api.get(route, None::<&()>).await?;
        Ok(Some(repository.into()))
    }
}
