//! What GitHub's API says of a repository and of its owner: licence, description, stars, new name, fork.
//!
//! Nothing else depends on it. Without a token the anonymous quota of 60 requests an hour is
//! shared with whoever else is behind the same address, so half of it is left alone.

use octocrab::models::Repository;
use serde::{Deserialize, Serialize};

use super::super::pace::{Quota, Resource};
use super::super::{CrawlError, Crawler, Traffic};
use super::client::Conditional;

/// Anonymous requests an hour that are left to others.
const RESERVE: u64 = 30;
/// Requests (GraphQL: points) an hour that are left to the user's other programs where there is a token.
const SIGNED_IN_RESERVE: u64 = 100;
/// Searches a minute that are left to others.
const SEARCH_RESERVE: u64 = 5;
/// The most topics and characters of a text that are kept of what an owner may write freely.
const MOST_TOPICS: usize = 20;
const MOST_CHARS: usize = 500;

/// What is kept of GitHub's repository object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub full_name: Option<String>,
    pub description: Option<String>,
    pub homepage: Option<String>,
    /// GitHub's own topics, as the owner set them.
    pub topics: Vec<String>,
    /// SPDX id, where GitHub knows one.
    pub licence: Option<String>,
    pub stars: u64,
    pub archived: bool,
    pub default_branch: Option<String>,
    /// The time of the last push; seconds since 1970.
    pub pushed_at: Option<i64>,
    /// Whether it is a fork, and of which `owner/name`.
    pub fork: bool,
    pub parent: Option<String>,
    /// The answer's ETag, for the next request.
    pub etag: Option<String>,
}

/// The owner of a repository, as they call themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Owner {
    pub login: String,
    /// The display name, where one is set.
    pub name: Option<String>,
    pub etag: Option<String>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
}

/// What is left of each part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    pub core: Quota,
    pub search: Quota,
    /// `None` where GitHub does not say, as older servers of GitHub Enterprise.
    pub graphql: Option<Quota>,
}

impl From<Repository> for Metadata {
    fn from(repository: Repository) -> Metadata {
        let licence = repository.license.map(|license| license.spdx_id);
        let full_name = |parent: &Repository| parent.full_name.clone();
        let mut topics = repository.topics.unwrap_or_default();
        topics.truncate(MOST_TOPICS);
        Metadata {
            full_name: repository.full_name,
            description: repository.description.and_then(short),
            homepage: repository.homepage.and_then(address),
            topics: topics.into_iter().filter_map(short).collect(),
            licence: licence.filter(|id| id != "NOASSERTION"),
            stars: u64::from(repository.stargazers_count.unwrap_or(0)),
            archived: repository.archived.unwrap_or(false),
            default_branch: repository.default_branch.and_then(short),
            pushed_at: repository.pushed_at.map(|time| time.timestamp()),
            fork: repository.fork.unwrap_or(false),
            parent: repository.parent.as_deref().and_then(full_name),
            etag: None,
        }
    }
}

/// The address `text`, if it is one that a browser opens without harm.
fn address(text: String) -> Option<String> {
    let text = short(text)?;
    let url = url::Url::parse(&text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// The text up to the limit; `None` if it is empty.
fn short(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(MOST_CHARS).collect())
}

impl Crawler {
    /// What is left of the API's quotas; asking costs nothing of them. One request.
    pub async fn ask_quotas(&self, traffic: &mut Traffic) -> Result<Quotas, CrawlError> {
        let api = self.api();
        let answer = api.octocrab().ratelimit().get().await;
        *traffic += api.spent();
        let resources = api.read("/rate_limit", answer)?.resources;
        let quota = |rate: octocrab::models::Rate| Quota {
            limit: rate.limit as u64,
            remaining: rate.remaining as u64,
            resets_at: i64::try_from(rate.reset).unwrap_or(i64::MAX),
        };
        let graphql = resources.graphql.map(quota);
        Ok(Quotas { core: quota(resources.core), search: quota(resources.search), graphql })
    }

    /// How much of `quota` this run may use, with what is left to others.
    pub fn share_of(&self, resource: Resource, quota: Quota) -> u64 {
        let reserve = match resource {
            Resource::Search => SEARCH_RESERVE,
            _ if self.session.signs_in() => SIGNED_IN_RESERVE,
            _ => RESERVE,
        };
        quota.remaining.saturating_sub(reserve)
    }

    /// What the API says of `owner/name`; `None` if that is still `known`. One request, two where it was
    /// renamed. An authorised answer that nothing has changed costs no quota.
    pub async fn metadata(
        &self,
        (owner, name): (&str, &str),
        known: Option<&Metadata>,
        traffic: &mut Traffic,
    ) -> Result<Option<Metadata>, CrawlError> {
        let api = self.api();
        let etag = known.and_then(|known| known.etag.as_deref());
        let answer = api.get_if_new::<Repository>(&format!("/repos/{owner}/{name}"), etag).await;
        *traffic += api.spent();
        Ok(match answer? {
            Conditional::Same => None,
            Conditional::New { value, etag, .. } => Some(Metadata { etag, ..value.into() }),
        })
    }

    /// What the owner `login` calls themselves; `None` if that is still `known`. One request.
    pub async fn owner(
        &self,
        login: &str,
        known: Option<&Owner>,
        traffic: &mut Traffic,
    ) -> Result<Option<Owner>, CrawlError> {
        let api = self.api();
        let etag = known.and_then(|known| known.etag.as_deref());
        let answer = api.get_if_new::<Profile>(&format!("/users/{login}"), etag).await;
        *traffic += api.spent();
        Ok(match answer? {
            Conditional::Same => None,
            Conditional::New { value, etag, .. } => {
                let name = value.name.and_then(short);
                Some(Owner { login: login.to_owned(), name, etag })
            }
        })
    }
}
