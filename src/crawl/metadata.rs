//! What GitHub's API says of a repository: licence, description, stars, new name.
//!
//! Nothing else depends on it. Without a token the anonymous quota of 60 requests an hour is
//! shared with whoever else is behind the same address, so half of it is left alone.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::pace::Quota;
use super::session::Question;
use super::{CrawlError, Crawler, Traffic};

/// Anonymous requests an hour that are left to others.
const RESERVE: u64 = 30;
/// Requests an hour that are left to the user's other programs where there is a token.
const SIGNED_IN_RESERVE: u64 = 100;

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

#[derive(Deserialize)]
struct RateLimit {
    resources: Resources,
}

#[derive(Deserialize)]
struct Resources {
    core: Core,
}

#[derive(Deserialize)]
struct Core {
    limit: u64,
    remaining: u64,
    reset: i64,
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

impl Crawler {
    /// What is left of the API's quota, which costs none of it to ask.
    pub async fn ask_quota(&self, traffic: &mut Traffic) -> Result<Quota, CrawlError> {
        let limit: RateLimit = self.json("/rate_limit", traffic).await?;
        let Core { limit, remaining, reset } = limit.resources.core;
        Ok(Quota { limit, remaining, resets_at: reset })
    }

    /// How many requests for metadata `quota` allows, with what is left to others.
    pub fn share_of(&self, quota: Quota) -> u64 {
        let reserve = if self.session.signs_in() { SIGNED_IN_RESERVE } else { RESERVE };
        quota.remaining.saturating_sub(reserve)
    }

    /// What the API says of `owner/name`. One request, two where it was renamed.
    pub async fn metadata(
        &self,
        owner: &str,
        name: &str,
        traffic: &mut Traffic,
    ) -> Result<Metadata, CrawlError> {
        let repository: Repository = self.json(&format!("/repos/{owner}/{name}"), traffic).await?;
        Ok(repository.into())
    }

    /// The API's object at `route`. A token that GitHub refuses is left aside, and the question asked
    /// again without it.
    async fn json<T: DeserializeOwned>(
        &self,
        route: &str,
        traffic: &mut Traffic,
    ) -> Result<T, CrawlError> {
        let url = format!("{}{route}", self.github.api);
        let accept = Some("application/vnd.github+json");
        let question = Question { url: &url, api: true, accept, known: None };
        let answer = match self.session.text(&question, traffic).await {
            Err(CrawlError::Unauthorised(_)) if self.session.signs_in() => {
                self.session.refuse_token();
                self.session.text(&question, traffic).await?
            }
            answer => answer?,
        };
        let text = answer.unwrap_or_default();
        serde_json::from_str(&text).map_err(|error| CrawlError::Network {
            url: url.clone(),
            cause: format!("the answer is not what GitHub's API gives: {error}"),
        })
    }
}
